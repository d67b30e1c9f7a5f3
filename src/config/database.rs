//! Which database, and how to log in: resolved anew at every attempt, since
//! secrets in files change while we wait.
//!
//! Each parameter is taken from the first layer that has it: the URL, libpq's
//! variables, those of the postgres image, the URL of the configuration file,
//! the service file.

use std::path::PathBuf;
use std::sync::Arc;

use super::connect_values as values;
use super::declaration::Values;
use super::hosts;
use super::parameter::{self, Keyword, Parameter};
use super::password_file::{self, Login};
use super::service;
use super::url::{self, Written};
use super::variables::{FILE_SUFFIX, Reference, Variables};
use super::{
    ConfigError, ConfigWarning, Connection, Files, Origin, ParameterProblem, RootCertificates,
    Secret, Sourced, SslMode, UrlProblem,
};

const OWN_VARIABLE: &str = "SEAWORTHY_DATABASE_URL";
const MIGRATION_VARIABLE: &str = "MIGRATION_DATABASE_URL";
const SHARED_VARIABLE: &str = "DATABASE_URL";

/// Where the parameters of one connection come from. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DatabaseSource {
    base: Option<Base>,
    /// `database.url` of the configuration file.
    configured: Option<Sourced<Secret>>,
    variables: Arc<Variables>,
    /// A migration URL that this source passes over.
    passed_over: Option<super::Variable>,
}

/// The databases of one voyage.
#[derive(Clone, Debug)]
pub struct Databases {
    /// What the application uses: `MIGRATION_DATABASE_URL` is passed over.
    /// `None`: nothing but that names a host.
    pub(super) application: Option<DatabaseSource>,
    /// What reads and writes revisions.
    pub migration: DatabaseSource,
}

/// The URL that the other layers only complete.
#[derive(Clone, Debug)]
enum Base {
    Flag(Secret),
    /// What was given for something else than the database of the application.
    Url(Origin, Secret),
    Variable(Reference),
}

/// One parameter's text and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) text: Secret,
    pub(super) origin: Origin,
}

/// The layers in their order, and what was noticed on the way.
#[derive(Default)]
pub(super) struct Found {
    given: Vec<(Parameter, Given)>,
    /// Keywords without effect that a layer has set.
    others: Vec<&'static str>,
    warnings: Vec<ConfigWarning>,
}

impl DatabaseSource {
    /// Returns what the application uses: the first URL of flag,
    /// `SEAWORTHY_DATABASE_URL` and `DATABASE_URL`.
    ///
    /// # Errors
    ///
    /// For a variable that is not UTF-8 or set twice.
    pub(super) fn application(
        values: &Values,
        variables: &Arc<Variables>,
    ) -> Result<Self, ConfigError> {
        let mut source = Self::new(values, variables, &[OWN_VARIABLE, SHARED_VARIABLE])?;
        source.passed_over = variables
            .reference(MIGRATION_VARIABLE)?
            .map(|reference| reference.variable().clone());
        Ok(source)
    }

    /// Returns what migrations use: `MIGRATION_DATABASE_URL` comes before `DATABASE_URL`.
    ///
    /// # Errors
    ///
    /// For a variable that is not UTF-8 or set twice.
    pub(super) fn migration(
        values: &Values,
        variables: &Arc<Variables>,
    ) -> Result<Self, ConfigError> {
        let names = [OWN_VARIABLE, MIGRATION_VARIABLE, SHARED_VARIABLE];
        Self::new(values, variables, &names)
    }

    /// Returns the database of a URL from elsewhere, completed like any other.
    pub(super) fn of_url(origin: Origin, url: &Secret, variables: &Arc<Variables>) -> Self {
        Self {
            base: Some(Base::Url(origin, url.clone())),
            configured: None,
            variables: Arc::clone(variables),
            passed_over: None,
        }
    }

    fn new(
        values: &Values,
        variables: &Arc<Variables>,
        names: &[&str],
    ) -> Result<Self, ConfigError> {
        let typed = match (&values.database_url.origin, &values.database_url.value) {
            (Origin::Flag(_), Some(url)) => Some(Base::Flag(url.clone())),
            (_, _) => None,
        };
        let configured = match (&values.database_url.origin, &values.database_url.value) {
            (Origin::File(_), Some(url)) => Some(Sourced::new(
                url.clone(),
                values.database_url.origin.clone(),
            )),
            (_, _) => None,
        };
        let base = match typed {
            Some(base) => Some(base),
            None => first(variables, names)?.map(Base::Variable),
        };
        Ok(Self {
            base,
            configured,
            variables: Arc::clone(variables),
            passed_over: None,
        })
    }

    pub(super) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// Returns the connection with every parameter resolved, secrets read anew.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with a parameter, its variable or its file.
    pub fn connection(&self, files: &dyn Files) -> Result<Connection, ConfigError> {
        self.resolve(files).map(|(connection, _)| connection)
    }

    /// # Errors
    ///
    /// As [`DatabaseSource::connection`].
    pub(super) fn resolve(
        &self,
        files: &dyn Files,
    ) -> Result<(Connection, Vec<ConfigWarning>), ConfigError> {
        let mut found = self.layers(files)?;
        service::complete(&mut found, &self.variables, files)?;
        let connection = self.build(&mut found, files)?;
        Ok((connection, found.warnings))
    }

    pub(super) fn layers(&self, files: &dyn Files) -> Result<Found, ConfigError> {
        let mut found = Found::default();
        match &self.base {
            Some(Base::Flag(text)) => {
                found.url(text, &Origin::Flag("database-url"), Strictness::Ours)?;
            }
            Some(Base::Url(origin, text)) => found.url(text, origin, Strictness::Ours)?,
            Some(Base::Variable(reference)) => {
                let given = reference.text(files)?;
                let name = given.variable.name.trim_end_matches(FILE_SUFFIX);
                let strictness = if name == SHARED_VARIABLE {
                    Strictness::Shared
                } else {
                    Strictness::Ours
                };
                found.url(&given.text, &Origin::Variable(given.variable), strictness)?;
            }
            None => {}
        }
        for row in parameter::SUPPORTED {
            if let Some(name) = row.variable {
                found.variable(row.parameter, name, &self.variables, files)?;
            }
        }
        for row in parameter::OTHERS {
            let Some(name) = row.variable else { continue };
            if let Some(given) = self.variables.get(name)? {
                found.other(row, given.text.expose(), &Origin::Variable(given.variable))?;
            }
        }
        for row in parameter::SUPPORTED {
            if let Some(name) = row.image_variable {
                found.variable(row.parameter, name, &self.variables, files)?;
            }
        }
        // The file's URL is a base where no other is set; variables win over it.
        if let (None, Some(configured)) = (&self.base, &self.configured) {
            found.url(&configured.value, &configured.origin, Strictness::Ours)?;
        }
        Ok(found)
    }

    pub(super) fn build(
        &self,
        found: &mut Found,
        files: &dyn Files,
    ) -> Result<Connection, ConfigError> {
        let account = self.variables.environment().account();
        let home = home(&self.variables);
        let mut hosts = hosts::read(
            found.get(Parameter::Host),
            found.get(Parameter::HostAddress),
            found.get(Parameter::Port),
        )?
        .ok_or_else(|| ConfigError::NoHost {
            passed_over: self.passed_over.clone(),
            is_skippable: false,
        })?;
        let user = match found.text(Parameter::User)? {
            Some(user) => user,
            None => account.user.clone().ok_or(ConfigError::NoUser)?,
        };
        let database = found
            .text(Parameter::Database)?
            .unwrap_or_else(|| user.clone());
        match found.get(Parameter::Password) {
            Some(password) => {
                for host in &mut hosts {
                    host.password = Some(password.text.clone());
                }
            }
            None => {
                let named = found.get(Parameter::PasswordFile).cloned();
                let login = Login {
                    database: &database,
                    user: &user,
                };
                let path = password_file::path(named.as_ref(), home.as_deref());
                if let Some(path) = path {
                    let warning = password_file::complete(&mut hosts, &login, &path, files)?;
                    found.warnings.extend(warning);
                }
            }
        }
        let ssl_root_cert = found
            .text(Parameter::SslRootCert)?
            .map(|text| match text.as_str() {
                "system" => RootCertificates::System,
                path => RootCertificates::File(PathBuf::from(path)),
            });
        let ssl_mode = values::ssl_mode(found.get(Parameter::SslMode), ssl_root_cert.as_ref())?;
        let in_home = |name: &str| {
            home.as_ref()
                .map(|home| home.join(".postgresql").join(name))
        };
        let existing = |path: &PathBuf| ssl_mode != SslMode::Disable && files.readers(path).is_ok();
        let ssl_cert = match found.text(Parameter::SslCert)? {
            Some(path) => Some(PathBuf::from(path)),
            None => in_home("postgresql.crt").filter(existing),
        };
        let ssl_key = match found.text(Parameter::SslKey)? {
            Some(path) => Some(PathBuf::from(path)),
            None if ssl_cert.is_some() => in_home("postgresql.key"),
            None => None,
        };
        let ssl_root_cert = ssl_root_cert.or_else(|| {
            in_home("root.crt")
                .filter(existing)
                .map(RootCertificates::File)
        });
        let application_name = match found.text(Parameter::ApplicationName)? {
            Some(name) => Some(name),
            None => found.text(Parameter::FallbackApplicationName)?,
        };
        Ok(Connection {
            hosts,
            user,
            database,
            ssl_mode,
            ssl_root_cert,
            ssl_cert,
            ssl_key,
            channel_binding: values::channel_binding(found.get(Parameter::ChannelBinding))?,
            options: found.text(Parameter::Options)?,
            application_name: application_name.unwrap_or_else(|| "seaworthy".to_owned()),
            connect_timeout: values::connect_timeout(found.get(Parameter::ConnectTimeout))?,
            target_session_attrs: values::session(found.get(Parameter::TargetSessionAttrs))?,
        })
    }
}

/// Returns the directory of the user's own files, as libpq finds it.
pub(super) fn home(variables: &Variables) -> Option<PathBuf> {
    let environment = variables.environment();
    let home = environment.get("HOME").map(PathBuf::from);
    home.or_else(|| environment.account().home.clone())
}

impl Databases {
    /// Returns what a command waits for that reads no revision: the
    /// application's source, or the only one there is.
    pub fn application(&self) -> &DatabaseSource {
        self.application.as_ref().unwrap_or(&self.migration)
    }

    /// Returns the application's source if it logs in elsewhere or as somebody
    /// else than the migrations: then `run` waits for both.
    ///
    /// # Errors
    ///
    /// As [`DatabaseSource::connection`].
    pub fn application_elsewhere(
        &self,
        files: &dyn Files,
    ) -> Result<Option<&DatabaseSource>, ConfigError> {
        let Some(application) = &self.application else {
            return Ok(None);
        };
        let is_elsewhere = application.connection(files)? != self.migration.connection(files)?;
        Ok(is_elsewhere.then_some(application))
    }
}

/// Who else reads a URL, and so what may stand in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// Only seaworthy: an unknown parameter is an error.
    Ours,
    /// The application too: an unknown parameter is a warning.
    Shared,
}

impl Found {
    fn url(
        &mut self,
        text: &Secret,
        origin: &Origin,
        strictness: Strictness,
    ) -> Result<(), ConfigError> {
        let written = url::read(text.expose()).map_err(|problem| ConfigError::Url {
            origin: origin.clone(),
            problem,
        })?;
        for name in &written.unknown {
            match strictness {
                Strictness::Ours => {
                    return Err(ConfigError::Url {
                        origin: origin.clone(),
                        problem: UrlProblem::Unknown {
                            name: name.clone(),
                            nearest: name.as_deref().and_then(parameter::nearest),
                        },
                    });
                }
                Strictness::Shared => self.warnings.push(ConfigWarning::UnknownUrlParameter {
                    name: name.clone(),
                    origin: origin.clone(),
                }),
            }
        }
        self.written(&written, origin)
    }

    /// Adds a layer: what an earlier one has set stays; in the layer itself
    /// the last word counts, as in libpq.
    pub(super) fn written(
        &mut self,
        written: &Written,
        origin: &Origin,
    ) -> Result<(), ConfigError> {
        let mut layer: Vec<(Parameter, Given)> = Vec::new();
        for (keyword, text) in &written.known {
            match keyword {
                Keyword::Other(row) => self.other(row, text.expose(), origin)?,
                Keyword::Supported(parameter) => {
                    layer.retain(|(known, _)| known != parameter);
                    let (text, origin) = (text.clone(), origin.clone());
                    layer.push((*parameter, Given { text, origin }));
                }
            }
        }
        for (parameter, given) in layer {
            self.add(parameter, given);
        }
        Ok(())
    }

    fn variable(
        &mut self,
        parameter: Parameter,
        name: &str,
        variables: &Variables,
        files: &dyn Files,
    ) -> Result<(), ConfigError> {
        // Docker links and Kubernetes put a URL here for a service called `postgres`.
        if name == "POSTGRES_PORT"
            && let Some(given) = variables.get(name)?
            && given.text.expose().starts_with("tcp://")
        {
            return Ok(());
        }
        // A file is not read for a parameter that is known already.
        if self.get(parameter).is_some() {
            variables.reference(name)?;
            return Ok(());
        }
        if let Some(given) = variables.text(name, files)? {
            let origin = Origin::Variable(given.variable);
            self.add(
                parameter,
                Given {
                    text: given.text,
                    origin,
                },
            );
        }
        Ok(())
    }

    fn other(
        &mut self,
        row: &'static parameter::Other,
        value: &str,
        origin: &Origin,
    ) -> Result<(), ConfigError> {
        if self.others.contains(&row.keyword) {
            return Ok(());
        }
        if !row.passes(value) {
            return Err(ConfigError::Parameter {
                parameter: row.keyword,
                origin: origin.clone(),
                problem: ParameterProblem::Unsupported { hint: row.hint },
            });
        }
        self.others.push(row.keyword);
        Ok(())
    }

    fn add(&mut self, parameter: Parameter, given: Given) {
        // Empty is not set, as everywhere.
        if !given.text.expose().is_empty() && self.get(parameter).is_none() {
            self.given.push((parameter, given));
        }
    }

    pub(super) fn get(&self, parameter: Parameter) -> Option<&Given> {
        self.given
            .iter()
            .find(|(known, _)| *known == parameter)
            .map(|(_, given)| given)
    }

    /// Returns a parameter that goes to the server or names a file. The
    /// newline that `echo` leaves behind is cut.
    fn text(&self, parameter: Parameter) -> Result<Option<String>, ConfigError> {
        let Some(given) = self.get(parameter) else {
            return Ok(None);
        };
        values::text(parameter, given).map(Some)
    }
}

/// Returns the first of some variables that is set, itself or by its file.
fn first(variables: &Variables, names: &[&str]) -> Result<Option<Reference>, ConfigError> {
    for name in names {
        if let Some(reference) = variables.reference(name)? {
            return Ok(Some(reference));
        }
    }
    Ok(None)
}
