//! What may have become of a statement that cannot run in a transaction.
//!
//! Before it runs: whether it ran already, or what it left behind. After it
//! failed: whether it has certainly changed nothing.

use super::error::{ApplyError, InvalidIndex, Outcome};
use super::index::{self, Index, Validity};
use super::outside::{Stop, Turn};
use super::remains;
use super::run::Run;
use crate::postgres::{ServerFailure, Session};
use crate::sql::{OutsideKind, StatementKind};

/// Whether the journal says that this very statement was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    Yes,
    No,
}

/// What to do about a statement that cannot run in a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It took effect already.
    Finished,
    Run,
    /// It will find that it has nothing to do, or that it cannot: no mark, since
    /// a mark would later be taken for its own work.
    RunUnmarked,
    /// Its own remains, if there are any, have to go first.
    Repair(Vec<Index>),
}

impl<C> Run<'_, C>
where
    C: AsyncFn() -> Option<Session>,
{
    /// Decides about a statement by what the catalog says.
    pub(super) async fn judged(&self, turn: Turn<'_>, begun: Begun) -> Result<Judgement, Stop> {
        let StatementKind::Outside(kind) = &turn.statement().kind else {
            return self.unless_begun(turn, begun);
        };
        match kind {
            OutsideKind::CreateIndexConcurrently {
                name: Some(name),
                table: Some(table),
                ..
            } => {
                let found = index::of_table(self.locked.session(), table, name).await;
                let found = found.map_err(|failure| self.lost(turn, failure))?;
                self.about_index(turn, begun, found)
            }
            OutsideKind::DropIndexConcurrently { name: Some(name) } => {
                let there = index::exists(self.locked.session(), name).await;
                let there = there.map_err(|failure| self.lost(turn, failure))?;
                Ok(match (there, begun) {
                    (false, Begun::Yes) => Judgement::Finished,
                    (false, Begun::No) => Judgement::RunUnmarked,
                    (true, _) => Judgement::Run,
                })
            }
            // To do these twice does no harm, but what a REINDEX that did not
            // end has left must be taken away.
            OutsideKind::ReindexConcurrently { what: Some(what) } if begun == Begun::Yes => {
                let remains = remains::of(self.locked.session(), what).await;
                let remains = remains.map_err(|failure| self.lost(turn, failure))?;
                Ok(Judgement::Repair(remains))
            }
            OutsideKind::ReindexConcurrently { .. } | OutsideKind::Vacuum => Ok(Judgement::Run),
            OutsideKind::CreateIndexConcurrently { .. }
            | OutsideKind::DropIndexConcurrently { .. }
            | OutsideKind::Other => self.unless_begun(turn, begun),
        }
    }

    fn unless_begun(&self, turn: Turn<'_>, begun: Begun) -> Result<Judgement, Stop> {
        match begun {
            Begun::No => Ok(Judgement::Run),
            Begun::Yes => Err(Box::new(ApplyError::Ambiguous {
                site: turn.site(),
                location: self.location.clone(),
            })),
        }
    }

    fn about_index(
        &self,
        turn: Turn<'_>,
        begun: Begun,
        found: Option<Index>,
    ) -> Result<Judgement, Stop> {
        let Some(index) = found else {
            return Ok(Judgement::Run);
        };
        if let Some(pid) = index.builder {
            return Err(Box::new(ApplyError::BeingBuilt {
                site: turn.site(),
                index: index.qualified().to_string(),
                pid,
            }));
        }
        match (index.validity, begun) {
            (Validity::Valid, Begun::Yes) => Ok(Judgement::Finished),
            (Validity::Valid, Begun::No) | (Validity::Foreign, _) => Ok(Judgement::RunUnmarked),
            (Validity::Invalid, Begun::Yes) => Ok(Judgement::Repair(vec![index])),
            (Validity::Invalid, Begun::No) => Err(turn.invalid(&index, InvalidIndex::NotOurs)),
            (Validity::InvalidPartitioned, _) => {
                Err(turn.invalid(&index, InvalidIndex::Partitioned))
            }
        }
    }

    /// Checks that a statement which built an index left a valid one.
    pub(super) async fn check_built(&self, turn: Turn<'_>) -> Result<(), Stop> {
        if let StatementKind::Outside(OutsideKind::CreateIndexConcurrently {
            name: Some(name),
            table: Some(table),
            ..
        }) = &turn.statement().kind
        {
            let found = index::of_table(self.locked.session(), table, name).await;
            let found = found.map_err(|failure| self.lost(turn, failure))?;
            if let Some(index) = found.filter(|index| index.validity == Validity::Invalid) {
                return Err(turn.invalid(&index, InvalidIndex::AfterBuild));
            }
        }
        Ok(())
    }

    /// Says whether a statement that failed has certainly changed nothing.
    ///
    /// A procedure may have committed before it failed. Each transaction of a
    /// server process has a number, and the numbers have no gaps: one for the
    /// question before, one for the statement, one for the question now.
    pub(super) async fn left_nothing(
        &self,
        turn: Turn<'_>,
        failure: &ServerFailure,
        before: Option<u64>,
    ) -> bool {
        if failure.ends_session() {
            return false;
        }
        match &turn.statement().kind {
            StatementKind::Procedural => {
                let after = number(self.locked.session()).await.ok().flatten();
                matches!((before, after), (Some(before), Some(after)) if after == before + 2)
            }
            StatementKind::Outside(OutsideKind::Other) => {
                // DETACH ... CONCURRENTLY is made of two transactions.
                !turn.text().to_ascii_lowercase().contains("concurrently")
            }
            _ => false,
        }
    }

    pub(super) async fn transaction_number(&self, turn: Turn<'_>) -> Result<Option<u64>, Stop> {
        match &turn.statement().kind {
            StatementKind::Procedural => {
                let number = number(self.locked.session()).await;
                number.map_err(|failure| self.lost(turn, failure))
            }
            _ => Ok(None),
        }
    }

    /// A question to the catalog fails only with the session.
    fn lost(&self, turn: Turn<'_>, failure: ServerFailure) -> Stop {
        Box::new(ApplyError::Lost {
            revision: turn.task.step.revision.clone(),
            failure,
            outcome: Outcome::Journalled,
        })
    }
}

/// Returns the number of the server process's present transaction.
async fn number(session: &Session) -> Result<Option<u64>, ServerFailure> {
    let question = "SELECT l.virtualtransaction FROM pg_catalog.pg_locks l \
                    WHERE l.locktype = 'virtualxid' AND l.pid = pg_catalog.pg_backend_pid()";
    let answer = session.ask(question).await?;
    Ok(answer
        .rsplit_once('/')
        .and_then(|(_, number)| number.parse().ok()))
}
