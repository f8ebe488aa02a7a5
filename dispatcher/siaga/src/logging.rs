//! Structured logs on standard error: text for a person at a terminal, one JSON object a line for everything else.
//! Nothing that is logged names a caller, a number or a narrative; cases are named by id.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Starts logging for the whole process.
///
/// # Errors
/// Logging was started before.
pub fn start(log: &Log) -> Result<(), tracing_subscriber::util::TryInitError> {
    let levels: Targets = log.level.parse().expect("the configuration was checked");
    let terminal = io::stderr().is_terminal();
    let text = match log.format {
        LogFormat::Auto => terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = if text {
        lines.with_ansi(terminal).with_target(false).boxed()
    } else {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    };
    tracing_subscriber::registry().with(lines.with_filter(levels)).try_init()
}
