//! A TCP peer under the test's control: it forwards, falls silent, hangs up or
//! is not there at all, and changes from one to another when told.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// A test that waits longer than this for anything has failed.
const DEADLINE: Duration = Duration::from_secs(60);

/// A listener on 127.0.0.1 in front of a server.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Passes on what either side says.
    Forward,
    /// Accepts and passes on nothing; what stands is kept.
    Silent,
    /// Accepts and hangs up at once.
    HangUp,
    /// Does not listen: the kernel refuses.
    Refuse,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    behaviour: Behaviour,
    accepted: usize,
    /// So many of the first connections are silent for good.
    hushed: usize,
    streams: Vec<TcpStream>,
}

impl Proxy {
    /// Starts a proxy in front of the server on this port of 127.0.0.1.
    pub(crate) fn start(port: u16, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let state = State {
            behaviour,
            accepted: 0,
            hushed: 0,
            streams: Vec::new(),
        };
        let shared = Arc::new(Shared {
            target: SocketAddr::from(([127, 0, 0, 1], port)),
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let mut proxy = Self {
            address,
            shared,
            listener: None,
        };
        if behaviour != Behaviour::Refuse {
            proxy.listen(listener);
        }
        proxy
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns how many connections were accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        self.shared.lock().accepted
    }

    /// Waits until this many connections have been accepted in all.
    pub(crate) fn wait_for_accepted(&self, count: usize) {
        let state = self.shared.lock();
        let (state, waited) = self
            .shared
            .changed
            .wait_timeout_while(state, DEADLINE, |state| state.accepted < count)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(
            !waited.timed_out(),
            "{} connections came instead of {count}",
            state.accepted
        );
    }

    /// Changes what becomes of connections, those that stand included.
    pub(crate) fn behave(&mut self, behaviour: Behaviour) {
        self.shared.lock().behaviour = behaviour;
        self.shared.changed.notify_all();
        match behaviour {
            Behaviour::Forward | Behaviour::Silent | Behaviour::HangUp => {
                if self.listener.is_none() {
                    let listener = TcpListener::bind(self.address).expect("the port is still free");
                    self.listen(listener);
                }
            }
            Behaviour::Refuse => self.close(),
        }
        if matches!(behaviour, Behaviour::HangUp | Behaviour::Refuse) {
            self.cut();
        }
    }

    /// Lets the connections that stand fall silent for good, as a load balancer
    /// does that has forgotten them. New ones are not touched.
    pub(crate) fn forget(&self) {
        let mut state = self.shared.lock();
        state.hushed = state.accepted;
    }

    /// Ends the connections that stand, on both sides.
    pub(crate) fn cut(&self) {
        for stream in self.shared.lock().streams.drain(..) {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn listen(&mut self, listener: TcpListener) {
        let shared = Arc::clone(&self.shared);
        self.listener = Some(spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.lock().behaviour == Behaviour::Refuse {
                    return;
                }
                shared.accept(stream);
            }
        }));
    }

    fn close(&mut self) {
        if let Some(thread) = self.listener.take() {
            // Only a connection makes `accept` return.
            let _ = TcpStream::connect(self.address);
            let _ = thread.join();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.behave(Behaviour::Refuse);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: &Arc<Self>, client: TcpStream) {
        let mut state = self.lock();
        state.accepted += 1;
        let number = state.accepted;
        self.changed.notify_all();
        if state.behaviour == Behaviour::HangUp {
            return;
        }
        let Ok(server) = TcpStream::connect(self.target) else {
            // A silent peer needs nobody behind it: the connection is kept.
            if state.behaviour == Behaviour::Silent {
                state.streams.push(client);
            }
            return;
        };
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else {
                return;
            };
            let shared = Arc::clone(self);
            spawn(move || shared.pass_on(number, from, to));
        }
        state.streams.extend([client, server]);
    }

    /// Copies one direction until either side ends.
    fn pass_on(&self, number: usize, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let mut state = self.lock();
            while state.behaviour == Behaviour::Silent || number <= state.hushed {
                state = self.wait(state);
            }
            drop(state);
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
