//! What is said about databases, URLs and connection parameters.

use super::*;

fn bad_url(problem: UrlProblem) -> ConfigError {
    ConfigError::Url {
        origin: by("DATABASE_URL"),
        problem,
    }
}

fn parameter(parameter: &'static str, problem: ParameterProblem) -> ConfigError {
    ConfigError::Parameter {
        parameter,
        origin: by("PGHOST"),
        problem,
    }
}

#[test]
fn databases() {
    let no_host = |passed_over, is_skippable| ConfigError::NoHost {
        passed_over,
        is_skippable,
    };
    insta::assert_snapshot!(said(&no_host(None, false)), @r"
    seaworthy: error[no-database]: no database host is configured

      hint: set `DATABASE_URL=postgres://USER@HOST/DATABASE`, or `PGHOST` and its like
    exit 78
    ");
    insta::assert_snapshot!(said(&no_host(None, true)), @r"
    seaworthy: error[no-database]: no database host is configured

      hint: set `DATABASE_URL=postgres://USER@HOST/DATABASE`, or `PGHOST` and its like
      hint: or skip the database: `SKIP_WAIT=true SKIP_MIGRATION=true`
    exit 78
    ");
    insta::assert_snapshot!(said(&no_host(Some(variable("MIGRATION_DATABASE_URL")), false)), @r#"
    seaworthy: error[no-database]: no database host is configured
      cause: `MIGRATION_DATABASE_URL` is set, but this command waits for the application's database

      hint: set `DATABASE_URL=postgres://USER@HOST/DATABASE` as the application has it
      hint: or pass the same URL: `--database-url "$MIGRATION_DATABASE_URL"`
    exit 78
    "#);
    insta::assert_snapshot!(said(&ConfigError::NoUser), @r"
    seaworthy: error[no-user]: no database user is configured, and this uid has no name to use in its place

      hint: set `PGUSER`, or write the user into the URL
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::NoDatabase), @r"
    seaworthy: error[bug]: this command has no database

      hint: this is a bug in seaworthy: please report it
    exit 70
    ");
    insta::assert_snapshot!(said(&ConfigError::Declaration), @r"
    seaworthy: error[bug]: the declaration of the settings is inconsistent

      hint: this is a bug in seaworthy: please report it
    exit 70
    ");
}

#[test]
fn urls() {
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Jdbc)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it begins with `jdbc:`

      hint: leave `jdbc:` out, and write user and password before the host
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::OtherDatabase)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it is a URL for another database

      hint: write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Driver)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: its driver is not known

      hint: write `postgresql://`, or one of the drivers asyncpg, psycopg, psycopg2, psycopg_async, pg8000
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unrecognised)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it is neither a URL nor a list of key=value pairs

      hint: write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Quoted)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: quotes stand around it

      hint: leave the quotes out: an env file of Docker and a manifest keep them as part of the value
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unexpanded)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it holds a variable that nothing replaced

      hint: no shell reads this value: set the URL itself, or set `PGHOST`, `PGUSER` and `PGPASSWORD`
      hint: or, if the password has a `$`, write it `%24`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::WhiteSpace)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it holds white space or a control character

      hint: percent-encode the password (`@` is `%40`, `/` is `%2F`, `%` is `%25`, a space is `%20`)
      hint: or leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Userinfo)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a character in the user name or the password is not percent-encoded

      hint: percent-encode the password (`@` is `%40`, `/` is `%2F`, `%` is `%25`, a space is `%20`)
      hint: or leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Percent)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8

      hint: percent-encode the password (`@` is `%40`, `/` is `%2F`, `%` is `%25`, a space is `%20`)
      hint: or leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Brackets)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: the brackets of an IPv6 address are not right

      hint: write an IPv6 address in brackets: `postgres://USER@[::1]:5432/DATABASE`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::NoEquals)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a parameter has no `=`

      hint: leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::OpenQuote)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a quote is not closed

      hint: leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unknown { name: Some("sslmod".to_owned()), nearest: Some("sslmode") })), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: there is no parameter `sslmod`

      hint: did you mean `sslmode`?
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unknown { name: None, nearest: None })), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a parameter is not known
    exit 78
    ");
}

#[test]
fn parameters() {
    insta::assert_snapshot!(said(&parameter("port", ParameterProblem::Port)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `port` is not valid
      --> PGHOST
      cause: it is not a port from 1 to 65535
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("port", ParameterProblem::PortCount)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `port` is not valid
      --> PGHOST
      cause: there is not one port for each host
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("host", ParameterProblem::Host)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `host` is not valid
      --> PGHOST
      cause: it is not a host name, an address or a directory
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("host", ParameterProblem::HostWithPort)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `host` is not valid
      --> PGHOST
      cause: a port stands in it

      hint: set the port by itself: `PGPORT=5432`
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("host", ParameterProblem::EmptyHost)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `host` is not valid
      --> PGHOST
      cause: a host of the list is empty
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("hostaddr", ParameterProblem::Address)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `hostaddr` is not valid
      --> PGHOST
      cause: it is not an IP address
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("hostaddr", ParameterProblem::AddressCount)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `hostaddr` is not valid
      --> PGHOST
      cause: there is not one address for each host
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("connect_timeout", ParameterProblem::Seconds)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `connect_timeout` is not valid
      --> PGHOST
      cause: it is not a whole number of seconds
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("sslmode", ParameterProblem::Choice { allowed: &["disable", "require"] })), @r"
    seaworthy: error[connection-parameter]: the connection parameter `sslmode` is not valid
      --> PGHOST
      cause: it is one of `disable`, `require`
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("sslmode", ParameterProblem::WeakSslMode)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `sslmode` is not valid
      --> PGHOST
      cause: `sslrootcert=system` needs `sslmode=verify-full`
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("options", ParameterProblem::ControlCharacter)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `options` is not valid
      --> PGHOST
      cause: a control character stands in it
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("sslcrl", ParameterProblem::Unsupported { hint: None })), @r"
    seaworthy: error[connection-parameter]: the connection parameter `sslcrl` is not supported
      --> PGHOST
      cause: libpq has it and seaworthy does not
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("requiressl", ParameterProblem::Unsupported { hint: Some("use `sslmode=require`") })), @r"
    seaworthy: error[connection-parameter]: the connection parameter `requiressl` is not supported
      --> PGHOST
      cause: libpq has it and seaworthy does not

      hint: use `sslmode=require`
    exit 78
    ");
}
