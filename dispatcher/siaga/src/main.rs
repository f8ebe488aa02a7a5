//! `siaga`: one binary, four roles.

use std::process::ExitCode;

fn main() -> ExitCode {
    siaga::cli::main()
}
