//! The binary as a user runs it: arguments and environment in; exit, standard
//! output and standard error out.
//!
//! Nothing of the test's environment reaches it. No test waits for a time to
//! pass: it waits for a line, or for the end, and a deadline fails the test.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::project::Project;

/// A test that waits longer than this for anything has failed.
const DEADLINE: Duration = Duration::from_secs(60);

/// One call of the binary, to be run or spawned.
#[derive(Debug)]
pub(crate) struct Binary {
    args: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    stdin: Vec<u8>,
    is_on_terminal: bool,
}

/// A call that has not ended yet, or whose end nobody has asked for. It is
/// killed with the value.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    stdout: Capture,
    stderr: Capture,
    started: Instant,
    /// The working directory, where the test named none.
    _project: Option<Project>,
}

/// How a call ended and what it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// From the start to the end of the process.
    pub(crate) took: Duration,
}

impl Binary {
    /// Returns a call of seaworthy with these arguments, in an empty directory.
    pub(crate) fn new<I, A>(args: I) -> Self
    where
        I: IntoIterator<Item = A>,
        A: AsRef<OsStr>,
    {
        Self {
            args: args
                .into_iter()
                .map(|arg| arg.as_ref().to_owned())
                .collect(),
            variables: Vec::new(),
            directory: None,
            stdin: Vec::new(),
            is_on_terminal: false,
        }
    }

    #[must_use]
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    #[must_use]
    pub(crate) fn args(self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    #[must_use]
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let variable = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.variables.push(variable);
        self
    }

    /// Runs in this directory instead of an empty one.
    #[must_use]
    pub(crate) fn within(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    #[must_use]
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Lets standard input be typed on a terminal, where standard error is shown.
    #[must_use]
    pub(crate) fn on_terminal(mut self) -> Self {
        self.is_on_terminal = true;
        self
    }

    /// Runs the call to its end.
    #[track_caller]
    pub(crate) fn run(self) -> Finished {
        self.spawn().finish()
    }

    /// Starts the call.
    #[track_caller]
    pub(crate) fn spawn(self) -> Running {
        let project = self.directory.is_none().then(Project::new);
        let directory = match (&self.directory, &project) {
            (Some(directory), _) => directory.clone(),
            (None, Some(project)) => project.path().to_owned(),
            (None, None) => unreachable!("a call has a directory"),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
        let keyboard = self.is_on_terminal.then(|| terminal(&mut command));
        if keyboard.is_none() {
            command.stdin(Stdio::piped()).stderr(Stdio::piped());
        }
        let mut child = command
            .args(&self.args)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &directory)
            .envs(self.variables)
            .current_dir(&directory)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary can be run");
        // Nobody but the child holds the terminal.
        drop(command);
        let (mut stdin, stderr): (Box<dyn Write + Send>, Capture) = match keyboard {
            Some(keyboard) => {
                let screen = keyboard.try_clone().expect("a file can be shared");
                (Box::new(keyboard), Capture::of(screen))
            }
            None => (
                Box::new(child.stdin.take().expect("stdin is a pipe")),
                Capture::of(child.stderr.take().expect("stderr is a pipe")),
            ),
        };
        let input = self.stdin;
        // A call that ends without reading its input is no failure of the test.
        spawn(move || drop(stdin.write_all(&input)));
        Running {
            stdout: Capture::of(child.stdout.take().expect("stdout is a pipe")),
            stderr,
            child,
            started: Instant::now(),
            _project: project,
        }
    }
}

/// Puts a call on a terminal of its own, and returns the other end of it.
fn terminal(command: &mut Command) -> File {
    let terminal = openpty(None, None).expect("there are terminals");
    let shared = terminal.slave.try_clone().expect("it can be shared");
    command.stdin(shared).stderr(terminal.slave);
    File::from(terminal.master)
}

impl Running {
    /// Returns the process id, which the application keeps.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of standard error that holds `part`, and returns it.
    #[track_caller]
    pub(crate) fn stderr_line(&self, part: &str) -> String {
        self.stderr.line(part)
    }

    /// Waits for a line of standard output that holds `part`, and returns it.
    #[track_caller]
    pub(crate) fn stdout_line(&self, part: &str) -> String {
        self.stdout.line(part)
    }

    /// Returns what standard error holds by now.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Sends a signal to the process.
    #[track_caller]
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        kill(pid, signal).expect("the process is there");
    }

    /// Says whether the process has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("the process is our child")
            .is_some()
    }

    /// Waits until the end, or for so long, and says whether it has come.
    pub(crate) fn ends_within(&self, time: Duration) -> bool {
        self.stderr.ends_within(time)
    }

    /// Says whether nothing more will be written, which is the end.
    pub(crate) fn stderr_has_ended(&self) -> bool {
        self.ends_within(Duration::ZERO)
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Finished {
        let deadline = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the process is our child") {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "the process did not end; it wrote:\n{}",
                self.stderr.text()
            );
            sleep(Duration::from_millis(2));
        };
        let took = self.started.elapsed();
        Finished {
            status,
            stdout: self.stdout.whole(deadline),
            stderr: self.stderr.whole(deadline),
            took,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Finished {
    /// Returns the exit code as a shell shows it: 128 and the signal's number
    /// where a signal ended the process.
    pub(crate) fn code(&self) -> i32 {
        let signal = self.status.signal().map(|signal| 128 + signal);
        self.status.code().or(signal).unwrap_or(-1)
    }

    /// Panics, with what was written, unless the exit code is this.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code(),
            code,
            "exit code; standard output:\n{}\nstandard error:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// A stream as far as it has been read, by a thread of its own.
#[derive(Debug)]
struct Capture {
    shared: Arc<(Mutex<Stream>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Stream {
    bytes: Vec<u8>,
    ended: bool,
}

impl Capture {
    fn of(mut stream: impl Read + Send + 'static) -> Self {
        let shared = Arc::<(Mutex<Stream>, Condvar)>::default();
        let for_thread = Arc::clone(&shared);
        let thread = spawn(move || {
            let (state, changed) = &*for_thread;
            let mut buffer = [0; 4096];
            loop {
                let read = stream.read(&mut buffer).unwrap_or(0);
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.bytes.extend_from_slice(&buffer[..read]);
                state.ended = read == 0;
                changed.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }

    fn text(&self) -> String {
        let state = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&state.bytes).into_owned()
    }

    #[track_caller]
    fn line(&self, part: &str) -> String {
        let found = |text: &str| {
            // The last piece has no end yet and may still grow.
            let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
            complete
                .lines()
                .find(|line| line.contains(part))
                .map(str::to_owned)
        };
        let text = self.until(Instant::now() + DEADLINE, |stream| {
            stream.ended || found(&String::from_utf8_lossy(&stream.bytes)).is_some()
        });
        found(&text).unwrap_or_else(|| panic!("no line with `{part}` in:\n{text}"))
    }

    fn ends_within(&self, time: Duration) -> bool {
        let (state, changed) = &*self.shared;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, _) = changed
            .wait_timeout_while(state, time, |state| !state.ended)
            .unwrap_or_else(PoisonError::into_inner);
        state.ended
    }

    #[track_caller]
    fn whole(&mut self, deadline: Instant) -> String {
        let text = self.until(deadline, |stream| stream.ended);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        text
    }

    #[track_caller]
    fn until(&self, deadline: Instant, enough: impl Fn(&Stream) -> bool) -> String {
        let (state, changed) = &*self.shared;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        while !enough(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            let text = String::from_utf8_lossy(&state.bytes);
            assert!(
                !left.is_zero(),
                "nothing more was written, and no end; so far:\n{text}"
            );
            state = changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        String::from_utf8_lossy(&state.bytes).into_owned()
    }
}
