//! How far the voyage is, made of the news that were told of it.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::News;

/// The phase, and since when it lasts.
#[derive(Debug)]
pub(super) struct Course {
    phase: Phase,
    since: Instant,
}

#[derive(Debug)]
enum Phase {
    Starting,
    Waiting(Vec<Awaited>),
    Locking { holder: Option<String> },
    Migrating(Step),
    MigratingBy { program: String },
}

#[derive(Debug)]
struct Awaited {
    subject: String,
    state: Option<String>,
}

#[derive(Debug)]
struct Step {
    revision: String,
    direction: String,
    number: usize,
    of: usize,
    since: Instant,
    waits_for: Option<String>,
    blocked_by: Option<i32>,
}

impl Course {
    pub(super) fn starting(now: Instant) -> Self {
        Self {
            phase: Phase::Starting,
            since: now,
        }
    }

    pub(super) fn take(&mut self, news: News<'_>, now: Instant) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        match (&mut self.phase, news) {
            (Phase::Waiting(all), News::Awaits { subject, state }) => {
                match all.iter_mut().find(|one| one.subject == subject) {
                    Some(one) => one.state = owned(state),
                    None => all.push(Awaited::new(subject, state)),
                }
            }
            (_, News::Awaits { subject, state }) => {
                self.enter(Phase::Waiting(vec![Awaited::new(subject, state)]), now);
            }
            (Phase::Waiting(all), News::Ready { subject }) => {
                all.retain(|one| one.subject != subject);
            }
            (Phase::Locking { holder: known }, News::Queues { holder }) => *known = owned(holder),
            (_, News::Queues { holder }) => {
                let holder = owned(holder);
                self.enter(Phase::Locking { holder }, now);
            }
            (
                phase,
                News::SetsOut {
                    revision,
                    direction,
                    number,
                    of,
                },
            ) => {
                let step = Step {
                    revision: revision.to_owned(),
                    direction: direction.to_owned(),
                    number,
                    of,
                    since: now,
                    waits_for: None,
                    blocked_by: None,
                };
                match phase {
                    Phase::Migrating(last) => *last = step,
                    _ => self.enter(Phase::Migrating(step), now),
                }
            }
            (
                Phase::Migrating(step),
                News::Sees {
                    waits_for,
                    blocked_by,
                },
            ) => {
                step.waits_for = owned(waits_for);
                step.blocked_by = blocked_by;
            }
            (_, News::Runs { program }) => {
                let program = program.to_owned();
                self.enter(Phase::MigratingBy { program }, now);
            }
            // What is over already changes nothing.
            (_, News::Ready { .. } | News::Sees { .. }) => {}
        }
    }

    fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
    }

    pub(super) fn document(&self, now: Instant) -> Value {
        let seconds = |since: Instant| now.duration_since(since).as_secs();
        let for_seconds = seconds(self.since);
        match &self.phase {
            Phase::Starting => json!({ "phase": "starting", "for_seconds": for_seconds }),
            Phase::Waiting(all) => {
                let all: Vec<Value> = all
                    .iter()
                    .map(|one| json!({ "name": one.subject, "state": one.state }))
                    .collect();
                json!({ "phase": "waiting", "for_seconds": for_seconds, "waiting_for": all })
            }
            Phase::Locking { holder } => {
                json!({ "phase": "locking", "for_seconds": for_seconds, "holder": holder })
            }
            Phase::Migrating(step) => json!({
                "phase": "migrating",
                "for_seconds": for_seconds,
                "revision": step.revision,
                "direction": step.direction,
                "number": step.number,
                "of": step.of,
                "revision_seconds": seconds(step.since),
                "waits_for": step.waits_for,
                "blocked_by": step.blocked_by,
            }),
            Phase::MigratingBy { program } => {
                json!({ "phase": "migrating", "for_seconds": for_seconds, "command": program })
            }
        }
    }
}

impl Awaited {
    fn new(subject: &str, state: Option<&str>) -> Self {
        Self {
            subject: subject.to_owned(),
            state: state.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Tells news, one a second, and returns the document a second later.
    fn after(news: &[News<'_>]) -> Value {
        let start = Instant::now();
        let at = |seconds: usize| start + Duration::from_secs(seconds as u64);
        let mut course = Course::starting(start);
        for (second, news) in (1..).zip(news) {
            course.take(*news, at(second));
        }
        course.document(at(news.len() + 1))
    }

    fn awaits<'a>(subject: &'a str, state: Option<&'a str>) -> News<'a> {
        News::Awaits { subject, state }
    }

    const SETS_OUT: News<'static> = News::SetsOut {
        revision: "b2",
        direction: "upgrade",
        number: 1,
        of: 2,
    };

    #[test]
    fn it_starts() {
        let expected = json!({ "phase": "starting", "for_seconds": 1 });
        assert_eq!(after(&[]), expected);
        // Nothing was waited for, and nothing runs.
        let stray = [
            News::Ready { subject: "db" },
            News::Sees {
                waits_for: None,
                blocked_by: None,
            },
        ];
        assert_eq!(after(&stray)["phase"], "starting");
    }

    #[test]
    fn it_waits_for_all_that_is_not_ready() {
        assert_eq!(
            after(&[
                awaits("db", None),
                awaits("redis", None),
                awaits("mail", None),
                awaits("db", Some("connection refused")),
                News::Ready { subject: "redis" },
            ]),
            json!({
                "phase": "waiting",
                "for_seconds": 5,
                "waiting_for": [
                    { "name": "db", "state": "connection refused" },
                    { "name": "mail", "state": null },
                ],
            })
        );
    }

    #[test]
    fn it_stands_in_the_queue() {
        let queue = [
            awaits("db", None),
            News::Ready { subject: "db" },
            News::Queues { holder: None },
            News::Queues {
                holder: Some("pid 7"),
            },
        ];
        let expected = json!({ "phase": "locking", "for_seconds": 2, "holder": "pid 7" });
        assert_eq!(after(&queue), expected);
        // The session was lost there.
        let again = [News::Queues { holder: None }, awaits("db", None)];
        assert_eq!(
            after(&again),
            json!({
                "phase": "waiting",
                "for_seconds": 1,
                "waiting_for": [{ "name": "db", "state": null }],
            })
        );
    }

    #[test]
    fn it_lets_another_program_migrate() {
        let expected = json!({ "phase": "migrating", "for_seconds": 1, "command": "alembic" });
        let queue = News::Queues { holder: None };
        let runs = News::Runs { program: "alembic" };
        assert_eq!(after(&[queue, runs]), expected);
    }

    #[test]
    fn it_migrates() {
        let sees = News::Sees {
            waits_for: Some("Lock relation"),
            blocked_by: Some(7),
        };
        let expected = json!({
            "phase": "migrating",
            "for_seconds": 2,
            "revision": "b2",
            "direction": "upgrade",
            "number": 1,
            "of": 2,
            "revision_seconds": 2,
            "waits_for": "Lock relation",
            "blocked_by": 7,
        });
        assert_eq!(after(&[SETS_OUT, sees]), expected);
        let next = News::SetsOut {
            revision: "c3",
            direction: "upgrade",
            number: 2,
            of: 2,
        };
        let expected = json!({
            "phase": "migrating",
            "for_seconds": 3,
            "revision": "c3",
            "direction": "upgrade",
            "number": 2,
            "of": 2,
            "revision_seconds": 1,
            "waits_for": null,
            "blocked_by": null,
        });
        assert_eq!(after(&[SETS_OUT, sees, next]), expected);
    }
}
