//! `siaga audit verify`.

use std::io::IsTerminal as _;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use siaga_store::VerifyReport;

use super::Failure;
use super::options::ConfigOptions;
use crate::stores;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Prove that nothing in the event log was changed, removed or put in; works beside a running server
    Verify {
        #[command(flatten)]
        options: ConfigOptions,
    },
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    let Command::Verify { options } = command;
    let store = stores::open_existing(&options.load()?).await?;
    let bar = progress();
    let report = store
        .verify(&|position, head| {
            bar.set_length(head);
            bar.set_position(position);
        })
        .await
        .map_err(stores::explain)?;
    bar.finish_and_clear();
    println!(
        "{} events checked, {} personal rows unchanged, {} erased by events that say so",
        report.events, report.personal_rows, report.personal_erased
    );
    if report.is_sound() { say_head(&report) } else { Err(Failure::Refused(found(&report))) }
}

fn say_head(report: &VerifyReport) -> Result<(), Failure> {
    println!("the chain is whole, up to event {} with the hash {}", report.head.position, report.head.hash);
    println!("write this hash down elsewhere: it proves later that the log was not made anew as a whole");
    Ok(())
}

fn found(report: &VerifyReport) -> String {
    let mut lines = vec!["the log is not as it was written:".to_owned()];
    lines.extend(report.chain.iter().map(|problem| format!("  {problem}")));
    lines.extend(report.personal.iter().map(|problem| format!("  {problem}")));
    let listed = report.personal.len() as u64;
    if report.personal_problems > listed {
        lines.push(format!("  and {} more personal rows", report.personal_problems - listed));
    }
    lines.push("keep a copy of the data folder as it is, and compare with the last back-up".to_owned());
    lines.join("\n")
}

/// A bar over the events of the log, at a terminal.
pub(super) fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} events").expect("the template is valid");
    ProgressBar::new(0).with_style(style)
}
