//! What `README.md` lists is what the code declares.

use std::path::Path;

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

#[test]
fn every_command_of_the_proof_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/proof.md")).expect("it is there");
    let commands: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for command in commands {
        let script = command.split(' ').find(|word| word.starts_with("scripts/"));
        if let Some(script) = script {
            seen += 1;
            if !root.join(script).is_file() {
                missing.push(script.to_owned());
            }
            for case in command
                .split(' ')
                .skip_while(|word| *word != script)
                .skip(1)
            {
                let cases = std::fs::read_to_string(root.join(script)).unwrap_or_default();
                if !cases.contains(case) && case.contains('_') {
                    missing.push(format!("{script} {case}"));
                }
            }
        }
        let modules = command
            .strip_prefix("it ")
            .or_else(|| command.split_once("--test it -- ").map(|(_, rest)| rest));
        for module in modules.into_iter().flat_map(|modules| modules.split(' ')) {
            seen += 1;
            let path = root.join("tests/it").join(module);
            if !path.is_dir() && !path.with_extension("rs").is_file() {
                missing.push(format!("tests/it/{module}"));
            }
        }
    }
    assert!(seen > 40, "only {seen} commands were found");
    assert_eq!(missing, Vec::<String>::new());
}
