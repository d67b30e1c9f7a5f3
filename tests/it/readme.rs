//! What `README.md` lists is what the code declares.

use seaworthy::config::settings_table;
use seaworthy::exit::Exit;

use crate::tidy::{between, table};

#[test]
fn the_settings_are_those_that_are_declared() {
    let declared = settings_table();
    assert_eq!(
        between("README.md", "settings"),
        declared,
        "between the markers there should be:\n{declared}"
    );
}

#[test]
fn every_exit_code_is_listed() {
    let every = [
        Exit::Success,
        Exit::Failed,
        Exit::Usage,
        Exit::Invalid,
        Exit::Unavailable,
        Exit::Bug,
        Exit::Write,
        Exit::Locked,
        Exit::Refused,
        Exit::Config,
        Exit::NotExecutable,
        Exit::NotFound,
    ];
    let mut expected: Vec<String> = every.iter().map(|exit| exit.code().to_string()).collect();
    expected.push(format!("{}+n", Exit::Signal(0).code()));
    let listed: Vec<String> = table("README.md", "exit-codes")
        .into_iter()
        .map(|mut row| row.swap_remove(0))
        .collect();
    assert_eq!(listed, expected);
}
