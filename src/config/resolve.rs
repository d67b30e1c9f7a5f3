//! From layers to the settings in force.

use std::path::PathBuf;
use std::sync::Arc;

use seaworthy_schema::Manner;
use tracing::Level;

use super::args::Typed;
use super::command::{Command, Reach};
use super::declaration::{SETTINGS, Values};
use super::env_file;
use super::file::{self, ConfigurationFile};
use super::kind;
use super::layers::Layers;
use super::migrate_command;
use super::setting::{DefaultValue, PREFIX, Setting};
use super::variables::{FILE_SUFFIX, Variables};
use super::{
    ConfigError, ConfigWarning, DatabaseSource, Databases, Environment, Files, HealthConfig,
    LogConfig, MigrationsConfig, Models, Origin, RunConfig, SchemaConfig, Secret, Sourced,
    WaitConfig, WritingConfig,
};

/// Says the opposite of `SKIP_MIGRATION`, and is just as well known.
const RUN_MIGRATIONS: &str = "RUN_MIGRATIONS_ON_STARTUP";
const SKIP_MIGRATION: &str = "SKIP_MIGRATION";

/// Names the virtual environment of Python that is activated.
const VIRTUAL_ENV: &str = "VIRTUAL_ENV";

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    pub log: LogConfig,
    pub wait: WaitConfig,
    pub migrations: MigrationsConfig,
    pub run: RunConfig,
    pub writing: WritingConfig,
    pub schema: SchemaConfig,
    pub health: HealthConfig,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
    databases: Option<Databases>,
    variables: Arc<Variables>,
    pub warnings: Vec<ConfigWarning>,
    /// Every setting with where its value came from.
    pub values: Values,
}

impl Config {
    /// Returns where to log in.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::NoDatabase`] for a command that connects to nothing (see [`Command::reach`]),
    ///   `run` with both skips, `health` of the application alone, and `config` where no host is configured.
    pub fn databases(&self) -> Result<&Databases, ConfigError> {
        self.databases.as_ref().ok_or(ConfigError::NoDatabase)
    }

    /// Returns the database of a URL that was typed as an argument.
    pub fn typed_database(&self, argument: &'static str, url: &Secret) -> DatabaseSource {
        DatabaseSource::of_url(Origin::Argument(argument), url, &self.variables)
    }

    /// Returns how to log in to the server of shadow databases.
    ///
    /// # Errors
    ///
    /// As [`Config::databases`], where no other server is configured.
    pub fn shadow_server(&self) -> Result<DatabaseSource, ConfigError> {
        match &self.schema.shadow_url {
            Sourced {
                value: Some(url),
                origin,
            } => Ok(DatabaseSource::of_url(origin.clone(), url, &self.variables)),
            Sourced { value: None, .. } => match &self.databases {
                Some(databases) => Ok(databases.migration.clone()),
                None => Err(ConfigError::NoHost {
                    passed_over: None,
                    is_skippable: false,
                }),
            },
        }
    }
}

/// Resolves every setting: flag, `SEAWORTHY_*` variable, well-known variable,
/// configuration file, default. The database is resolved once to see that it
/// can be.
///
/// # Errors
///
/// The first thing that is wrong, with where it stands.
pub fn resolve(
    typed: &Typed,
    environment: &Environment,
    files: &dyn Files,
) -> Result<Config, ConfigError> {
    let variables = Arc::new(variables(Some(typed), environment, files)?);
    let file = configuration_file(Some(typed), &variables, files)?;
    let layers = Layers::new(Some(typed), &variables, file.as_ref())?;
    let mut values = Values::resolve(&layers)?;
    reconcile_skips(&mut values, &variables)?;
    let health = HealthConfig::new(&values);
    if matches!(typed.command, Command::Health(_)) && health.asks_nothing() {
        return Err(ConfigError::NothingAsked);
    }
    let reach = match &typed.command {
        Command::Run(_) if values.skip_wait.value && values.skip_migration.value => Reach::Nothing,
        Command::Health(_) if !health.asks_the_database() => Reach::Nothing,
        command => command.reach(),
    };
    let mut warnings = unknown_variables(&variables);
    migrate_command::unless_excluded(&typed.command, &values)?;
    warnings.extend(migrate_command::without_effect(&values));
    let databases = databases(
        &typed.command,
        reach,
        &values,
        &variables,
        files,
        &mut warnings,
    )?;
    Ok(Config {
        log: log_config(&values),
        wait: wait_config(&values),
        migrations: migrations_config(&values),
        run: run_config(&values),
        writing: writing_config(&values, file.as_ref()),
        schema: schema_config(&values, file.as_ref(), &variables)?,
        health,
        file: file.map(|file| file.path),
        databases,
        variables,
        warnings,
        values,
    })
}

/// Returns how to log. Never fails, so that whatever else is wrong is shown in
/// the right format: a value that does not parse counts as not set here.
pub fn log(typed: Option<&Typed>, environment: &Environment, files: &dyn Files) -> LogConfig {
    let variables = variables(typed, environment, files)
        .unwrap_or_else(|_| Variables::new(environment.clone(), None));
    let file = configuration_file(typed, &variables, files).unwrap_or_default();
    let Ok(layers) = Layers::new(typed, &variables, file.as_ref()) else {
        return LogConfig::default();
    };
    let defaults = LogConfig::default();
    let level = one(&layers, "log-level", &kind::LOG_LEVEL).unwrap_or(defaults.level);
    LogConfig {
        format: one(&layers, "log-format", &kind::LOG_FORMAT).unwrap_or(defaults.format),
        level: match typed {
            // What a probe writes is kept, each few seconds; it says one line.
            Some(typed)
                if matches!(typed.command, Command::Health(_))
                    && !typed.flags.contains_key("log-level") =>
            {
                Level::ERROR
            }
            Some(_) | None => level,
        },
    }
}

fn one<T>(layers: &Layers<'_>, flag: &str, kind: &kind::Kind<T>) -> Option<T> {
    let setting = setting(flag)?;
    layers
        .value(setting, kind)
        .ok()
        .map(|sourced| sourced.value)
}

fn setting(flag: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.flag == flag)
}

/// Resolves one setting before the layers below it are known.
fn early<T>(
    flag: &str,
    kind: &kind::Kind<T>,
    typed: Option<&Typed>,
    variables: &Variables,
) -> Result<Sourced<T>, ConfigError> {
    let setting = setting(flag).ok_or(ConfigError::Declaration)?;
    Layers::new(typed, variables, None)?.value(setting, kind)
}

fn variables(
    typed: Option<&Typed>,
    environment: &Environment,
    files: &dyn Files,
) -> Result<Variables, ConfigError> {
    let real = Variables::new(environment.clone(), None);
    let named = early("env-file", &kind::OPTIONAL_FILE, typed, &real)?;
    let Some(path) = &named.value else {
        return Ok(real);
    };
    let env_file = env_file::read(path, &named.origin, files)?;
    Ok(Variables::new(environment.clone(), Some(env_file)))
}

fn configuration_file(
    typed: Option<&Typed>,
    variables: &Variables,
    files: &dyn Files,
) -> Result<Option<ConfigurationFile>, ConfigError> {
    file::find(
        &early("config", &kind::OPTIONAL_FILE, typed, variables)?,
        files,
    )
}

/// Brings in `RUN_MIGRATIONS_ON_STARTUP`, which stands beside `SKIP_MIGRATION`.
fn reconcile_skips(values: &mut Values, variables: &Variables) -> Result<(), ConfigError> {
    let Some(run) = variables.get(RUN_MIGRATIONS)? else {
        return Ok(());
    };
    let Ok(runs) = kind::switch(run.text.expose().trim()) else {
        return Err(ConfigError::Switch {
            variable: run.variable,
        });
    };
    if let Some(skip) = variables.get(SKIP_MIGRATION)? {
        let Ok(skips) = kind::switch(skip.text.expose().trim()) else {
            return Err(ConfigError::Switch {
                variable: skip.variable,
            });
        };
        if skips == runs {
            return Err(ConfigError::SkipContradiction {
                skip: skip.variable,
                run: run.variable,
            });
        }
    }
    if values.skip_migration.origin == Origin::Default {
        values.skip_migration = Sourced::new(!runs, Origin::Variable(run.variable));
    }
    Ok(())
}

fn unknown_variables(variables: &Variables) -> Vec<ConfigWarning> {
    let known: Vec<String> = SETTINGS
        .iter()
        .map(Setting::variable)
        .chain([format!("{PREFIX}DATABASE_URL{FILE_SUFFIX}")])
        .collect();
    let unknown = variables
        .own_names()
        .into_iter()
        .filter(|name| !known.contains(name) && !is_injected(name));
    unknown
        .map(|name| ConfigWarning::UnknownVariable {
            nearest: known
                .iter()
                .map(|known| (strsim::damerau_levenshtein(&name, known), known))
                .filter(|(distance, _)| *distance <= 3)
                .min()
                .map(|(_, known)| known.clone()),
            name,
        })
        .collect()
}

/// Kubernetes and Docker links make these for a service whose name begins with `seaworthy`.
fn is_injected(name: &str) -> bool {
    name.contains("_SERVICE_")
        || name.contains("_PORT")
        || name.contains("_ENV_")
        || name.ends_with("_NAME")
}

fn databases(
    command: &Command,
    reach: Reach,
    values: &Values,
    variables: &Arc<Variables>,
    files: &dyn Files,
    warnings: &mut Vec<ConfigWarning>,
) -> Result<Option<Databases>, ConfigError> {
    let application = DatabaseSource::application(values, variables)?;
    let migration = DatabaseSource::migration(values, variables)?;
    let used = match reach {
        Reach::Nothing => return Ok(None),
        Reach::Shown => match migration.resolve(files) {
            Err(ConfigError::NoHost { .. }) => return Ok(None),
            Ok(_) | Err(_) => &migration,
        },
        Reach::Application => &application,
        Reach::Migrations => &migration,
    };
    let resolved = used.resolve(files).map_err(|error| match (error, command) {
        (ConfigError::NoHost { passed_over, .. }, Command::Run(_)) => ConfigError::NoHost {
            passed_over,
            is_skippable: true,
        },
        (error, _) => error,
    });
    warnings.extend(resolved?.1);
    let application = match application.resolve(files) {
        Ok((_, noticed)) => {
            warnings.extend(noticed);
            Some(application)
        }
        Err(ConfigError::NoHost { .. }) if reach != Reach::Application => None,
        Err(error) => return Err(error),
    };
    // Sources share most of their layers, and so most of their warnings.
    let mut seen = Vec::new();
    warnings.retain(|warning| {
        let is_new = !seen.contains(warning);
        seen.push(warning.clone());
        is_new
    });
    Ok(Some(Databases {
        application,
        migration,
    }))
}

fn log_config(values: &Values) -> LogConfig {
    LogConfig {
        format: values.log_format.value,
        level: values.log_level.value,
    }
}

fn wait_config(values: &Values) -> WaitConfig {
    WaitConfig {
        timeout: values.timeout.value,
        attempt_timeout: values.attempt_timeout.value,
        max_interval: values.max_interval.value,
        grace: values.grace.value,
        also: values.also.value.clone(),
        accept_socket_only: values.accept_socket_only.value,
    }
}

fn migrations_config(values: &Values) -> MigrationsConfig {
    MigrationsConfig {
        dirs: values.dir.value.clone(),
        format: values.format.value,
        target: values.target.value.clone(),
        version_schema: values.version_schema.value.clone(),
        version_table: values.version_table.value.clone(),
        on_ahead: values.on_ahead.value,
        allow_divergent: values.allow_divergent.value,
        allow_out_of_order: values.allow_out_of_order.value,
        transaction: values.transaction.value,
        lock_wait: values.lock_wait.value,
        lock_timeout: values.lock_timeout.value,
        lock_retry: values.lock_retry.value,
        statement_timeout: values.statement_timeout.value,
        command: values.migrate_command.value.clone(),
    }
}

fn writing_config(values: &Values, file: Option<&ConfigurationFile>) -> WritingConfig {
    WritingConfig {
        file_template: values.file_template.value.clone(),
        timezone: values.timezone.value.clone(),
        truncate_slug_length: values.truncate_slug_length.value,
        hooks: file.map(|file| file.hooks.clone()).unwrap_or_default(),
    }
}

fn schema_config(
    values: &Values,
    file: Option<&ConfigurationFile>,
    variables: &Variables,
) -> Result<SchemaConfig, ConfigError> {
    let directory = file.and_then(|file| file.path.parent());
    let environment = variables.environment().get(VIRTUAL_ENV);
    let directory = directory.map_or_else(PathBuf::new, PathBuf::from);
    Ok(SchemaConfig {
        models: Models::of(values, directory, environment.map(PathBuf::from))?,
        shadow_url: values.shadow_url.clone(),
        shadow_template: values.shadow_template.value.clone(),
        manner: match values.online.value {
            true => Manner::Online,
            false => Manner::Plain,
        },
        deny_hazards: values.deny_hazard.value.clone(),
        include: values.include.value.clone(),
        exclude: values.exclude.value.clone(),
    })
}

fn run_config(values: &Values) -> RunConfig {
    let asked = |switch: &Sourced<bool>| switch.value.then(|| switch.origin.to_string());
    RunConfig {
        skip_wait: asked(&values.skip_wait),
        skip_migration: asked(&values.skip_migration),
        unset: values.unset.value.iter().map(Into::into).collect(),
        listen: values
            .listen
            .value
            .map(|address| Sourced::new(address, values.listen.origin.clone())),
        live_paths: values.live_path.value.clone(),
    }
}

/// Returns the settings as a Markdown table, for the README.
pub fn settings_table() -> String {
    let mut table = String::from(
        "| flag | variable | configuration key | default | meaning |\n|---|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let flag = match setting.shape {
            kind::Shape::Switch => format!("`--{}`", setting.flag),
            kind::Shape::List | kind::Shape::Directories => {
                format!("`--{} {}` (repeatable)", setting.flag, setting.placeholder)
            }
            kind::Shape::Choice(words) => format!("`--{} {}`", setting.flag, words.join("\\|")),
            kind::Shape::Duration
            | kind::Shape::Number
            | kind::Shape::Text
            | kind::Shape::File
            | kind::Shape::Url
            | kind::Shape::Words => format!("`--{} {}`", setting.flag, setting.placeholder),
        };
        let variables: Vec<String> = std::iter::once(setting.variable())
            .chain(setting.well_known.iter().map(|name| (*name).to_owned()))
            .map(|name| format!("`{name}`"))
            .collect();
        let key = setting
            .key
            .map_or_else(|| "-".to_owned(), |key| format!("`{key}`"));
        let default = match setting.default {
            DefaultValue::Text(text) => format!("`{text}`"),
            DefaultValue::Nothing(text) => text.to_owned(),
        };
        table.push_str(&format!(
            "| {flag} | {} | {key} | {default} | {} |\n",
            variables.join(", "),
            setting.help
        ));
    }
    table
}
