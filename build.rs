//! How the binary that is released is linked: without what it never reads.

use std::env;

#[allow(
    clippy::disallowed_methods,
    reason = "Cargo tells a build script everything by variables"
)]
fn main() {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=no-unwind.ld");
    let is_gnu_linux =
        variable("CARGO_CFG_TARGET_OS") == "linux" && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    if variable("PROFILE") != "release" || !is_gnu_linux {
        return;
    }
    // Relative relocations in their packed form are a thirtieth of the usual ones.
    let script = format!("-T,{}/no-unwind.ld", variable("CARGO_MANIFEST_DIR"));
    for argument in ["-z,pack-relative-relocs", "--no-eh-frame-hdr", &script] {
        println!("cargo::rustc-link-arg-bins=-Wl,{argument}");
    }
}
