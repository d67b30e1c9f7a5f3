//! What is said when probes cannot be answered.

use std::io::ErrorKind;

use super::config::origin_place;
use crate::config::{ListenProblem, Origin};
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::probe::ListenError;

/// Returns what is said about an address that cannot be listened on.
pub fn diagnostic(error: &ListenError) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("listen", Exit::Config, error.to_string());
    diagnostic.places.extend(origin_place(&error.origin));
    let diagnostic = diagnostic.cause(error.source.to_string());
    match error.source.kind() {
        ErrorKind::AddrInUse => {
            let diagnostic = diagnostic.hint(
                "another process listens there: stop it (`ss -ltnp` names it), or give \
                 `--listen` another port; containers of one pod share their ports",
            );
            match &error.origin {
                // Whoever looks in with `docker exec` has the container's environment.
                Origin::Variable(variable) => diagnostic.hint(format!(
                    "beside a voyage that listens there, run it with `{}=` set to nothing",
                    variable.name
                )),
                Origin::Flag(_) | Origin::Argument(_) | Origin::File(_) | Origin::Default => {
                    diagnostic
                }
            }
        }
        ErrorKind::PermissionDenied => {
            diagnostic.hint("a port below 1024 needs a privilege: take one above, such as `:9808`")
        }
        ErrorKind::AddrNotAvailable => diagnostic
            .hint("the address is none of this machine's: `:9808` listens on all that it has"),
        _ => diagnostic.hint("`--listen :9808` listens on every address that this machine has"),
    }
}

/// Returns how an address is written.
pub(super) fn hint(problem: ListenProblem) -> &'static str {
    match problem {
        ListenProblem::NoPort
        | ListenProblem::Port
        | ListenProblem::BareNumber
        | ListenProblem::Malformed => {
            "write `:PORT` for every address of the machine, or `ADDRESS:PORT`, such as `:9808` \
             or `127.0.0.1:9808`"
        }
        ListenProblem::Name => {
            "write an IP address: `127.0.0.1:9808` is `localhost`, and `:9808` every address of \
             the machine"
        }
        ListenProblem::Brackets => "write an IPv6 address in brackets, such as `[::1]:9808`",
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::config::ListenAddress;

    fn failed(errno: i32) -> Diagnostic {
        diagnostic(&ListenError {
            address: ListenAddress::Everywhere { port: 80 },
            origin: Origin::Flag("listen"),
            source: io::Error::from_raw_os_error(errno),
        })
    }

    #[test]
    fn a_port_that_is_taken_is_78() {
        let diagnostic = failed(98);
        assert_eq!(diagnostic.exit.code(), 78);
        insta::assert_snapshot!(diagnostic, @"
        seaworthy: error[listen]: cannot listen on `:80`
          --> --listen
          cause: Address already in use (os error 98)

          hint: another process listens there: stop it (`ss -ltnp` names it), or give `--listen` another port; containers of one pod share their ports
        ");
    }

    #[test]
    fn a_port_that_needs_a_privilege_is_78() {
        insta::assert_snapshot!(failed(13), @"
        seaworthy: error[listen]: cannot listen on `:80`
          --> --listen
          cause: Permission denied (os error 13)

          hint: a port below 1024 needs a privilege: take one above, such as `:9808`
        ");
    }

    #[test]
    fn an_address_of_another_machine_is_78() {
        insta::assert_snapshot!(failed(99), @"
        seaworthy: error[listen]: cannot listen on `:80`
          --> --listen
          cause: Cannot assign requested address (os error 99)

          hint: the address is none of this machine's: `:9808` listens on all that it has
        ");
        insta::assert_snapshot!(failed(97), @"
        seaworthy: error[listen]: cannot listen on `:80`
          --> --listen
          cause: Address family not supported by protocol (os error 97)

          hint: `--listen :9808` listens on every address that this machine has
        ");
    }
}
