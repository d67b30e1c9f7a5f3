//! What the fuzzer has found worth keeping, replayed: one target each, run on
//! every input of its corpus.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/targets/mod.rs"]
#[allow(
    unreachable_pub,
    reason = "the targets are public in the fuzzer's own crate"
)]
mod targets;

/// The corpus is read by people and cloned by all.
const LARGEST: u64 = 500_000;

#[test]
fn every_target_holds_for_its_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut size = 0;
    for (name, target) in targets::TARGETS {
        let mut inputs = 0;
        for entry in fs::read_dir(corpus.join(name)).expect("every target has a corpus") {
            let path = entry.expect("it can be read").path();
            let input = fs::read(&path).expect("it can be read");
            size += input.len() as u64;
            inputs += 1;
            // A panic is shown after the input that caused it.
            println!("{}", path.display());
            target(&input);
        }
        assert!(inputs > 0, "the corpus of `{name}` is empty");
    }
    assert!(
        size <= LARGEST,
        "{size} bytes; minimise with `scripts/fuzz`"
    );
}
