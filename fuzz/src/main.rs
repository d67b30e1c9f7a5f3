//! Feeds one of the targets with what libFuzzer makes up; `scripts/fuzz` names
//! it in the environment.

#![no_main]

mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<targets::Target> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("SEAWORTHY_FUZZ_TARGET").expect("the script names a target");
        let found = targets::TARGETS.iter().find(|(known, _)| *known == name);
        let (_, target) = found.expect("there is such a target");
        TARGET.get_or_init(|| *target);
    },
    |data: &[u8]| {
        if let Some(target) = TARGET.get() {
            target(data);
        }
    }
);
