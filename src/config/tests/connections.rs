//! From URLs, variables and files to connections.

use std::fmt::Write as _;

use super::*;

pub(super) fn wait() -> World {
    World::typing(&["wait"])
}

pub(super) fn url(text: &str) -> World {
    wait().with("DATABASE_URL", text)
}

/// Shows a connection with its passwords and without its defaults.
pub(super) fn shown(connection: &Connection) -> String {
    let hosts: Vec<String> = connection
        .hosts
        .iter()
        .map(|host| match &host.password {
            Some(password) => format!("{}({})", host.shown(), password.expose()),
            None => host.shown(),
        })
        .collect();
    let mut text = format!(
        "{}@{}/{}",
        connection.user,
        hosts.join(","),
        connection.database
    );
    let mut add = |name: &str, value: String| write!(text, " {name}={value}").unwrap();
    if connection.ssl_mode != SslMode::Prefer {
        add("sslmode", format!("{:?}", connection.ssl_mode));
    }
    if let Some(roots) = &connection.ssl_root_cert {
        add("sslrootcert", format!("{roots:?}"));
    }
    if let Some(path) = &connection.ssl_cert {
        add("sslcert", path.display().to_string());
    }
    if let Some(path) = &connection.ssl_key {
        add("sslkey", path.display().to_string());
    }
    if connection.channel_binding != ChannelBinding::Prefer {
        add(
            "channel_binding",
            format!("{:?}", connection.channel_binding),
        );
    }
    if let Some(options) = &connection.options {
        add("options", options.clone());
    }
    if connection.application_name != "seaworthy" {
        add("application_name", connection.application_name.clone());
    }
    if let Some(timeout) = connection.connect_timeout {
        add("connect_timeout", format!("{timeout:?}"));
    }
    if connection.target_session_attrs != TargetSessionAttrs::Any {
        add("session", format!("{:?}", connection.target_session_attrs));
    }
    text
}

pub(super) fn connection(world: &World) -> Result<String, ConfigError> {
    let config = world.resolve()?;
    let connection = config.databases()?.application().connection(&world.files)?;
    Ok(shown(&connection))
}

#[track_caller]
pub(super) fn check(world: &World, expected: &str) {
    match connection(world) {
        Ok(text) => assert_eq!(text, expected),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn check_url(text: &str, expected: &str) {
    check(&url(text), expected);
}

#[track_caller]
fn check_problem(text: &str, expected: UrlProblem) {
    match connection(&url(text)) {
        Err(ConfigError::Url { problem, .. }) => assert_eq!(problem, expected, "{text}"),
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn check_parameter(world: &World, name: &str, expected: ParameterProblem) {
    match connection(world) {
        Err(ConfigError::Parameter {
            parameter, problem, ..
        }) => assert_eq!((parameter, problem), (name, expected)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn urls_are_read_as_libpq_reads_them() {
    check_url("postgres://u:p@db:5433/app", "u@db:5433(p)/app");
    check_url("postgresql://db", "sailor@db:5432/sailor");
    check_url("POSTGRES://u@db/app", "u@db:5432/app");
    check_url("postgresql://u@db/", "u@db:5432/u");
    check_url(
        "postgresql://u:a%40b%2Fc%25@db/a%20b",
        "u@db:5432(a@b/c%)/a b",
    );
    check_url("postgresql://u:a#b?c:d@db/app", "u@db:5432(a#b?c:d)/app");
    check_url("postgresql://u@[::1]:5433/app", "u@[::1]:5433/app");
    check_url("postgresql://u@[::1]/app", "u@[::1]:5432/app");
    check_url("postgresql://u@a:1,b:2/app", "u@a:1,b:2/app");
    check_url("postgresql://u@a,b:2/app", "u@a:5432,b:2/app");
    check_url(
        "postgresql://u@%2Frun%2Fpostgresql/app",
        "u@/run/postgresql:5432/app",
    );
    check_url(
        "postgresql:///app?host=/run/postgresql&user=u",
        "u@/run/postgresql:5432/app",
    );
    check_url("postgresql://?host=db&dbname=app&port=1", "sailor@db:1/app");
    check_url("postgresql://u@db/app?host=other", "u@other:5432/app");
    check_url("  postgresql://u@db/app\n", "u@db:5432/app");
    check_url(
        "postgresql://u@db/app?options=-c%20search_path%3Dx&connect_timeout=3&application_name=me",
        "u@db:5432/app options=-c search_path=x application_name=me connect_timeout=3s",
    );
    check_url(
        "postgresql://u@db/app?target_session_attrs=read-write&channel_binding=require",
        "u@db:5432/app channel_binding=Require session=ReadWrite",
    );
    check_url(
        "postgresql://u@db/app?keepalives_idle=3&client_encoding=utf8",
        "u@db:5432/app",
    );
}

#[test]
fn urls_may_be_sqlalchemys() {
    for driver in ["asyncpg", "psycopg", "psycopg2", "psycopg_async", "pg8000"] {
        check_url(
            &format!("postgresql+{driver}://u:p@db/app"),
            "u@db:5432(p)/app",
        );
    }
    check_url(
        "postgresql+asyncpg://u@db/app?ssl=require",
        "u@db:5432/app sslmode=Require",
    );
    check_url(
        "postgresql+asyncpg://u@db/app?ssl=verify-full",
        "u@db:5432/app sslmode=VerifyFull",
    );
    check_url(
        "postgresql+asyncpg://u@db/app?ssl=true",
        "u@db:5432/app sslmode=Require",
    );
    check_url(
        "postgresql+asyncpg://u@db/app?ssl=false",
        "u@db:5432/app sslmode=Disable",
    );
    check_url(
        "postgresql+psycopg2://u@db/app?sslmode=disable",
        "u@db:5432/app sslmode=Disable",
    );
    check_url(
        "postgresql+psycopg://u@/app?host=a:1&host=b:2",
        "u@a:1,b:2/app",
    );
    check_url(
        "postgresql+psycopg://u@db/app?options=-c+x%3Dy",
        "u@db:5432/app options=-c x=y",
    );
    check_problem("postgresql+mydriver://u@db/app", UrlProblem::Driver);
}

#[test]
fn connection_strings_are_libpqs() {
    check_url(
        "host=db port=5433 dbname=app user=u password=p",
        "u@db:5433(p)/app",
    );
    check_url(r"host=db user=u password='a b\'c'", r"u@db:5432(a b'c)/u");
    check_url("host=/run/postgresql user=u", "u@/run/postgresql:5432/u");
    check_url(
        "hostaddr=10.0.0.1 user=u password='x://y'",
        "u@10.0.0.1:5432(x://y)/u",
    );
}

#[test]
fn what_cannot_be_a_url_is_told_apart() {
    check_problem("jdbc:postgresql://db/app", UrlProblem::Jdbc);
    check_problem("jdbc:postgresql:app", UrlProblem::Jdbc);
    check_problem("mysql://u:p@db/app", UrlProblem::OtherDatabase);
    check_problem("sqlite:///app.db", UrlProblem::OtherDatabase);
    check_problem("db:5432", UrlProblem::Unrecognised);
    check_problem("\"postgres://u@db/app\"", UrlProblem::Quoted);
    check_problem("'postgres://u@db/app'", UrlProblem::Quoted);
    check_problem("$DATABASE_URL", UrlProblem::Unexpanded);
    check_problem("${DATABASE_URL}", UrlProblem::Unexpanded);
    check_problem("postgres://u:${PASSWORD}@db/app", UrlProblem::Unexpanded);
    check_problem("postgres://u:${PASSWORD:-x}@db/app", UrlProblem::Unexpanded);
    check_problem("postgres://u:$(PASSWORD)@db/app", UrlProblem::Unexpanded);
    check_problem("postgres://u:p@$HOST/app", UrlProblem::Unexpanded);
    check_problem("postgres://u:p@db:$PORT/app", UrlProblem::Unexpanded);
    check_problem("postgres://u:a b@db/app", UrlProblem::WhiteSpace);
    check_problem("postgres://u:a@b@db/app", UrlProblem::Userinfo);
    check_problem("postgres://u:a/b@db/app", UrlProblem::Userinfo);
    check_problem("postgres://u:1/b@db/app", UrlProblem::Userinfo);
    check_problem("postgres://u:a@b/c@db/app", UrlProblem::Userinfo);
    check_problem("postgres://u:100%@db/app", UrlProblem::Percent);
    check_problem("postgres://u:a%zz@db/app", UrlProblem::Percent);
    check_problem("postgres://u:a%00@db/app", UrlProblem::Percent);
    check_problem("postgres://u:a%ff@db/app", UrlProblem::Percent);
    check_problem("postgres://u@::1/app", UrlProblem::Brackets);
    check_problem("postgres://u@[::1/app", UrlProblem::Brackets);
    check_problem("postgres://u@[::1]x/app", UrlProblem::Brackets);
    check_problem("postgres://u@db/app?sslmode", UrlProblem::NoEquals);
    check_problem("host=db password=a b", UrlProblem::NoEquals);
    check_problem("host=db password='a", UrlProblem::OpenQuote);
}

#[test]
fn a_parameter_that_nobody_knows_is_a_warning_in_the_shared_url_only() {
    let text = "postgres://u@db/app?schema=public&pool_timeout=3";
    let config = url(text).resolve().unwrap();
    let unknown = |name: Option<&str>| ConfigWarning::UnknownUrlParameter {
        name: name.map(str::to_owned),
        origin: Origin::Variable(Variable::real("DATABASE_URL")),
    };
    assert_eq!(
        config.warnings,
        [unknown(Some("schema")), unknown(Some("pool_timeout"))]
    );
    let hidden = url("postgres://u@db/app?password=a&bc=d")
        .resolve()
        .unwrap();
    assert_eq!(hidden.warnings, [unknown(None)]);
    for name in ["SEAWORTHY_DATABASE_URL", "MIGRATION_DATABASE_URL"] {
        let world = World::typing(&["upgrade"]).with(name, text);
        assert!(matches!(
            world.resolve(),
            Err(ConfigError::Url {
                problem: UrlProblem::Unknown { .. },
                ..
            })
        ));
    }
    let typed = World::typing(&[
        "wait",
        "--database-url",
        "postgres://u@db/app?sslmod=require",
    ]);
    assert!(matches!(
        typed.resolve(),
        Err(ConfigError::Url {
            origin: Origin::Flag("database-url"),
            problem: UrlProblem::Unknown {
                name: Some(_),
                nearest: Some("sslmode")
            },
        })
    ));
}

#[test]
fn each_parameter_comes_from_the_first_layer_that_has_it() {
    let images = wait()
        .with("POSTGRES_HOST", "ih")
        .with("POSTGRES_PORT", "1")
        .with("POSTGRES_USER", "iu")
        .with("POSTGRES_PASSWORD", "ip")
        .with("POSTGRES_DB", "id");
    check(&images, "iu@ih:1(ip)/id");
    let libpqs = images
        .clone()
        .with("PGHOST", "lh")
        .with("PGPORT", "2")
        .with("PGUSER", "lu")
        .with("PGPASSWORD", "lp")
        .with("PGDATABASE", "ld");
    check(&libpqs, "lu@lh:2(lp)/ld");
    check(
        &libpqs.clone().with("DATABASE_URL", "postgres://db"),
        "lu@db:2(lp)/ld",
    );
    check(
        &libpqs
            .clone()
            .with("DATABASE_URL", "postgres://u:p@db:3/app"),
        "u@db:3(p)/app",
    );
    check(
        &libpqs.with("DATABASE_URL", "postgres:///app"),
        "lu@lh:2(lp)/app",
    );
    let configured = wait().file("seaworthy.toml", "database.url = \"postgres://u@db/app\"\n");
    check(&configured, "u@db:5432/app");
    check(
        &configured.clone().with("PGHOST", "other"),
        "u@other:5432/app",
    );
    check(
        &configured.with("DATABASE_URL", "postgres://x@y"),
        "x@y:5432/x",
    );
}

#[test]
fn the_variables_of_libpq_are_all_read() {
    let world = url("postgres://u@db")
        .with("PGSSLMODE", "verify-full")
        .with("PGSSLROOTCERT", "/ca.pem")
        .with("PGSSLCERT", "/c.pem")
        .with("PGSSLKEY", "/k.pem\n")
        .with("PGOPTIONS", "-c x=y")
        .with("PGAPPNAME", "me")
        .with("PGCONNECT_TIMEOUT", "9")
        .with("PGTARGETSESSIONATTRS", "primary")
        .with("PGCHANNELBINDING", "disable");
    check(
        &world,
        "u@db:5432/u sslmode=VerifyFull sslrootcert=File(\"/ca.pem\") sslcert=/c.pem sslkey=/k.pem \
         channel_binding=Disable options=-c x=y application_name=me connect_timeout=9s \
         session=Primary",
    );
    check(
        &wait().with("PGHOSTADDR", "10.0.0.1"),
        "sailor@10.0.0.1:5432/sailor",
    );
    check(
        &url("postgres://u@db").with("PGCONNECT_TIMEOUT", "0"),
        "u@db:5432/u",
    );
}

#[test]
fn variables_of_libpq_without_effect_pass_only_with_what_is_done_anyway() {
    for (name, value) in [
        ("PGGSSENCMODE", "disable"),
        ("PGCLIENTENCODING", "UTF8"),
        ("PGLOCALEDIR", "/x"),
        ("PGKRBSRVNAME", "postgres"),
        // Of images, not of libpq.
        ("PGDATA", "/var/lib/postgresql/data"),
        ("PG_MAJOR", "15"),
        ("PGVERSION", "15"),
    ] {
        check(&url("postgres://u@db").with(name, value), "u@db:5432/u");
    }
    for (name, value) in [
        ("PGREQUIRESSL", "1"),
        ("PGSSLCRL", "/crl"),
        ("PGGSSENCMODE", "require"),
        ("PGREQUIREPEER", "postgres"),
        ("PGSSLMINPROTOCOLVERSION", "TLSv1.3"),
        ("PGSSLNEGOTIATION", "direct"),
        ("PGLOADBALANCEHOSTS", "random"),
        ("PGCLIENTENCODING", "LATIN1"),
        ("PGDATESTYLE", "ISO"),
        ("PGTZ", "UTC"),
        ("PGGEQO", "off"),
    ] {
        match url("postgres://u@db").with(name, value).resolve() {
            Err(ConfigError::Parameter {
                origin,
                problem: ParameterProblem::Unsupported { .. },
                ..
            }) => assert_eq!(origin.to_string(), name),
            other => panic!("{name}={value}: {other:?}"),
        }
    }
    // The URL's own word comes first, as in libpq.
    check(
        &url("postgres://u@db?client_encoding=utf8").with("PGCLIENTENCODING", "LATIN1"),
        "u@db:5432/u",
    );
}

#[test]
fn a_port_that_was_injected_is_no_port() {
    let world = wait()
        .with("POSTGRES_HOST", "postgres")
        .with("POSTGRES_PORT", "tcp://10.0.0.1:5432")
        .with("POSTGRES_PORT_5432_TCP", "tcp://10.0.0.1:5432");
    check(&world, "sailor@postgres:5432/sailor");
    assert_eq!(world.resolve().unwrap().warnings, []);
    check_parameter(
        &wait()
            .with("PGHOST", "db")
            .with("PGPORT", "tcp://10.0.0.1:5432"),
        "port",
        ParameterProblem::Port,
    );
}

#[test]
fn hosts_and_tls_are_checked() {
    let host = |host: &str| wait().with("PGHOST", host);
    check_parameter(&host("db:5432"), "host", ParameterProblem::HostWithPort);
    check_parameter(
        &url("postgres://u@a,,b/app"),
        "host",
        ParameterProblem::EmptyHost,
    );
    check_parameter(
        &url("postgres://u@a:1,b:2,c/app?port=1,2"),
        "port",
        ParameterProblem::PortCount,
    );
    check_parameter(
        &url("postgres://u@db:x/app"),
        "port",
        ParameterProblem::Port,
    );
    check_parameter(
        &url("postgres://u@db:0/app"),
        "port",
        ParameterProblem::Port,
    );
    check_parameter(
        &url("postgres://u@db/app?sslrootcert=system&sslmode=require"),
        "sslmode",
        ParameterProblem::WeakSslMode,
    );
    check_url(
        "postgres://u@db/app?sslrootcert=system",
        "u@db:5432/app sslmode=VerifyFull sslrootcert=System",
    );
    check_parameter(
        &url("postgres://u@db?connect_timeout=3s"),
        "connect_timeout",
        ParameterProblem::Seconds,
    );
    for name in ["sslmode", "channel_binding", "target_session_attrs"] {
        let world = url(&format!("postgres://u@db/app?{name}=odd"));
        assert!(matches!(
            connection(&world),
            Err(ConfigError::Parameter {
                problem: ParameterProblem::Choice { .. },
                ..
            })
        ));
    }
}
