//! Who holds the lock, as far as this role may see.

use std::fmt::{self, Display};

use super::Key;
use crate::postgres::cell::cell;
use crate::postgres::{ServerFailure, Session};

/// The session that holds the migration lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: i32,
    /// `None` where the role may not see it, as all that follows.
    pub application: Option<String>,
    pub user: Option<String>,
    /// `local` for a unix socket.
    pub address: Option<String>,
    /// When its session began, in the server's time.
    pub since: Option<String>,
}

/// Returns who holds the key now; `None`: nobody does.
///
/// # Errors
///
/// What the server or the connection said.
pub async fn holder(session: &Session, key: Key) -> Result<Option<Holder>, ServerFailure> {
    let query = format!(
        "SELECT l.pid, a.application_name, a.usename, \
         CASE WHEN a.client_port = -1 THEN 'local' ELSE pg_catalog.host(a.client_addr) END \
         AS address, \
         pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') \
         AS since \
         FROM pg_catalog.pg_locks l \
         LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE {}",
        key.rows()
    );
    let messages = session.client.simple_query(&query).await?;
    Ok(messages.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            let text = |name| {
                cell(row, name)
                    .filter(|text| !text.is_empty())
                    .map(str::to_owned)
            };
            Some(Holder {
                pid: cell(row, "pid")
                    .and_then(|pid| pid.parse().ok())
                    .unwrap_or_default(),
                application: text("application_name"),
                user: text("usename"),
                address: text("address"),
                since: text("since").map(|since| format!("{since} UTC")),
            })
        }
        _ => None,
    }))
}

impl Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        if let Some(application) = &self.application {
            write!(f, ", application `{application}`")?;
        }
        if let Some(user) = &self.user {
            write!(f, ", role `{user}`")?;
        }
        if let Some(address) = &self.address {
            write!(f, ", from {address}")?;
        }
        if let Some(since) = &self.since {
            write!(f, ", connected since {since}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_seen_is_shown() {
        let mut holder = Holder {
            pid: 7,
            ..Holder::default()
        };
        assert_eq!(holder.to_string(), "pid 7");
        holder.application = Some("seaworthy".into());
        holder.user = Some("owner".into());
        holder.address = Some("10.0.0.7".into());
        holder.since = Some("2026-01-01 10:00:00 UTC".into());
        insta::assert_snapshot!(holder, @r#"
        pid 7, application `seaworthy`, role `owner`, from 10.0.0.7, connected since 2026-01-01 10:00:00 UTC
        "#);
    }
}
