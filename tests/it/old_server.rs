//! A server older than any that seaworthy is tested with.

use crate::support::binary::{Binary, Finished};
use crate::support::disguise::Disguise;
use crate::support::project::Project;
use crate::support::server::Server;

fn upgrade(project: &Project, url: &str) -> Finished {
    Binary::new(["upgrade"])
        .within(project.path())
        .env("DATABASE_URL", url)
        .run()
        .expect_code(0)
}

#[test]
fn it_is_named_before_anything_is_changed_on_it() {
    for (version, name) in [
        ("120022", Some("12.22")),
        ("090624", Some("9.6.24")),
        ("130000", None),
    ] {
        let database = Server::shared().database();
        let old = Disguise::start(database.server(), version);
        let port = |port: u16| format!(":{port}/");
        let url = database.url();
        let url = url.replace(&port(database.server().port()), &port(old.port()));
        let project = Project::new();
        project.revision("aaaa", "", "CREATE TABLE a (n int);", "");

        let finished = upgrade(&project, &url);
        let warned = finished.stderr.find("which is older than any");
        assert_eq!(warned.is_some(), name.is_some(), "{}", finished.stderr);
        if let (Some(warned), Some(name)) = (warned, name) {
            let applied = finished.stderr.find(" applied ").expect("it is applied");
            assert!(warned < applied, "{}", finished.stderr);
            let said = format!("WARN the server is PostgreSQL {name}, ");
            assert!(finished.stderr.contains(&said), "{}", finished.stderr);
        }
        assert_eq!(database.value("SELECT count(*) FROM a"), "0");

        // Where there is nothing to do, nothing can fail.
        let finished = upgrade(&project, &url);
        assert!(
            !finished.stderr.contains("older than"),
            "{}",
            finished.stderr
        );
    }
}
