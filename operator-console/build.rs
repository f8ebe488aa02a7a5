//! Makes the folder that is embedded, so that everything else builds before the web does, and has the crate rebuilt
//! when the web was.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("web/dist")?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");
    Ok(())
}
