//! Values as `seaworthy config` shows them: as they would be written, and
//! never a secret.

use std::path::PathBuf;
use std::time::Duration;

use seaworthy_schema::HazardKind;
use tracing::Level;

use super::{
    AlsoTarget, FileTemplate, FormatChoice, HttpTarget, Limit, ListenAddress, LogFormat,
    MigrateCommand, ObjectPattern, Origin, Secret, TransactionScope,
};
use crate::duration;
use crate::plan::OnAhead;
use crate::revision::Target;

/// One setting in force.
#[derive(Clone, Debug)]
pub struct ShownSetting<'a> {
    /// The long flag, without its hyphens.
    pub name: &'static str,
    pub value: ShownValue,
    pub origin: &'a Origin,
}

/// A value, as far as it may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownValue {
    Nothing,
    /// There is one, and it may hold a password.
    Hidden,
    One(String),
    Several(Vec<String>),
}

/// A kind of value that knows what of it may be seen.
pub(super) trait Shown {
    fn shown(&self) -> ShownValue;
}

fn one(text: impl ToString) -> ShownValue {
    ShownValue::One(text.to_string())
}

impl Shown for Option<Secret> {
    fn shown(&self) -> ShownValue {
        match self {
            Some(_) => ShownValue::Hidden,
            None => ShownValue::Nothing,
        }
    }
}

impl Shown for Limit {
    fn shown(&self) -> ShownValue {
        one(duration::shown(self.unwrap_or_default()))
    }
}

impl Shown for Duration {
    fn shown(&self) -> ShownValue {
        one(duration::shown(*self))
    }
}

impl Shown for bool {
    fn shown(&self) -> ShownValue {
        one(self)
    }
}

impl Shown for Option<bool> {
    fn shown(&self) -> ShownValue {
        self.map_or(ShownValue::Nothing, one)
    }
}

impl Shown for usize {
    fn shown(&self) -> ShownValue {
        one(self)
    }
}

impl Shown for String {
    fn shown(&self) -> ShownValue {
        one(self)
    }
}

impl Shown for Vec<ObjectPattern> {
    fn shown(&self) -> ShownValue {
        let patterns = self.iter().map(|one| one.as_str().to_owned());
        ShownValue::Several(patterns.collect())
    }
}

impl Shown for Option<String> {
    fn shown(&self) -> ShownValue {
        self.as_ref().map_or(ShownValue::Nothing, one)
    }
}

impl Shown for Vec<String> {
    fn shown(&self) -> ShownValue {
        ShownValue::Several(self.clone())
    }
}

impl Shown for Vec<HazardKind> {
    fn shown(&self) -> ShownValue {
        let names = self.iter().map(|kind| kind.name().to_owned());
        ShownValue::Several(names.collect())
    }
}

impl Shown for Vec<PathBuf> {
    fn shown(&self) -> ShownValue {
        let paths = self.iter().map(|path| path.display().to_string());
        ShownValue::Several(paths.collect())
    }
}

impl Shown for Option<PathBuf> {
    fn shown(&self) -> ShownValue {
        self.as_ref()
            .map_or(ShownValue::Nothing, |path| one(path.display()))
    }
}

impl Shown for Option<ListenAddress> {
    fn shown(&self) -> ShownValue {
        self.as_ref().map_or(ShownValue::Nothing, one)
    }
}

impl Shown for Target {
    fn shown(&self) -> ShownValue {
        one(self)
    }
}

impl Shown for FileTemplate {
    fn shown(&self) -> ShownValue {
        one(self.as_str())
    }
}

impl Shown for Level {
    fn shown(&self) -> ShownValue {
        one(self.to_string().to_ascii_lowercase())
    }
}

impl Shown for LogFormat {
    fn shown(&self) -> ShownValue {
        one(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

impl Shown for FormatChoice {
    fn shown(&self) -> ShownValue {
        one(match self {
            Self::Auto => "auto",
            Self::Native => "native",
        })
    }
}

impl Shown for OnAhead {
    fn shown(&self) -> ShownValue {
        one(match self {
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Apply => "apply",
        })
    }
}

impl Shown for TransactionScope {
    fn shown(&self) -> ShownValue {
        one(match self {
            Self::Revision => "revision",
            Self::All => "all",
        })
    }
}

impl Shown for Option<AlsoTarget> {
    fn shown(&self) -> ShownValue {
        self.as_ref()
            .map_or(ShownValue::Nothing, |target| one(also(target)))
    }
}

/// The program alone: a URL with its password may stand behind it.
impl Shown for Option<MigrateCommand> {
    fn shown(&self) -> ShownValue {
        match self {
            None => ShownValue::Nothing,
            Some(command) if command.arguments.is_empty() => one(&command.program),
            Some(command) => one(format!("{} (its words are not shown)", command.program)),
        }
    }
}

impl Shown for Vec<AlsoTarget> {
    fn shown(&self) -> ShownValue {
        ShownValue::Several(self.iter().map(also).collect())
    }
}

/// Returns a target without what may be a password or a token: user, and the
/// query of a URL.
fn also(target: &AlsoTarget) -> String {
    match target {
        AlsoTarget::Tcp { host, port } => format!("tcp://{}:{port}", bracketed(host)),
        AlsoTarget::Http(HttpTarget {
            tls,
            host,
            port,
            path,
            ..
        }) => {
            let scheme = if *tls { "https" } else { "http" };
            let path = path.split('?').next().unwrap_or_default();
            format!("{scheme}://{}:{port}{path}", bracketed(host))
        }
        AlsoTarget::Unix(path) => format!("unix://{}", path.display()),
        AlsoTarget::File(path) => format!("file://{}", path.display()),
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let target = super::super::also::parse(text).expect("a target");
        assert_eq!(also(&target), expected);
    }

    #[test]
    fn targets_are_shown_without_what_may_be_secret() {
        check("tcp://redis:6379", "tcp://redis:6379");
        check("tcp://[::1]:1", "tcp://[::1]:1");
        check("http://u:hunter2@h/a?token=hunter2", "http://h:80/a");
        check("https://h", "https://h:443/");
        check("file:///run/ready", "file:///run/ready");
    }
}
