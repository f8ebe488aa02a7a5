//! `siaga`: one binary, four roles.

use std::process::ExitCode;

/// Many small pieces come and go on many threads, in SQLite too: with the system's allocator they cost a tenth of the
/// work of a command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    siaga::cli::main()
}
