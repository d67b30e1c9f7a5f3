//! A bound port, before there is a runtime.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use nix::errno::Errno;
use socket2::{Domain, Protocol, Socket, Type};

use crate::config::{ListenAddress, Origin, Sourced};

/// Connections that the kernel holds for us until we come to them.
const BACKLOG: i32 = 128;

/// A port that accepts; whoever connects is answered once a
/// [`Server`](super::Server) runs on it.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: TcpListener,
    address: SocketAddr,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot listen on `{address}`")]
pub struct ListenError {
    pub address: ListenAddress,
    /// What named the address.
    pub origin: Origin,
    pub source: io::Error,
}

impl Listener {
    /// Binds an address.
    ///
    /// # Errors
    ///
    /// [`ListenError`] with what the system says.
    pub fn bind(wanted: &Sourced<ListenAddress>) -> Result<Self, ListenError> {
        let bound = match wanted.value {
            ListenAddress::At(address) => bind(address),
            ListenAddress::Everywhere { port } => everywhere(port),
        };
        bound.map_err(|source| ListenError {
            address: wanted.value,
            origin: wanted.origin.clone(),
            source,
        })
    }

    /// Returns where it listens; a port 0 has become a real one.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Binds both families, or IPv4 alone where the kernel has no IPv6.
fn everywhere(port: u16) -> io::Result<Listener> {
    let address = SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
    match bind(address) {
        Err(error) if lacks_family(&error) => bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))),
        bound => bound,
    }
}

fn lacks_family(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(errno, Some(Errno::EAFNOSUPPORT | Errno::EADDRNOTAVAIL))
}

fn bind(address: SocketAddr) -> io::Result<Listener> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // `[::]` is both families, whatever the system's default is.
        socket.set_only_v6(false)?;
    }
    // What an application that sets the same has left there in TIME_WAIT, before
    // its container was started again, is not in our way.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    let socket = TcpListener::from(socket);
    let address = socket.local_addr()?;
    Ok(Listener { socket, address })
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    fn wanted(value: ListenAddress) -> Sourced<ListenAddress> {
        Sourced::new(value, Origin::Flag("listen"))
    }

    #[test]
    fn everywhere_is_both_families() {
        let everywhere = wanted(ListenAddress::Everywhere { port: 0 });
        let listener = Listener::bind(&everywhere).unwrap();
        let port = listener.address().port();
        assert_ne!(port, 0);
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        TcpStream::connect((Ipv6Addr::LOCALHOST, port)).unwrap();
    }

    #[test]
    fn a_port_that_is_taken_is_an_error_with_its_address() {
        let any = wanted(ListenAddress::At(SocketAddr::from(([127, 0, 0, 1], 0))));
        let first = Listener::bind(&any).unwrap();
        let taken = wanted(ListenAddress::At(first.address()));
        let error = Listener::bind(&taken).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(
            error.to_string(),
            format!("cannot listen on `{}`", first.address())
        );
    }

    #[test]
    fn a_kernel_without_ipv6_is_told_from_other_errors() {
        let lacks = |errno: Errno| lacks_family(&io::Error::from_raw_os_error(errno as i32));
        assert!(lacks(Errno::EAFNOSUPPORT));
        assert!(lacks(Errno::EADDRNOTAVAIL));
        assert!(!lacks(Errno::EADDRINUSE));
        assert!(!lacks(Errno::EACCES));
    }
}
