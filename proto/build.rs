//! Generates the Rust side of the contract: messages, gRPC services, and the canonical JSON mapping of all messages.

use prost::Message;
use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=siaga");
    let mut files: Vec<PathBuf> = fs::read_dir("siaga/v1")?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "proto"))
        .collect();
    files.sort();
    // Compiled with the comments, so that reflection clients can show them.
    let descriptors = protox::Compiler::new(["."])?
        .include_source_info(true)
        .include_imports(true)
        .open_files(files)?
        .file_descriptor_set();
    let encoded = descriptors.encode_to_vec();
    let descriptor_path = PathBuf::from(env::var("OUT_DIR")?).join("siaga.v1.bin");
    fs::write(&descriptor_path, &encoded)?;

    tonic_prost_build::configure()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_well_known_types(true)
        .compile_fds(descriptors)?;
    pbjson_build::Builder::new().register_descriptors(&encoded)?.ignore_unknown_fields().build(&[".siaga.v1"])?;
    Ok(())
}
