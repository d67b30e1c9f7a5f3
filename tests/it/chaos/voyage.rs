//! A random plan, its way back, and what must be there after each revision.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;

use super::truth::{Index, Table, Truth};

/// How long a row of an index on `slow(id)` takes.
const NAP: Duration = Duration::from_micros(300);

/// An index on this gives a fault time to come: the function rests, without
/// work for the processor. It must not be slow when a row is written.
const SLOW: &str = "CREATE FUNCTION slow(k int) RETURNS int LANGUAGE plpgsql IMMUTABLE \
     SET search_path = pg_catalog AS $$ BEGIN PERFORM pg_sleep(0.0003); RETURN k; END $$;";

/// Files of revisions, and the truth about them.
#[derive(Debug)]
pub(super) struct Voyage {
    pub(super) files: Vec<(String, String)>,
    /// What is there when none is applied, one, and so on.
    pub(super) truths: Vec<Truth>,
    pub(super) transactions: Transactions,
    /// How long all statements rest on the server, about.
    pub(super) naps: Duration,
    /// The same on the way back.
    pub(super) naps_back: Duration,
}

/// Whether each revision has a transaction of its own, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transactions {
    OneOrNoneEach,
    /// `--transaction all`
    OneForAll,
}

/// Draws statements one by one, and keeps what they lead to.
struct Draft<'a> {
    rng: &'a mut Rng,
    truth: Truth,
    naps: Duration,
    naps_back: Duration,
    /// What takes the present revision back, last statement first, and how.
    undo: Vec<String>,
    way_back: WayBack,
    names: u32,
    ids: u32,
}

/// Whether a revision's way back has a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WayBack {
    Inside,
    Outside,
}

impl Voyage {
    /// Returns what the history says about some of the revisions, in order.
    pub(super) fn history(&self, action: &str, revisions: Range<usize>) -> Vec<String> {
        let ids = self.truths.last().map(|truth| &truth.revisions[revisions]);
        let ids = ids.unwrap_or_default().iter();
        ids.map(|id| format!("{action} {id}")).collect()
    }

    /// Returns the revision of a file.
    pub(super) fn revision(&self, file: usize) -> String {
        self.truths[file + 1].revisions[file].clone()
    }

    pub(super) fn draw(rng: &mut Rng) -> Self {
        let mut draft = Draft {
            rng,
            truth: Truth::default(),
            naps: Duration::ZERO,
            naps_back: Duration::ZERO,
            undo: Vec::new(),
            way_back: WayBack::Inside,
            names: 0,
            ids: 0,
        };
        let transactions = match draft.rng.u8(..6) {
            0 => Transactions::OneForAll,
            _ => Transactions::OneOrNoneEach,
        };
        let mut files = Vec::new();
        let mut truths = vec![Truth::default()];
        let mut before = String::new();
        for number in 0..draft.rng.u32(3..=7) {
            let id = format!("r{number}");
            let outside =
                transactions == Transactions::OneOrNoneEach && number > 0 && draft.rng.u8(..5) < 3;
            let mut text = format!("-- step {number}\n--\n-- revision: {id}\n");
            if number > 0 {
                let _ = writeln!(text, "-- revises: {before}");
            }
            draft.way_back = match transactions {
                Transactions::OneOrNoneEach if draft.rng.bool() => WayBack::Outside,
                Transactions::OneOrNoneEach | Transactions::OneForAll => WayBack::Inside,
            };
            let option = |outside| if outside { " transaction:false" } else { "" };
            let _ = writeln!(text, "\n-- migrate:up{}", option(outside));
            if number == 0 {
                draft.undo.push("DROP FUNCTION slow(int);".to_owned());
                let _ = writeln!(text, "{SLOW}\n{}", draft.table());
            }
            for _ in 0..draft.rng.usize(1..=5) {
                let statement = if outside {
                    draft.outside()
                } else {
                    draft.inside()
                };
                let _ = writeln!(text, "{statement}");
            }
            let back = option(draft.way_back == WayBack::Outside);
            let _ = writeln!(text, "\n-- migrate:down{back}");
            for statement in draft.undo.drain(..).rev() {
                let _ = writeln!(text, "{statement}");
            }
            files.push((format!("migrations/{id}.sql"), text));
            draft.truth.revisions.push(id.clone());
            truths.push(draft.truth.clone());
            before = id;
        }
        Self {
            files,
            truths,
            transactions,
            naps: draft.naps,
            naps_back: draft.naps_back,
        }
    }
}

impl Draft<'_> {
    /// Draws a statement for a revision in a transaction.
    fn inside(&mut self) -> String {
        match self.rng.u8(..8) {
            0 | 1 => self.table(),
            2 | 3 => self.rows(),
            4 => self.copy(),
            5 => self.bump(),
            6 => self.index(""),
            _ => self.nap(),
        }
    }

    /// Draws a statement for a revision outside a transaction.
    fn outside(&mut self) -> String {
        match self.rng.u8(..16) {
            0 => self.table(),
            1 | 2 => self.rows(),
            3 => self.copy(),
            4 => self.bump(),
            5 => self.nap(),
            6 => self.vacuum(),
            7 => format!("DROP INDEX CONCURRENTLY IF EXISTS nothing{};", self.name()),
            8 | 9 => self.drop_index(),
            10 | 11 => self.reindex(),
            _ => self.index(" CONCURRENTLY"),
        }
    }

    fn table(&mut self) -> String {
        let name = format!("t{}", self.name());
        let statement = format!("CREATE TABLE {name} (id int NOT NULL, n int NOT NULL DEFAULT 0);");
        self.truth.tables.insert(name.clone(), Table::default());
        self.undo.push(format!("DROP TABLE {name};"));
        let rows = self.rows_of(&name);
        // One statement outside a transaction, or two.
        format!("{statement}\n{rows}")
    }

    fn rows(&mut self) -> String {
        let name = self.some_table();
        self.rows_of(&name)
    }

    fn rows_of(&mut self, name: &str) -> String {
        let (first, last) = self.new_ids(150);
        self.add(name, first..=last);
        self.undo_rows(name, first, last);
        format!("INSERT INTO {name} (id) SELECT generate_series({first}, {last});")
    }

    fn copy(&mut self) -> String {
        let name = self.some_table();
        let (first, last) = self.new_ids(20);
        self.add(&name, first..=last);
        self.undo_rows(&name, first, last);
        let mut text = format!("COPY {name} (id, n) FROM stdin;\n");
        for id in first..=last {
            let _ = writeln!(text, "{id}\t0");
        }
        text.push_str("\\.");
        text
    }

    /// Draws an UPDATE that shows if it ran twice.
    fn bump(&mut self) -> String {
        let name = self.some_table();
        let table = self.truth.tables.entry(name.clone()).or_default();
        for n in table.rows.values_mut() {
            *n += 1;
        }
        self.undo.push(format!("UPDATE {name} SET n = n - 1;"));
        format!("UPDATE {name} SET n = n + 1;")
    }

    fn nap(&mut self) -> String {
        let length = self.rng.u32(1..=40);
        self.naps += Duration::from_millis(length.into());
        self.naps_back += Duration::from_millis(length.into());
        let statement = format!("SELECT pg_sleep({:.3});", f64::from(length) / 1000.0);
        self.undo.push(statement.clone());
        statement
    }

    fn vacuum(&mut self) -> String {
        let statement = format!("VACUUM {};", self.some_table());
        if self.way_back == WayBack::Outside {
            self.undo.push(statement.clone());
        }
        statement
    }

    fn index(&mut self, how: &str) -> String {
        let table = self.some_table();
        let name = format!("i{}", self.name());
        let unique = self.rng.bool();
        // Only an index that is built last is slow, or each row written after
        // it would be as well.
        let slow = self.rng.bool() && !how.is_empty();
        if slow {
            self.naps += NAP * 2 * self.truth.tables[&table].rows.len() as u32;
        }
        let index = Index {
            table: table.clone(),
            unique,
        };
        self.truth.indexes.insert(name.clone(), index);
        let concurrently = self.concurrently_back();
        let if_exists = if self.rng.bool() { " IF EXISTS" } else { "" };
        self.undo
            .push(format!("DROP INDEX{concurrently}{if_exists} {name};"));
        let unique = if unique { " UNIQUE" } else { "" };
        let if_not_exists = if self.rng.bool() {
            " IF NOT EXISTS"
        } else {
            ""
        };
        let column = if slow { "slow(id)" } else { "id" };
        format!("CREATE{unique} INDEX{how}{if_not_exists} {name} ON {table} ({column});")
    }

    fn drop_index(&mut self) -> String {
        let Some(name) = self.some_index() else {
            return self.index(" CONCURRENTLY");
        };
        let index = self.truth.indexes.remove(&name);
        let concurrently = self.concurrently_back();
        self.undo.extend(index.map(|index| {
            let unique = if index.unique { " UNIQUE" } else { "" };
            let table = index.table;
            let rows = self.truth.tables[&table].rows.len() as u32;
            if concurrently.is_empty() {
                format!("CREATE{unique} INDEX {name} ON {table} (id);")
            } else {
                self.naps_back += NAP * 2 * rows;
                format!("CREATE{unique} INDEX{concurrently} {name} ON {table} (slow(id));")
            }
        }));
        let if_exists = if self.rng.bool() { " IF EXISTS" } else { "" };
        format!("DROP INDEX CONCURRENTLY{if_exists} {name};")
    }

    fn reindex(&mut self) -> String {
        let Some(name) = self.some_index() else {
            return self.index(" CONCURRENTLY");
        };
        let table = &self.truth.indexes[&name].table;
        self.naps += NAP * 2 * self.truth.tables[table].rows.len() as u32;
        let statement = match self.rng.u8(..3) {
            0 => format!("REINDEX INDEX CONCURRENTLY {name};"),
            1 => format!("REINDEX (VERBOSE) INDEX CONCURRENTLY public.{name};"),
            _ => format!("REINDEX TABLE CONCURRENTLY {table};"),
        };
        if self.way_back == WayBack::Outside {
            self.undo.push(statement.clone());
        }
        statement
    }

    fn undo_rows(&mut self, table: &str, first: u32, last: u32) {
        self.undo.push(format!(
            "DELETE FROM {table} WHERE id BETWEEN {first} AND {last};"
        ));
    }

    fn concurrently_back(&self) -> &'static str {
        match self.way_back {
            WayBack::Inside => "",
            WayBack::Outside => " CONCURRENTLY",
        }
    }

    fn some_table(&mut self) -> String {
        pick(self.rng, &self.truth.tables).expect("the first revision makes a table")
    }

    fn some_index(&mut self) -> Option<String> {
        pick(self.rng, &self.truth.indexes)
    }

    fn name(&mut self) -> u32 {
        self.names += 1;
        self.names
    }

    fn new_ids(&mut self, most: u32) -> (u32, u32) {
        let first = self.ids + 1;
        self.ids += self.rng.u32(1..=most);
        (first, self.ids)
    }

    fn add(&mut self, table: &str, ids: std::ops::RangeInclusive<u32>) {
        let table = self.truth.tables.entry(table.to_owned()).or_default();
        table.rows.extend(ids.map(|id| (id, 0)));
    }
}

fn pick<T>(rng: &mut Rng, from: &BTreeMap<String, T>) -> Option<String> {
    let at = rng.usize(..from.len().max(1));
    from.keys().nth(at).cloned()
}
