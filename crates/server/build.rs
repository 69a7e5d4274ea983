//! Rebuilds the server when a migration or a built web file changes.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    // Cargo notices new files only in a folder that is there.
    let dist = "../../web/dist";
    if std::fs::create_dir_all(dist).is_ok() {
        println!("cargo:rerun-if-changed={dist}");
    }
}
