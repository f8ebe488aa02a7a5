//! A new password: typed twice without echo, or read from a file. Never an argument, where every user of the machine
//! could read it.

use std::io::{self, BufRead as _, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use console::Term;
use siaga_core::access::passwords;

use super::Failure;
use crate::tools;

/// A file longer than this is the wrong file.
const FILE_BYTES_MAX: u64 = 4_096;
const TRIES: usize = 3;

#[derive(Debug, Default, Args)]
pub(super) struct NewPassword {
    /// Read the new password from the first line of this file, or of the standard input for `-`, instead of asking
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl NewPassword {
    #[cfg(test)]
    pub(super) fn of_file(path: &Path) -> Self {
        Self { password_file: Some(path.to_owned()) }
    }

    /// The hash of the new password of an account.
    pub(super) async fn hashed(self, account: &str) -> Result<String, Failure> {
        let password = match self.password_file {
            Some(path) => first_line(&path)?,
            None => ask(account)?,
        };
        tools::hashed(password).await
    }
}

fn first_line(path: &Path) -> Result<String, Failure> {
    let advice = "name a readable file whose first line is the password, or - for the standard input";
    let cannot = |error: io::Error| Failure::failed(format!("{}: {error}", path.display()), advice);
    let source: Box<dyn io::Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(cannot)?)
    };
    let mut line = String::new();
    io::BufReader::new(source.take(FILE_BYTES_MAX)).read_line(&mut line).map_err(cannot)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn ask(account: &str) -> Result<String, Failure> {
    let terminal = Term::stderr();
    if !terminal.is_term() {
        return Err(Failure::failed(
            "there is no terminal to type a password at",
            "give it with --password-file FILE, or --password-file - for the standard input",
        ));
    }
    let read = |prompt: String| {
        terminal.write_str(&prompt).and_then(|()| {
            let typed = terminal.read_secure_line();
            terminal.write_line("")?;
            typed
        })
    };
    let cannot = |error: io::Error| Failure::failed(error, "give the password with --password-file FILE");
    for _ in 0..TRIES {
        let (least, most) = (passwords::PASSWORD_CHARS_MIN, passwords::PASSWORD_CHARS_MAX);
        let first = read(format!("New password of {account} ({least} to {most} characters): ")).map_err(cannot)?;
        if let Err(error) = passwords::check("password", &first) {
            terminal.write_line(&error.en).map_err(cannot)?;
            continue;
        }
        if first == read("Once more: ".to_owned()).map_err(cannot)? {
            return Ok(first);
        }
        terminal.write_line("The two are not the same.").map_err(cannot)?;
    }
    Err(Failure::failed("no password was set", "nothing was changed; run the command again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn hashed(content: &[u8]) -> Result<String, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, content).unwrap();
        NewPassword::of_file(&file).hashed("admin").await
    }

    #[tokio::test]
    async fn the_first_line_of_a_file_is_the_password() {
        let hash = hashed(b"rahasia piket malam\r\nsecond line\n").await.unwrap();
        assert!(passwords::verify("rahasia piket malam", &hash));
        assert!(!passwords::verify("rahasia piket malam\r", &hash));
    }

    #[tokio::test]
    async fn what_is_no_password_is_refused_and_never_repeated() {
        let short = hashed(b"pendek-112\n").await.unwrap_err().to_string();
        assert!(short.contains("12 to 200 characters") && short.contains("nothing was changed"), "{short}");
        assert!(!short.contains("pendek"), "{short}");
        assert!(hashed(b"").await.is_err());
        assert!(hashed(&[0xff; 40]).await.unwrap_err().to_string().contains("readable file"));
        let missing = NewPassword::of_file(Path::new("/nonexistent/file")).hashed("admin").await.unwrap_err();
        assert!(missing.to_string().contains("/nonexistent/file"), "{missing}");
    }
}
