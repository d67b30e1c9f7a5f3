//! The connection parameters of libpq: their keywords and variables, and which
//! of them seaworthy supports.
//!
//! The rule for the others: a parameter passes when its value asks for what
//! seaworthy does anyway, and is an error when it asks for anything else.

use super::kind;

/// The parameters that have an effect here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Parameter {
    Host,
    HostAddress,
    Port,
    User,
    Password,
    Database,
    SslMode,
    SslRootCert,
    SslCert,
    SslKey,
    ChannelBinding,
    Options,
    ApplicationName,
    FallbackApplicationName,
    ConnectTimeout,
    TargetSessionAttrs,
    PasswordFile,
    Service,
    ServiceFile,
}

pub(super) struct Supported {
    pub(super) parameter: Parameter,
    /// As in connection strings and URLs.
    pub(super) keyword: &'static str,
    /// libpq's variable.
    pub(super) variable: Option<&'static str>,
    /// The variable of the postgres image.
    pub(super) image_variable: Option<&'static str>,
}

/// A parameter that libpq knows and that has no effect here.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) keyword: &'static str,
    pub(super) variable: Option<&'static str>,
    pub(super) passes: Passes,
    pub(super) hint: Option<&'static str>,
}

/// Which values of a parameter without effect are let through.
#[derive(Debug)]
pub(super) enum Passes {
    Any,
    Only(&'static [&'static str]),
}

/// What a keyword means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keyword {
    Supported(Parameter),
    Other(&'static Other),
}

const fn row(
    parameter: Parameter,
    keyword: &'static str,
    variable: Option<&'static str>,
    image_variable: Option<&'static str>,
) -> Supported {
    Supported {
        parameter,
        keyword,
        variable,
        image_variable,
    }
}

#[rustfmt::skip]
pub(super) static SUPPORTED: &[Supported] = &[
    row(Parameter::Host, "host", Some("PGHOST"), Some("POSTGRES_HOST")),
    row(Parameter::HostAddress, "hostaddr", Some("PGHOSTADDR"), None),
    row(Parameter::Port, "port", Some("PGPORT"), Some("POSTGRES_PORT")),
    row(Parameter::User, "user", Some("PGUSER"), Some("POSTGRES_USER")),
    row(Parameter::Password, "password", Some("PGPASSWORD"), Some("POSTGRES_PASSWORD")),
    row(Parameter::Database, "dbname", Some("PGDATABASE"), Some("POSTGRES_DB")),
    row(Parameter::SslMode, "sslmode", Some("PGSSLMODE"), None),
    row(Parameter::SslRootCert, "sslrootcert", Some("PGSSLROOTCERT"), None),
    row(Parameter::SslCert, "sslcert", Some("PGSSLCERT"), None),
    row(Parameter::SslKey, "sslkey", Some("PGSSLKEY"), None),
    row(Parameter::ChannelBinding, "channel_binding", Some("PGCHANNELBINDING"), None),
    row(Parameter::Options, "options", Some("PGOPTIONS"), None),
    row(Parameter::ApplicationName, "application_name", Some("PGAPPNAME"), None),
    row(Parameter::FallbackApplicationName, "fallback_application_name", None, None),
    row(Parameter::ConnectTimeout, "connect_timeout", Some("PGCONNECT_TIMEOUT"), None),
    row(Parameter::TargetSessionAttrs, "target_session_attrs", Some("PGTARGETSESSIONATTRS"), None),
    row(Parameter::PasswordFile, "passfile", Some("PGPASSFILE"), None),
    row(Parameter::Service, "service", Some("PGSERVICE"), None),
    row(Parameter::ServiceFile, "servicefile", Some("PGSERVICEFILE"), None),
];

const fn other(
    keyword: &'static str,
    variable: Option<&'static str>,
    passes: Passes,
    hint: Option<&'static str>,
) -> Other {
    Other {
        keyword,
        variable,
        passes,
        hint,
    }
}

const OFF: Passes = Passes::Only(&["0", "off", "false", "no"]);
const NONE: Passes = Passes::Only(&[]);
const SESSION: Option<&str> = Some("set it for the role: `ALTER ROLE ... SET ...`");

/// The last rows are variables without a keyword: they stand under the name of
/// the server's parameter that libpq sets from them.
#[rustfmt::skip]
pub(super) static OTHERS: &[Other] = &[
    // Seaworthy sets keepalives of its own on every connection.
    other("keepalives", None, Passes::Any, None),
    other("keepalives_idle", None, Passes::Any, None),
    other("keepalives_interval", None, Passes::Any, None),
    other("keepalives_count", None, Passes::Any, None),
    other("tcp_user_timeout", None, Passes::Any, None),
    // No GSS: what tunes it has nothing to tune.
    other("gssencmode", Some("PGGSSENCMODE"), Passes::Only(&["disable", "prefer"]), None),
    other("krbsrvname", Some("PGKRBSRVNAME"), Passes::Any, None),
    other("gsslib", Some("PGGSSLIB"), Passes::Any, None),
    other("gssdelegation", Some("PGGSSDELEGATION"), OFF, None),
    other("requiressl", Some("PGREQUIRESSL"), OFF, Some("use `sslmode=require`")),
    other("sslnegotiation", Some("PGSSLNEGOTIATION"), Passes::Only(&["postgres"]), Some("remove it: a server takes the ordinary negotiation as well")),
    other("sslcompression", Some("PGSSLCOMPRESSION"), OFF, None),
    other("sslcrl", Some("PGSSLCRL"), NONE, None),
    other("sslcrldir", Some("PGSSLCRLDIR"), NONE, None),
    other("sslsni", Some("PGSSLSNI"), Passes::Only(&["1"]), None),
    other("sslpassword", None, NONE, Some("use a key file without a passphrase, readable by its owner only")),
    other("sslcertmode", Some("PGSSLCERTMODE"), Passes::Only(&["allow"]), None),
    other("sslkeylogfile", None, NONE, None),
    other("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION"), Passes::Only(&["TLSv1", "TLSv1.1", "TLSv1.2"]), None),
    other("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION"), Passes::Only(&["TLSv1.3"]), None),
    other("min_protocol_version", Some("PGMINPROTOCOLVERSION"), Passes::Only(&["3.0"]), None),
    other("max_protocol_version", Some("PGMAXPROTOCOLVERSION"), Passes::Any, None),
    other("requirepeer", Some("PGREQUIREPEER"), NONE, None),
    other("require_auth", Some("PGREQUIREAUTH"), NONE, Some("use `channel_binding=require` to make sure of the server")),
    other("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), Passes::Only(&["disable"]), None),
    other("replication", None, OFF, None),
    other("client_encoding", Some("PGCLIENTENCODING"), Passes::Only(&["utf8", "utf-8", "unicode", "auto"]), Some("seaworthy always speaks UTF8; remove it")),
    other("scram_client_key", None, NONE, None),
    other("scram_server_key", None, NONE, None),
    other("oauth_issuer", None, NONE, None),
    other("oauth_client_id", None, NONE, None),
    other("oauth_client_secret", None, NONE, None),
    other("oauth_scope", None, NONE, None),
    // The language of libpq's own messages.
    other("localedir", Some("PGLOCALEDIR"), Passes::Any, None),
    other("datestyle", Some("PGDATESTYLE"), NONE, SESSION),
    other("timezone", Some("PGTZ"), NONE, SESSION),
    other("geqo", Some("PGGEQO"), NONE, SESSION),
];

/// Returns what a keyword means, if libpq knows it.
pub(super) fn keyword(word: &str) -> Option<Keyword> {
    // The last two kinds of rows are variables only.
    const VARIABLES_ONLY: [&str; 4] = ["localedir", "datestyle", "timezone", "geqo"];
    if let Some(row) = SUPPORTED.iter().find(|row| row.keyword == word) {
        return Some(Keyword::Supported(row.parameter));
    }
    OTHERS
        .iter()
        .find(|row| row.keyword == word && !VARIABLES_ONLY.contains(&word))
        .map(Keyword::Other)
}

/// Returns the known keyword that a mistyped one is close to.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    kind::nearest(word, SUPPORTED.iter().map(|row| row.keyword))
}

impl Parameter {
    pub(super) fn keyword(self) -> &'static str {
        SUPPORTED
            .iter()
            .find(|row| row.parameter == self)
            .map_or("parameter", |row| row.keyword)
    }
}

impl Other {
    pub(super) fn passes(&self, value: &str) -> bool {
        match &self.passes {
            Passes::Any => true,
            Passes::Only(values) => {
                value.is_empty() || values.iter().any(|known| known.eq_ignore_ascii_case(value))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, value: &str, passes: bool) {
        let row = OTHERS.iter().find(|row| row.keyword == word);
        assert_eq!(
            row.map(|row| row.passes(value)),
            Some(passes),
            "{word}={value}"
        );
    }

    #[test]
    fn a_parameter_without_effect_passes_when_it_asks_for_what_is_done_anyway() {
        check("gssencmode", "prefer", true);
        check("gssencmode", "require", false);
        check("client_encoding", "UTF8", true);
        check("client_encoding", "LATIN1", false);
        check("keepalives_idle", "30", true);
        check("sslcrl", "/crl.pem", false);
        check("sslcrl", "", true);
        check("ssl_min_protocol_version", "TLSv1.2", true);
        check("ssl_min_protocol_version", "TLSv1.3", false);
    }

    #[test]
    fn no_name_stands_twice() {
        let mut names: Vec<&str> = SUPPORTED
            .iter()
            .flat_map(|row| [Some(row.keyword), row.variable, row.image_variable])
            .chain(
                OTHERS
                    .iter()
                    .flat_map(|row| [Some(row.keyword), row.variable]),
            )
            .flatten()
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
