//! Every setting, declared once. Flags, variables, the keys of the
//! configuration file, `--help` and the README's table all come from here; a
//! new setting is one row.

use std::path::PathBuf;
use std::time::Duration;

use seaworthy_schema::HazardKind;
use serde::Deserialize;
use tracing::Level;

use super::kind::{self, Kind};
use super::layers::Layers;
use super::log::LogFormat;
use super::setting::{DefaultValue, Group, Setting};
use super::shown::{Shown, ShownSetting};
use super::users::Users;
use super::{
    AlsoTarget, ConfigError, FileTemplate, FormatChoice, Limit, ListenAddress, MigrateCommand,
    ObjectPattern, Origin, Secret, Sourced, TransactionScope,
};
use crate::plan::OnAhead;
use crate::revision::Target;

macro_rules! settings {
    ($(
        $field:ident: $type:ty = $kind:ident, $flag:literal $placeholder:literal,
        $key:expr, $default:ident $shown:literal, $group:ident, $used_by:ident,
        $well_known:expr, $help:literal;
    )*) => {
        /// The settings in the order of `--help`.
        pub static SETTINGS: &[Setting] = &[$(
            Setting {
                flag: $flag,
                key: $key,
                shape: kind::$kind.shape,
                placeholder: $placeholder,
                default: DefaultValue::$default($shown),
                well_known: &$well_known,
                group: Group::$group,
                used_by: Users::$used_by,
                help: $help,
            },
        )*];

        /// Every setting's value in force, with where it came from.
        #[derive(Clone, Debug)]
        pub struct Values {
            $(pub $field: Sourced<$type>,)*
        }

        /// Our variables as they stand in the environment, by the fields that
        /// envy makes of their names.
        #[derive(Default, Deserialize)]
        pub(super) struct OwnVariables {
            $($field: Option<String>,)*
        }

        impl OwnVariables {
            pub(super) fn get(&self, flag: &str) -> Option<&str> {
                match flag {
                    $($flag => self.$field.as_deref(),)*
                    _ => None,
                }
            }
        }

        impl Values {
            /// Returns where each value came from, by its flag.
            pub fn origins(&self) -> Vec<(&'static str, &Origin)> {
                vec![$(($flag, &self.$field.origin),)*]
            }

            /// Returns each value as it may be shown, with where it came from.
            pub fn shown(&self) -> Vec<ShownSetting<'_>> {
                vec![$(ShownSetting {
                    name: $flag,
                    value: self.$field.value.shown(),
                    origin: &self.$field.origin,
                },)*]
            }

            /// Returns every setting's value, taken from the first layer that has it.
            ///
            /// # Errors
            ///
            /// - [`ConfigError::Value`] for a text that is not a value of its setting.
            pub(super) fn resolve(layers: &Layers<'_>) -> Result<Self, ConfigError> {
                let mut rows = SETTINGS.iter();
                $(let $field: Sourced<$type> = next(&mut rows, layers, &kind::$kind)?;)*
                Ok(Self { $($field,)* })
            }
        }
    };
}

/// Rows and fields come from one macro, so that there are as many of the one
/// as of the other.
fn next<T>(
    rows: &mut std::slice::Iter<'static, Setting>,
    layers: &Layers<'_>,
    kind: &Kind<T>,
) -> Result<Sourced<T>, ConfigError> {
    match rows.next() {
        Some(row) => layers.value(row, kind),
        None => Err(ConfigError::Declaration),
    }
}

settings! {
    database_url: Option<Secret> = OPTIONAL_URL, "database-url" "URL",
        Some("database.url"), Nothing "see below", Database, All, [],
        "The database: a PostgreSQL URL or a key=value connection string";

    timeout: Limit = LIMIT, "timeout" "DURATION",
        Some("wait.timeout"), Text "60s", Waiting, Timed, [],
        "How long the whole wait may last; 0: no limit. For health, 800ms, and only the flag counts";
    attempt_timeout: Limit = LIMIT, "attempt-timeout" "DURATION",
        Some("wait.attempt_timeout"), Text "5s", Waiting, Attempting, [],
        "How long one attempt may last, from DNS to the first answer; 0: no limit";
    max_interval: Duration = INTERVAL, "max-interval" "DURATION",
        Some("wait.max_interval"), Text "500ms", Waiting, Waiting, [],
        "The longest pause between two attempts";
    grace: Duration = SPAN, "grace" "DURATION",
        Some("wait.grace"), Text "10s", Waiting, Waiting, [],
        "How long a missing database or a wrong password is taken for a server still at its first boot; 0: off";
    also: Vec<AlsoTarget> = ALSO_TARGETS, "also" "TARGET",
        Some("wait.also"), Nothing "none", Waiting, RunWait, [],
        "Something else to wait for: tcp://HOST:PORT, http(s)://URL, unix:///PATH or file:///PATH";
    accept_socket_only: bool = SWITCH, "accept-socket-only" "BOOL",
        Some("wait.accept_socket_only"), Text "false", Waiting, Reading, [],
        "Take a server that listens on no address for ready, not for the one that initialises a new container";

    skip_wait: bool = SWITCH, "skip-wait" "BOOL",
        None, Text "false", Handover, Run, ["SKIP_WAIT"],
        "Do not wait";
    skip_migration: bool = SWITCH, "skip-migration" "BOOL",
        None, Text "false", Handover, Run, ["SKIP_MIGRATION"],
        "Do not read or apply revisions; RUN_MIGRATIONS_ON_STARTUP=false means the same";
    unset: Vec<String> = VARIABLE_NAMES, "unset" "NAME",
        Some("run.unset"), Nothing "none", Handover, Run, [],
        "A variable to remove before the application starts";

    listen: Option<ListenAddress> = OPTIONAL_ADDRESS, "listen" "ADDR",
        Some("run.listen"), Nothing "none; of serve, :9808", Probes, Listening, [],
        "Where to answer probes, until the application starts or as a sidecar, such as :9808 or 127.0.0.1:9808";
    live_path: Vec<String> = PATHS, "live-path" "PATH",
        Some("run.live_path"), Text "/livez", Probes, Listening, [],
        "A path that is answered with 200 as long as the process lives; of serve, besides /livez";

    dir: Vec<PathBuf> = DIRECTORIES, "dir" "PATH",
        Some("migrations.dir"), Text "migrations", Revisions, Graph, [],
        "A directory of revisions; those of several form one graph";
    format: FormatChoice = FORMAT, "format" "NAME",
        Some("migrations.format"), Text "auto", Revisions, Graph, [],
        "How the directory's files are to be read";
    target: Target = TARGET, "target" "TARGET",
        Some("migrations.target"), Text "head", Revisions, Aiming, [],
        "The revision to bring the schema to, or at which it is healthy";
    version_schema: Option<String> = OPTIONAL_IDENTIFIER, "version-schema" "NAME",
        Some("migrations.version_schema"), Nothing "where it is found, or the default schema", Revisions, Reading, [],
        "The schema of the table that records what is applied";
    version_table: String = TABLE, "version-table" "NAME",
        Some("migrations.version_table"), Text "seaworthy_revision", Revisions, Reading, [],
        "The table that records what is applied";
    on_ahead: OnAhead = ON_AHEAD_CHOICE, "on-ahead" "ACTION",
        Some("migrations.on_ahead"), Text "warn", Revisions, Upgrading, [],
        "What to do when the database has revisions that the directory does not have";
    allow_divergent: bool = SWITCH, "allow-divergent" "BOOL",
        Some("migrations.allow_divergent"), Text "false", Revisions, Upgrading, [],
        "Go on although the file of an applied revision has changed";
    allow_out_of_order: bool = SWITCH, "allow-out-of-order" "BOOL",
        Some("migrations.allow_out_of_order"), Text "false", Revisions, Upgrading, [],
        "Apply a revision that stands before one already applied";

    transaction: TransactionScope = SCOPE, "transaction" "SCOPE",
        Some("migrations.transaction"), Text "revision", Applying, Applying, [],
        "One transaction a revision, or one for the whole run";
    lock_wait: Duration = SPAN, "lock-wait" "DURATION",
        Some("migrations.lock_wait"), Text "5m", Applying, Locking, [],
        "How long to wait for another one that is migrating; 0: one try";
    lock_timeout: Limit = LIMIT, "lock-timeout" "DURATION",
        Some("migrations.lock_timeout"), Text "5s", Applying, Applying, [],
        "How long a statement may wait for a lock before its revision is rolled back and tried again; 0: no limit";
    lock_retry: Duration = SPAN, "lock-retry" "DURATION",
        Some("migrations.lock_retry"), Text "5m", Applying, Applying, [],
        "How long a revision is tried again for want of a lock; 0: one try";
    statement_timeout: Limit = LIMIT, "statement-timeout" "DURATION",
        Some("migrations.statement_timeout"), Text "0", Applying, Applying, [],
        "How long one statement may run; 0: no limit";
    migrate_command: Option<MigrateCommand> = MIGRATE_COMMAND, "migrate-command" "STRING",
        Some("migrations.command"), Nothing "none", Applying, Upgrading, [],
        "A command that migrates in the place of the revisions, under the same lock; no shell runs it";

    file_template: FileTemplate = FILE_TEMPLATE, "file-template" "TEMPLATE",
        Some("migrations.file_template"), Text "%(rev)s_%(slug)s", Writing, Writing, [],
        "How a new file is named: rev, slug, year, month, day, hour, minute, second, epoch, as in printf";
    timezone: String = TIME_ZONE, "timezone" "NAME",
        Some("migrations.timezone"), Text "UTC", Writing, Writing, [],
        "The time zone of a new file's date, such as Europe/Berlin";
    truncate_slug_length: usize = COUNT, "truncate-slug-length" "NUMBER",
        Some("migrations.truncate_slug_length"), Text "40", Writing, Writing, [],
        "The most characters of the message in a new file's name";

    models: Vec<PathBuf> = PATTERNS, "models" "PATH",
        Some("schema.models"), Nothing "none", Schema, Comparing, [],
        "SQL that makes the schema as it shall be: files, directories, patterns such as `schema/**/*.sql`";
    models_command: Option<MigrateCommand> = MIGRATE_COMMAND, "models-command" "STRING",
        Some("schema.command"), Nothing "none", Schema, Comparing, [],
        "A command that prints such SQL, instead of files of it; no shell runs it";
    sqlalchemy: Vec<String> = METADATA, "sqlalchemy" "MODULE:ATTRIBUTE",
        Some("schema.sqlalchemy"), Nothing "none", Schema, Comparing, [],
        "SQLAlchemy or SQLModel metadata, such as `app.models:Base.metadata`, instead of SQL";
    python: Option<PathBuf> = OPTIONAL_FILE, "python" "PATH",
        Some("schema.python"), Nothing "that of the activated environment, of `.venv`, or `python3`", Schema, Comparing, [],
        "The Python that reads the metadata; the project must be importable there";
    shadow_url: Option<Secret> = OPTIONAL_URL, "shadow-url" "URL",
        Some("schema.shadow_url"), Nothing "the configured database's server", Schema, Comparing, [],
        "The server on which databases may be made for a comparison; the one that the URL names is left alone";
    shadow_template: String = NAME, "shadow-template" "NAME",
        Some("schema.shadow_template"), Text "template0", Schema, Comparing, [],
        "The database that those are made from";
    online: bool = SWITCH, "online" "BOOL",
        Some("schema.online"), Text "false", Schema, Comparing, [],
        "Plan without locks that keep others out for long, in more transactions, where that can be";
    deny_hazard: Vec<HazardKind> = HAZARDS, "deny-hazard" "KIND",
        Some("schema.deny_hazards"), Nothing "none", Schema, Comparing, [],
        "A danger to refuse: data-loss, rewrite, long-lock, index-dropped or irreversible";
    include: Vec<ObjectPattern> = OBJECT_PATTERNS, "include" "GLOB",
        Some("schema.include"), Nothing "all", Schema, Selecting, [],
        "Which objects are compared, as `schema.name`; `*` is any text, `?` one character, `[ab]` one of several";
    exclude: Vec<ObjectPattern> = OBJECT_PATTERNS, "exclude" "GLOB",
        Some("schema.exclude"), Nothing "none", Schema, Selecting, [],
        "Which of them are not, in the same manner";
    database: Option<bool> = OPTIONAL_SWITCH, "database" "BOOL",
        Some("health.database"), Nothing "true, unless others are named", Health, Health, [],
        "Ask whether the database answers";
    schema: Option<bool> = OPTIONAL_SWITCH, "schema" "BOOL",
        Some("health.schema"), Nothing "true, unless others are named", Health, Health, [],
        "Ask whether the schema has reached --target";
    app: Option<AlsoTarget> = OPTIONAL_ALSO_TARGET, "app" "TARGET",
        Some("health.app"), Nothing "none", Health, Health, [],
        "Ask the application: http(s)://URL, tcp://HOST:PORT or unix:///PATH";

    config: Option<PathBuf> = OPTIONAL_FILE, "config" "PATH",
        None, Nothing "seaworthy.toml, or [tool.seaworthy] in pyproject.toml", Configuration, All, [],
        "The configuration file";
    env_file: Option<PathBuf> = OPTIONAL_FILE, "env-file" "PATH",
        None, Nothing "none", Configuration, All, [],
        "A file of variables; those of the real environment win";
    log_format: LogFormat = LOG_FORMAT, "log-format" "FORMAT",
        Some("log.format"), Text "text", Configuration, All, [],
        "How to log: for people, or one JSON object a line";
    log_level: Level = LOG_LEVEL, "log-level" "LEVEL",
        Some("log.level"), Text "info", Configuration, All, [],
        "How much to log";
}
