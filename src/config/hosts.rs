//! Lists of hosts, addresses and ports, matched as libpq matches them: one
//! port for all, or one for each.

use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

use super::database::Given;
use super::parameter::Parameter;
use super::{ConfigError, Host, HostAddress, ParameterProblem};

const DEFAULT_PORT: u16 = 5432;

/// Returns the hosts in the order in which they are tried; `None` if none is named.
///
/// # Errors
///
/// - [`ConfigError::Parameter`] for `host`, `hostaddr` or `port`.
pub(super) fn read(
    hosts: Option<&Given>,
    addresses: Option<&Given>,
    ports: Option<&Given>,
) -> Result<Option<Vec<Host>>, ConfigError> {
    let addresses = addresses.map(read_addresses).transpose()?;
    let named = match (hosts, addresses) {
        (None, None) => return Ok(None),
        (None, Some(addresses)) => addresses
            .into_iter()
            .map(|ip| HostAddress::Tcp {
                name: ip.to_string(),
                ip: Some(ip),
            })
            .collect(),
        (Some(hosts), None) => read_names(hosts)?,
        (Some(hosts), Some(addresses)) => {
            let names = read_names(hosts)?;
            if names.len() != addresses.len() {
                return Err(hosts.problem(Parameter::HostAddress, ParameterProblem::AddressCount));
            }
            names
                .into_iter()
                .zip(addresses)
                .map(|(name, ip)| name.dialled_at(ip))
                .collect()
        }
    };
    let ports = match ports {
        Some(ports) => read_ports(ports, named.len())?,
        None => vec![DEFAULT_PORT; named.len()],
    };
    let hosts = named.into_iter().zip(ports).map(|(address, port)| Host {
        address,
        port,
        password: None,
    });
    Ok(Some(hosts.collect()))
}

impl HostAddress {
    /// A socket's directory has no address to dial.
    fn dialled_at(self, address: IpAddr) -> Self {
        match self {
            Self::Tcp { name, ip: _ } => Self::Tcp {
                name,
                ip: Some(address),
            },
            Self::Unix(directory) => Self::Unix(directory),
        }
    }
}

fn read_names(given: &Given) -> Result<Vec<HostAddress>, ConfigError> {
    given
        .word()
        .split(',')
        .map(|name| host(name.trim()).map_err(|problem| given.problem(Parameter::Host, problem)))
        .collect()
}

fn host(name: &str) -> Result<HostAddress, ParameterProblem> {
    if name.is_empty() {
        return Err(ParameterProblem::EmptyHost);
    }
    if name.chars().any(char::is_control) {
        return Err(ParameterProblem::Host);
    }
    if name.starts_with(['/', '@']) {
        return Ok(HostAddress::Unix(PathBuf::from(name)));
    }
    let is_address = {
        let without_zone = name.split_once('%').map_or(name, |(address, _)| address);
        without_zone.parse::<Ipv6Addr>().is_ok()
    };
    let is_name = name
        .chars()
        .all(|c| c.is_alphanumeric() || "._-".contains(c));
    if is_address || is_name {
        return Ok(HostAddress::Tcp {
            name: name.to_owned(),
            ip: None,
        });
    }
    match name.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() && !name.contains("://") => {
            Err(ParameterProblem::HostWithPort)
        }
        Some(_) | None => Err(ParameterProblem::Host),
    }
}

fn read_addresses(given: &Given) -> Result<Vec<IpAddr>, ConfigError> {
    given
        .word()
        .split(',')
        .map(|text| text.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| given.problem(Parameter::HostAddress, ParameterProblem::Address))
}

/// Returns one port for each host. An empty one is the default.
fn read_ports(given: &Given, hosts: usize) -> Result<Vec<u16>, ConfigError> {
    let ports: Vec<u16> = given
        .word()
        .split(',')
        .map(|text| match text.trim() {
            "" => Ok(DEFAULT_PORT),
            text => port(text).ok_or(ParameterProblem::Port),
        })
        .collect::<Result<_, _>>()
        .map_err(|problem| given.problem(Parameter::Port, problem))?;
    match ports.as_slice() {
        [port] => Ok(vec![*port; hosts]),
        ports if ports.len() == hosts => Ok(ports.to_vec()),
        _ => Err(given.problem(Parameter::Port, ParameterProblem::PortCount)),
    }
}

fn port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Origin, Secret};

    fn given(text: &str) -> Option<Given> {
        (!text.is_empty()).then(|| Given {
            text: Secret::new(text),
            origin: Origin::Default,
        })
    }

    /// Shows the hosts as they may be shown, with the address to dial.
    #[track_caller]
    fn check(host: &str, address: &str, port: &str, expected: Result<&str, ParameterProblem>) {
        let read = read(
            given(host).as_ref(),
            given(address).as_ref(),
            given(port).as_ref(),
        );
        let shown = read.map(|hosts| {
            let hosts = hosts.unwrap_or_default();
            let shown: Vec<String> = hosts
                .iter()
                .map(|host| match &host.address {
                    HostAddress::Tcp { ip: Some(ip), .. } => format!("{}={ip}", host.shown()),
                    HostAddress::Tcp { ip: None, .. } | HostAddress::Unix(_) => host.shown(),
                })
                .collect();
            shown.join(" ")
        });
        let shown = shown.map_err(|error| match error {
            ConfigError::Parameter { problem, .. } => problem,
            other => panic!("{other}"),
        });
        assert_eq!(shown.as_deref(), expected.as_ref().copied(), "{host}");
    }

    #[test]
    fn hosts_have_one_port_for_all_or_one_for_each() {
        check("", "", "5433", Ok(""));
        check("db", "", "", Ok("db:5432"));
        check("db", "", "5433", Ok("db:5433"));
        check("a,b", "", "5433", Ok("a:5433 b:5433"));
        check("a,b", "", "1,2", Ok("a:1 b:2"));
        check("a,b", "", ",2", Ok("a:5432 b:2"));
        check("a,b,c", "", "1,2", Err(ParameterProblem::PortCount));
        check("a", "", "1,2", Err(ParameterProblem::PortCount));
        check("a,,b", "", "", Err(ParameterProblem::EmptyHost));
        for port in ["0", "65536", "-1", "+1", "x", "1.0", "5432x"] {
            check("db", "", port, Err(ParameterProblem::Port));
        }
    }

    #[test]
    fn hosts_are_names_addresses_or_directories() {
        check("::1", "", "", Ok("[::1]:5432"));
        check("fe80::1%eth0", "", "", Ok("[fe80::1%eth0]:5432"));
        check("/run/postgresql", "", "", Ok("/run/postgresql:5432"));
        check("@abstract", "", "", Ok("@abstract:5432"));
        check("my_db-1.example", "", "", Ok("my_db-1.example:5432"));
        check("db:5433", "", "", Err(ParameterProblem::HostWithPort));
        check("tcp://db:5433", "", "", Err(ParameterProblem::Host));
        check("a b", "", "", Err(ParameterProblem::Host));
        check("u@h", "", "", Err(ParameterProblem::Host));
    }

    #[test]
    fn an_address_is_dialled_in_place_of_its_host() {
        check("db", "10.0.0.1", "", Ok("db:5432=10.0.0.1"));
        check(
            "",
            "10.0.0.1,::1",
            "",
            Ok("10.0.0.1:5432=10.0.0.1 [::1]:5432=::1"),
        );
        check("a,b", "10.0.0.1", "", Err(ParameterProblem::AddressCount));
        check("db", "db", "", Err(ParameterProblem::Address));
    }
}
