//! A PostgreSQL server of our own, made with `initdb` and gone with the tests.
//!
//! [`Server::shared`] is one server for the whole test run, with a database
//! for each test; [`Server::start`] is a server for one test that wants to
//! stop it, break it or configure it. Nothing is skipped where PostgreSQL is
//! missing: the first test that asks panics and says how to install it.

use std::fs::{self, File, Permissions};
use std::io::{PipeWriter, pipe};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::statvfs::{Statvfs, statvfs};
use nix::unistd::{Pid, User, geteuid};

use super::database::Database;

/// The superuser, who needs no password on the unix socket.
pub(crate) const SUPERUSER: &str = "postgres";

/// The superuser's password over TCP. No output of seaworthy may hold it.
pub(crate) const PASSWORD: &str = "anchor-and-chain";

/// How long a server may take to start or stop on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port found free may be taken before the server has it.
const PORT_TRIES: usize = 5;

/// How many bytes have to be free in memory for servers to live there: several at
/// once, each with its log and the databases of a few tests.
const ENOUGH: u64 = 4 << 30;

/// Waits for the end of its standard input, which is the end of the test
/// process however it ended, then stops the server and removes its directory.
const WATCHDOG: &str = r#"
read -r _
"$1/pg_ctl" -D "$2/data" -m immediate -s stop
rm -rf "$2"
"#;

/// A server that this process started.
#[derive(Debug)]
pub(crate) struct Server {
    directory: PathBuf,
    port: u16,
    ipv6: bool,
    postmaster: Mutex<Option<Child>>,
    watchdog: Option<(PipeWriter, Child)>,
    databases: AtomicU32,
}

/// What a server for one test has besides the ordinary.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    settings: Vec<(String, String)>,
    hba: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
}

/// How a server is asked to stop, as in `pg_ctl stop --mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopMode {
    /// Waits for its clients to leave.
    Smart,
    /// Ends its clients' sessions.
    Fast,
    /// Ends at once; recovers when it starts again.
    Immediate,
}

impl Server {
    /// Returns the server that all tests of this run share. Nobody stops it.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Options::default()))
    }

    /// Starts a server for one test and returns when it answers.
    pub(crate) fn start(options: Options) -> Self {
        for _ in 0..PORT_TRIES {
            let server = Self::prepare(options.clone());
            match server.try_launch() {
                Ok(()) => return server,
                Err(log) if log.contains("could not bind") => {}
                Err(log) => panic!("PostgreSQL did not start; its log:\n{log}"),
            }
        }
        panic!("no port stayed free for PostgreSQL");
    }

    /// Makes a server that does not run yet; [`Server::launch`] starts it.
    pub(crate) fn prepare(options: Options) -> Self {
        let directory = new_directory();
        let watchdog = watch(&directory);
        initdb(&directory);
        let (port, ipv6) = free_port();
        let server = Self {
            directory,
            port,
            ipv6,
            postmaster: Mutex::new(None),
            watchdog: Some(watchdog),
            databases: AtomicU32::new(0),
        };
        server.configure(&options);
        server
    }

    /// Moves the write-ahead log of a server that does not run.
    pub(crate) fn move_log_to(&self, directory: &Path) {
        let here = self.data_directory().join("pg_wal");
        let moved = as_owner("/bin/cp")
            .args(["-a"])
            .args([&here, directory])
            .status();
        assert!(moved.is_ok_and(|status| status.success()), "cp");
        fs::remove_dir_all(&here).expect("it is ours");
        std::os::unix::fs::symlink(directory, &here).expect("it is ours");
    }

    /// Starts the server, which must not run, and returns when it answers.
    pub(crate) fn launch(&self) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(log) = self.try_launch() {
            // The processes of a killed postmaster outlive it for a moment.
            assert!(
                log.contains("is still in use") && Instant::now() < deadline,
                "PostgreSQL did not start; its log:\n{log}"
            );
        }
    }

    /// Stops the server and returns when it is gone.
    pub(crate) fn stop(&self, mode: StopMode) {
        self.end(match mode {
            StopMode::Smart => Signal::SIGTERM,
            StopMode::Fast => Signal::SIGINT,
            StopMode::Immediate => Signal::SIGQUIT,
        });
    }

    /// Kills a server process, upon which the server ends and restarts all of
    /// them, and returns when it has done so.
    pub(crate) fn kill_backend(&self, pid: i32) {
        let died = format!("(PID {pid}) was terminated by signal 9");
        let before = self.log().len();
        if kill(Pid::from_raw(pid), Signal::SIGKILL).is_err() {
            return;
        }
        super::eventually("the process is gone", || {
            kill(Pid::from_raw(pid), None).is_err()
        });
        // One that was about to end by itself ends nobody else.
        let url = self.url(SUPERUSER);
        super::eventually("the server answers, or says that it will not", || {
            super::database::try_query(&url, "SELECT 1").is_ok() || self.log().contains(&died)
        });
        let log = self.log().split_off(before);
        if log.contains(&died) {
            super::eventually("the server has recovered", || {
                let log = self.log().split_off(before);
                log.split_once(&died)
                    .is_some_and(|(_, after)| after.contains("ready to accept connections"))
            });
        }
    }

    /// Stops the server and starts it again on the same port.
    pub(crate) fn restart(&self, mode: StopMode) {
        self.stop(mode);
        self.launch();
    }

    /// Kills the postmaster as a crash or an out-of-memory kill would.
    pub(crate) fn kill(&self) {
        self.end(Signal::SIGKILL);
    }

    /// Suspends the postmaster: connections are accepted by the kernel, and
    /// nobody answers.
    pub(crate) fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets a suspended postmaster go on.
    pub(crate) fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Rereads `postgresql.conf` and `pg_hba.conf`.
    pub(crate) fn reload(&self) {
        self.signal(Signal::SIGHUP);
    }

    /// Returns the major version, such as 15.
    pub(crate) fn version(&self) -> u32 {
        let text = fs::read_to_string(self.data_directory().join("PG_VERSION"));
        let text = text.expect("the server has a data directory");
        text.trim().parse().expect("the version is a number")
    }

    /// Creates an empty database for one test; it is dropped with the value.
    pub(crate) fn database(&self) -> Database<'_> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed) + 1;
        Database::create(self, format!("test_{number}"))
    }

    /// Returns the superuser's URL of a database over TCP, password included.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://{SUPERUSER}:{PASSWORD}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Says whether the server listens on `::1` too.
    pub(crate) fn has_ipv6(&self) -> bool {
        self.ipv6
    }

    /// Returns the directory of the unix socket.
    pub(crate) fn socket_directory(&self) -> &Path {
        &self.directory
    }

    /// Returns the data directory, where files given by [`Options::file`] are.
    pub(crate) fn data_directory(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// Returns everything the server has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read(self.directory.join("log"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn configure(&self, options: &Options) {
        let listen = if self.ipv6 {
            "127.0.0.1,::1"
        } else {
            "127.0.0.1"
        };
        let mut settings = format!(
            "listen_addresses = '{listen}'\n\
             port = {}\n\
             unix_socket_directories = '{}'\n\
             max_connections = 200\n\
             shared_buffers = '64MB'\n\
             fsync = off\n\
             synchronous_commit = off\n\
             full_page_writes = off\n\
             max_wal_size = '256MB'\n\
             autovacuum = off\n\
             password_encryption = 'scram-sha-256'\n\
             log_line_prefix = '%m [%p] %a '\n\
             lc_messages = 'C'\n\
             timezone = 'UTC'\n",
            self.port,
            self.directory.display(),
        );
        for (name, value) in &options.settings {
            settings.push_str(&format!("{name} = '{}'\n", value.replace('\'', "''")));
        }
        let mut hba = options.hba.join("\n");
        hba.push_str(
            "\nlocal all,replication postgres trust\n\
             local all all scram-sha-256\n\
             host all,replication all 127.0.0.1/32 scram-sha-256\n\
             host all,replication all ::1/128 scram-sha-256\n",
        );
        self.write("postgresql.conf", settings.as_bytes());
        self.write("pg_hba.conf", hba.as_bytes());
        for (name, contents) in &options.files {
            self.write(name, contents);
        }
    }

    /// Writes a file into the data directory as its owner would.
    fn write(&self, name: &str, contents: &[u8]) {
        let path = self.data_directory().join(name);
        fs::write(&path, contents).expect("the data directory can be written");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("the file is ours");
        give_to_owner(&path);
    }

    /// Starts the postmaster and waits until it answers.
    ///
    /// # Errors
    /// What it logged, when it ended instead.
    fn try_launch(&self) -> Result<(), String> {
        let before = self.log().len();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.directory.join("log"))
            .expect("the server's directory can be written");
        let mut child = as_owner(binaries().join("postgres"))
            .arg("-D")
            .arg(self.data_directory())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a descriptor is free"))
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("postgres can be run");
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready(child.id()) {
            let ended = child.try_wait().expect("the postmaster is our child");
            if ended.is_some() || Instant::now() > deadline {
                let _ = child.kill();
                let _ = child.wait();
                return Err(self.log().split_off(before));
            }
            sleep(Duration::from_millis(10));
        }
        *self.lock() = Some(child);
        Ok(())
    }

    /// Reads what `pg_ctl` reads: the status line of `postmaster.pid`.
    fn is_ready(&self, pid: u32) -> bool {
        let text = fs::read_to_string(self.data_directory().join("postmaster.pid"));
        let text = text.unwrap_or_default();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines.first().is_some_and(|line| *line == pid.to_string())
            && lines
                .get(7)
                .is_some_and(|line| ["ready", "standby"].contains(line))
    }

    fn end(&self, signal: Signal) {
        let mut postmaster = self.lock();
        let Some(mut child) = postmaster.take() else {
            return;
        };
        let pid = Pid::from_raw(child.id().cast_signed());
        // A suspended process would keep the signal until it is resumed.
        let _ = kill(pid, signal);
        let _ = kill(pid, Signal::SIGCONT);
        let deadline = Instant::now() + PATIENCE;
        while child
            .try_wait()
            .expect("the postmaster is our child")
            .is_none()
        {
            assert!(
                Instant::now() < deadline,
                "PostgreSQL did not stop after {signal}"
            );
            sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, signal: Signal) {
        let postmaster = self.lock();
        let child = postmaster.as_ref().expect("the server runs");
        kill(Pid::from_raw(child.id().cast_signed()), signal).expect("the server is ours");
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        // A test that panicked elsewhere leaves the child as it was.
        self.postmaster
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end(Signal::SIGQUIT);
        if let Some((pipe, mut watchdog)) = self.watchdog.take() {
            drop(pipe);
            let _ = watchdog.wait();
        }
    }
}

impl Options {
    /// Adds a line to `postgresql.conf`; the last one of a name counts.
    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a line to `pg_hba.conf`, before the ordinary ones.
    pub(crate) fn hba(mut self, line: &str) -> Self {
        self.hba.push(line.to_owned());
        self
    }

    /// Adds a file to the data directory, such as `server.key`.
    pub(crate) fn file(mut self, name: &str, contents: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), contents.into()));
        self
    }
}

/// Returns the directory of PostgreSQL's programs.
pub(crate) fn binaries() -> &'static Path {
    static BINARIES: OnceLock<PathBuf> = OnceLock::new();
    BINARIES.get_or_init(|| {
        if let Some(named) = std::env::var_os("SEAWORTHY_TEST_PG_BIN") {
            return named.into();
        }
        let newest = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
                Some((version, path.join("bin")))
            })
            .filter(|(_, bin)| bin.join("initdb").exists())
            .max();
        if let Some((_, bin)) = newest {
            return bin;
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .find(|directory| directory.join("initdb").exists())
            .expect(
                "these tests need PostgreSQL's server programs: `apt-get install postgresql`, \
                 or name their directory in SEAWORTHY_TEST_PG_BIN",
            )
    })
}

/// Returns a command that runs as the server's owner: PostgreSQL refuses root.
pub(crate) fn as_owner(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    // The tests' own PGHOST and the like must not reach the server's programs.
    command.env_clear().env("LC_ALL", "C").current_dir("/");
    if let Some(user) = owner() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// Returns the user who owns the server where this process is root.
fn owner() -> Option<&'static User> {
    static OWNER: OnceLock<Option<User>> = OnceLock::new();
    OWNER
        .get_or_init(|| {
            geteuid().is_root().then(|| {
                User::from_name(SUPERUSER).ok().flatten().expect(
                    "PostgreSQL refuses root, and there is no user `postgres` to run it: \
                     `apt-get install postgresql` makes one, or run the tests as another user",
                )
            })
        })
        .as_ref()
}

pub(super) fn give_to_owner(path: &Path) {
    if let Some(user) = owner() {
        chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).expect("root may chown");
    }
}

/// Makes the directory of one server; the watchdog removes it.
fn new_directory() -> PathBuf {
    let directory = tempfile::Builder::new()
        .prefix("seaworthy-pg-")
        .tempdir_in(base())
        .expect("the temporary directory can be written")
        .keep();
    // Others may reach the socket, as with Debian's own server.
    fs::set_permissions(&directory, Permissions::from_mode(0o755)).expect("it is ours");
    give_to_owner(&directory);
    directory
}

/// Returns where servers live: in memory where there is enough of it, since most
/// of what tests wait for is databases being made and dropped.
fn base() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let is_chosen = std::env::var_os("TMPDIR").is_some();
    let has_room = |free: Statvfs| free.blocks_available() * free.fragment_size() >= ENOUGH;
    if !is_chosen && statvfs(memory).is_ok_and(has_room) {
        return memory.to_owned();
    }
    // A unix socket's path may have about a hundred bytes, so a deep TMPDIR
    // would not do.
    let base = std::env::temp_dir();
    if base.as_os_str().len() > 60 {
        return "/tmp".into();
    }
    base
}

fn watch(directory: &Path) -> (PipeWriter, Child) {
    let (reader, writer) = pipe().expect("a descriptor is free");
    let child = as_owner("/bin/sh")
        .env("PATH", "/usr/bin:/bin")
        .args(["-c", WATCHDOG, "watchdog"])
        .args([binaries(), directory])
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("/bin/sh can be run");
    (writer, child)
}

fn initdb(directory: &Path) {
    let password_file = directory.join("password");
    fs::write(&password_file, PASSWORD).expect("the server's directory can be written");
    give_to_owner(&password_file);
    let output = as_owner(binaries().join("initdb"))
        .args(["--no-sync", "--encoding=UTF8", "--locale=C"])
        .args(["--username", SUPERUSER, "--auth=scram-sha-256", "--pwfile"])
        .arg(&password_file)
        .arg("--pgdata")
        .arg(directory.join("data"))
        .stdin(Stdio::null())
        .output()
        .expect("initdb can be run");
    assert!(
        output.status.success(),
        "initdb failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Returns a port that is free on the loopback addresses, and whether `::1`
/// is one of them.
fn free_port() -> (u16, bool) {
    let ipv6 = TcpListener::bind("[::1]:0").is_ok();
    for _ in 0..PORT_TRIES {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener
            .local_addr()
            .expect("a listener has an address")
            .port();
        if !ipv6 || TcpListener::bind(("::1", port)).is_ok() {
            return (port, ipv6);
        }
    }
    panic!("no port is free on both 127.0.0.1 and ::1");
}
