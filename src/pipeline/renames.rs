//! What keeps its rows under another name: who asks for it, and the schema as
//! it is afterwards, which the server itself works out.

use std::io;
use std::sync::Arc;

use seaworthy_schema::{
    Rename, Room, Schema, Unfulfilled, Wish, candidates, followers, in_order, with_room,
};
use tracing::warn;

use super::sides::Proving;
use crate::error::{self, Error, RenameProblem};
use crate::postgres::shadow::LoadPlace;
use crate::source::Source;

/// What a line of the models begins with that asks for a rename.
const MARK: &str = "-- seaworthy:rename";

/// A line of the models that asks for a rename.
#[derive(Clone, Debug)]
pub(super) struct Line {
    place: LoadPlace,
    wish: Wish,
}

/// Asks a person a question, and returns whether the answer is yes.
pub type Ask = fn(&str) -> io::Result<bool>;

/// Returns what the lines of some models ask for.
///
/// # Errors
///
/// [`Error::Rename`] for a line that cannot be read.
pub(super) fn lines(sources: &[Arc<Source>]) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for source in sources {
        let mut at = 0;
        for line in source.text().split_inclusive('\n') {
            if let Some(words) = line.trim().strip_prefix(MARK) {
                let place = LoadPlace {
                    source: Arc::clone(source),
                    at,
                };
                match Wish::of_line(words) {
                    Some(wish) => lines.push(Line { place, wish }),
                    None => return Err(RenameProblem::Line(place).into()),
                }
            }
            at += line.len();
        }
    }
    Ok(lines)
}

/// Returns the renames that lead from one schema to another. What was typed
/// must be possible; a line of the models stays there when it is done.
///
/// # Errors
///
/// [`Error::Rename`]
pub(super) fn wanted(
    typed: &[Wish],
    lines: &[Line],
    old: &Schema,
    new: &Schema,
) -> Result<Vec<Rename>, Error> {
    let mut renames: Vec<Rename> = Vec::new();
    // Columns need to know what their tables will be called.
    for of_tables in [true, false] {
        let tables = renames.clone();
        let typed = typed.iter().map(|wish| (wish, None));
        let placed = lines.iter().map(|line| (&line.wish, Some(&line.place)));
        let wishes = typed.chain(placed);
        let wishes = wishes.filter(|(wish, _)| wish.is_of_table() == of_tables);
        let wishes: Vec<(&Wish, Option<&LoadPlace>)> = wishes.collect();
        let (of_lines, of_typed): (Vec<_>, Vec<_>) =
            wishes.iter().partition(|(_, place)| place.is_some());
        let assumed = |wishes: Vec<&(&Wish, _)>| {
            let renames = wishes
                .into_iter()
                .map(|(wish, _)| fulfilled(wish, &tables, lines, Room::Assumed, old, new));
            renames.filter_map(Result::ok).collect::<Vec<Rename>>()
        };
        let room = with_room(assumed(of_typed), &assumed(of_lines), old, new);
        for (wish, place) in wishes {
            let found = fulfilled(wish, &tables, lines, Room::Of(&room), old, new);
            let why = match (found, place) {
                (Ok(rename), _) => {
                    if room.contains(&rename) && !renames.contains(&rename) {
                        renames.push(rename);
                    }
                    continue;
                }
                (Err(why), None) => why,
                (Err(why @ Unfulfilled::Unknown { .. }), Some(place)) => {
                    // Where no table is yet, no line can know one.
                    if old.facts().any(|fact| fact.identity.is_table()) {
                        warn!("{}", error::schema::stale_rename(&why, place));
                    }
                    continue;
                }
                (
                    Err(
                        Unfulfilled::Done { .. }
                        | Unfulfilled::Both { .. }
                        | Unfulfilled::Kept { .. },
                    ),
                    Some(_),
                ) => continue,
                (
                    Err(why @ (Unfulfilled::NotWanted { .. } | Unfulfilled::Ambiguous { .. })),
                    Some(_),
                ) => why,
            };
            let place = place.cloned();
            return Err(RenameProblem::Unfulfilled { why, place }.into());
        }
    }
    Ok(in_order(renames, old, new))
}

/// Returns the rename that a wish stands for. A line about a column may call
/// its table as it was called before another line was done.
fn fulfilled(
    wish: &Wish,
    tables: &[Rename],
    lines: &[Line],
    room: Room<'_>,
    old: &Schema,
    new: &Schema,
) -> Result<Rename, Unfulfilled> {
    let found = wish.fulfilled(tables, room, old, new);
    if !matches!(found, Err(Unfulfilled::Unknown { .. })) {
        return found;
    }
    let later = lines.iter().filter_map(|line| wish.after(&line.wish));
    let mut later = later.map(|wish| wish.fulfilled(tables, room, old, new));
    let is_known = |found: &Result<_, _>| !matches!(found, Err(Unfulfilled::Unknown { .. }));
    later.find(is_known).unwrap_or(found)
}

/// Returns the renames of the way back that lines ask for, where their models
/// are what is there first: whatever of them is possible.
pub(super) fn wanted_back(lines: &[Line], old: &Schema, new: &Schema) -> Vec<Rename> {
    let mut renames: Vec<Rename> = Vec::new();
    for of_tables in [true, false] {
        let tables = renames.clone();
        let wishes = lines.iter().map(|line| line.wish.reversed());
        let wishes: Vec<Wish> = wishes
            .filter(|wish| wish.is_of_table() == of_tables)
            .collect();
        let found = wishes
            .iter()
            .map(|wish| wish.fulfilled(&tables, Room::Assumed, old, new));
        let found: Vec<Rename> = found.filter_map(Result::ok).collect();
        renames.extend(with_room(Vec::new(), &found, old, new));
    }
    in_order(renames, old, new)
}

/// Asks about everything that looks as if it got another name, and returns
/// what did.
///
/// # Errors
///
/// [`Error::Stdin`]
pub(super) async fn asked(ask: Ask, old: &Schema, new: &Schema) -> Result<Vec<Rename>, Error> {
    let mut renames: Vec<Rename> = Vec::new();
    for candidate in candidates(old, new) {
        if renames.iter().any(|rename| rename.concerns(&candidate)) {
            continue;
        }
        let question =
            format!("was {candidate} renamed? If not, it is dropped, and what it holds is lost.");
        // A person takes time, and may rather end it all by a signal.
        let answer = tokio::task::spawn_blocking(move || ask(&question)).await;
        let answer = answer.map_err(io::Error::other).and_then(|answer| answer);
        if answer.map_err(Error::Stdin)? {
            renames.push(candidate);
        }
    }
    // Both are sorted: tables stand before columns.
    renames.reverse();
    Ok(renames)
}

/// Renames in a database, and whatever follows; returns all that was done, and
/// the schema afterwards.
///
/// # Errors
///
/// That the server refuses a rename.
pub(super) async fn run(
    proving: &Proving<'_>,
    mut renames: Vec<Rename>,
    new: &Schema,
) -> Result<(Vec<Rename>, Schema), Error> {
    proving.rename(&renames).await?;
    let schema = proving.schema().await?;
    let following = followers(&renames, &schema, new);
    if following.is_empty() {
        return Ok((renames, schema));
    }
    proving.rename(&following).await?;
    renames.extend(following);
    Ok((renames, proving.schema().await?))
}
