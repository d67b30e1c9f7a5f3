//! Addresses and paths of probes.

use super::*;
use crate::config::ListenProblem;

#[track_caller]
fn listen(problem: ListenProblem) -> String {
    said(&value(
        "listen",
        Origin::Flag("listen"),
        Mismatch::Listen(problem),
    ))
}

#[test]
fn addresses_to_listen_on() {
    let plain = |cause: &str| {
        format!(
            "seaworthy: error[setting]: the value of `--listen` is not valid\n  cause: {cause}\n\n  \
             hint: write `:PORT` for every address of the machine, or `ADDRESS:PORT`, such as \
             `:9808` or `127.0.0.1:9808`\nexit 2"
        )
    };
    for (problem, cause) in [
        (ListenProblem::NoPort, "it names no port"),
        (ListenProblem::Port, "its port is not a number up to 65535"),
        (
            ListenProblem::BareNumber,
            "a number stands alone, and may be a port or an address",
        ),
        (ListenProblem::Malformed, "it is not an address"),
    ] {
        assert_eq!(listen(problem), plain(cause));
    }
    insta::assert_snapshot!(listen(ListenProblem::Name), @"
    seaworthy: error[setting]: the value of `--listen` is not valid
      cause: it begins with a name, not with an address

      hint: write an IP address: `127.0.0.1:9808` is `localhost`, and `:9808` every address of the machine
    exit 2
    ");
    insta::assert_snapshot!(listen(ListenProblem::Brackets), @"
    seaworthy: error[setting]: the value of `--listen` is not valid
      cause: an IPv6 address stands without its brackets

      hint: write an IPv6 address in brackets, such as `[::1]:9808`
    exit 2
    ");
}

#[test]
fn live_paths() {
    insta::assert_snapshot!(said(&value("live-path", by("SEAWORTHY_LIVE_PATH"), Mismatch::Path)), @"
    seaworthy: error[setting]: the value of `SEAWORTHY_LIVE_PATH` is not valid
      cause: it is not the path of a request

      hint: write it as a probe asks for it, such as `/livez`
    exit 78
    ");
}
