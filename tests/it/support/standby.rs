//! A standby that streams from another test server.

use std::fs;
use std::process::Stdio;

use super::server::{Options, Server, as_owner, binaries};

/// Copies the primary with `pg_basebackup -R` and starts the copy.
pub(crate) fn start(primary: &Server, options: Options) -> Server {
    let standby = Server::prepare(options);
    let data = standby.data_directory();
    let kept = ["postgresql.conf", "pg_hba.conf"].map(|name| {
        let text = fs::read_to_string(data.join(name)).expect("the standby is configured");
        (name, text)
    });
    fs::remove_dir_all(&data).expect("the data directory is ours");
    let output = as_owner(binaries().join("pg_basebackup"))
        .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
        .args(["--wal-method=stream", "--username=postgres", "--pgdata"])
        .arg(&data)
        .arg("--host")
        .arg(primary.socket_directory())
        .arg("--port")
        .arg(primary.port().to_string())
        .stdin(Stdio::null())
        .output()
        .expect("pg_basebackup can be run");
    assert!(
        output.status.success(),
        "pg_basebackup failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (name, text) in kept {
        fs::write(data.join(name), text).expect("the data directory can be written");
    }
    standby.launch();
    standby
}
