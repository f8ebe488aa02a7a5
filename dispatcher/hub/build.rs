//! Rebuilds the crate when a migration changes: `sqlx::migrate!` embeds the files when it is compiled.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations/hub");
}
