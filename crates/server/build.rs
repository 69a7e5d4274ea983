//! Rebuilds the server when a migration or a built web file changes.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
