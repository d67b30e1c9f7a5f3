//! A database as `seaworthy config` shows it: what messages may name, each with
//! its source.

use super::database::DatabaseSource;
use super::parameter::Parameter;
use super::service;
use super::{ConfigError, Files, HostAddress, Origin, SslMode};

/// One part of a connection that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub name: &'static str,
    pub value: String,
    pub origin: Origin,
}

impl DatabaseSource {
    /// Returns host, port, database, user and sslmode, each with where it came from.
    ///
    /// # Errors
    ///
    /// As [`DatabaseSource::connection`].
    pub fn described(&self, files: &dyn Files) -> Result<Vec<Described>, ConfigError> {
        let mut found = self.layers(files)?;
        service::complete(&mut found, self.variables(), files)?;
        let connection = self.build(&mut found, files)?;
        let origin = |parameters: &[Parameter]| {
            let given = parameters.iter().find_map(|one| found.get(*one));
            given.map_or(Origin::Default, |given| given.origin.clone())
        };
        let hosts: Vec<String> = connection
            .hosts
            .iter()
            .map(|host| match &host.address {
                HostAddress::Tcp { name, .. } => name.clone(),
                HostAddress::Unix(directory) => directory.display().to_string(),
            })
            .collect();
        let ports: Vec<String> = connection
            .hosts
            .iter()
            .map(|host| host.port.to_string())
            .collect();
        let row = |name, value, parameters: &[Parameter]| Described {
            name,
            value,
            origin: origin(parameters),
        };
        Ok(vec![
            row(
                "host",
                hosts.join(","),
                &[Parameter::Host, Parameter::HostAddress],
            ),
            row("port", ports.join(","), &[Parameter::Port]),
            row("name", connection.database, &[Parameter::Database]),
            row("user", connection.user, &[Parameter::User]),
            row(
                "sslmode",
                ssl_mode(connection.ssl_mode).to_owned(),
                &[Parameter::SslMode],
            ),
        ])
    }
}

fn ssl_mode(mode: SslMode) -> &'static str {
    match mode {
        SslMode::Disable => "disable",
        SslMode::Allow => "allow",
        SslMode::Prefer => "prefer",
        SslMode::Require => "require",
        SslMode::VerifyCa => "verify-ca",
        SslMode::VerifyFull => "verify-full",
    }
}
