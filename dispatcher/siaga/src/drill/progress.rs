//! What a drill tells while it is played.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// Is told what happens, from many tasks at once.
pub trait Progress: Send + Sync {
    /// The drill begins and has about so many beats.
    fn begin(&self, beats: usize);
    /// Somebody did something, e.g. "damkar" "on scene".
    fn beat(&self, who: &str, what: &str);
    /// Something is waited for or went wrong; the drill goes on.
    fn trouble(&self, what: &str);
    /// The drill has ended.
    fn end(&self);
}

/// Tells nobody.
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: usize) {}
    fn beat(&self, _: &str, _: &str) {}
    fn trouble(&self, _: &str) {}
    fn end(&self) {}
}

/// Tells the terminal: lines and a bar below them, or lines alone when the errors go into a file. Standard output stays
/// free for the result.
pub struct Terminal {
    bar: ProgressBar,
    is_terminal: bool,
}

impl Default for Terminal {
    fn default() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let bar = if is_terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} [{bar:40}] {pos}/{len} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, is_terminal }
    }
}

impl Terminal {
    fn line(&self, line: &str) {
        if self.is_terminal {
            self.bar.println(line);
        } else {
            eprintln!("{:>7.1} s  {line}", self.bar.elapsed().as_secs_f64());
        }
    }
}

impl Progress for Terminal {
    fn begin(&self, beats: usize) {
        self.bar.set_length(beats as u64);
        self.bar.reset();
    }

    fn beat(&self, who: &str, what: &str) {
        self.bar.inc(1);
        self.line(&format!("{who}: {what}"));
    }

    fn trouble(&self, what: &str) {
        if self.is_terminal {
            self.bar.set_message(what.to_owned());
        } else {
            self.line(what);
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
