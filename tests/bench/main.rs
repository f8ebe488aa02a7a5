//! `make bench`: what a caller waits for, beside the limit of the same machine in the same run.
//!
//! Prints a table and writes `target/bench.json`: a list of `{name, value, unit, limit_name, limit_value}`.
//!
//! `bench sqlite 64` measures only what has these words in its title's place: a database, a number of callers.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a measurement that cannot go on fails")]

mod limits;
mod load;

use serde_json::{Value, json};
use siaga_tests::{Database, Server};

/// One figure, and the limit that stands beside it.
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    limit: Option<(String, f64)>,
}

impl Figure {
    fn json(&self) -> Value {
        let (limit_name, limit_value) =
            self.limit.clone().map_or((Value::Null, Value::Null), |(n, v)| (n.into(), v.into()));
        json!({
            "name": self.name, "value": self.value, "unit": self.unit,
            "limit_name": limit_name, "limit_value": limit_value,
        })
    }
}

/// Times of one kind of work, in ms.
pub(crate) struct Times {
    /// Sorted.
    sorted_ms: Vec<f64>,
    took_s: f64,
}

impl Times {
    pub(crate) fn new(mut times_ms: Vec<f64>, took_s: f64) -> Self {
        times_ms.sort_by(f64::total_cmp);
        Self { sorted_ms: times_ms, took_s }
    }

    fn at(&self, part: f64) -> f64 {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let index = ((self.sorted_ms.len() - 1) as f64 * part) as usize;
        self.sorted_ms[index]
    }

    #[allow(clippy::cast_precision_loss, reason = "thousands")]
    fn count(&self) -> f64 {
        self.sorted_ms.len() as f64
    }

    fn rate(&self) -> f64 {
        self.count() / self.took_s
    }

    /// Rate, median and 99th percentile, beside those of a limit.
    fn figures(&self, name: &str, limit: Option<(&str, &Self)>) -> Vec<Figure> {
        let row = |what: &str, unit, of: &dyn Fn(&Self) -> f64| Figure {
            name: format!("{name}, {what}"),
            value: of(self),
            unit,
            limit: limit.map(|(limit_name, times)| (format!("{limit_name}, {what}"), of(times))),
        };
        vec![
            row("rate", "1/s", &Self::rate),
            row("p50", "ms", &|times| times.at(0.5)),
            row("p99", "ms", &|times| times.at(0.99)),
        ]
    }
}

/// What to measure: everything, or what was named on the command line.
struct Only(Vec<String>);

impl Only {
    fn database(&self, name: &str) -> bool {
        let named = |words: &[String]| words.iter().any(|word| word.parse::<usize>().is_err());
        !named(&self.0) || self.0.iter().any(|word| word.eq_ignore_ascii_case(name))
    }

    fn callers(&self) -> Vec<usize> {
        let named: Vec<usize> = self.0.iter().filter_map(|word| word.parse().ok()).collect();
        if named.is_empty() { vec![1, 16, 64] } else { named }
    }
}

async fn on(name: &str, database: Database, only: &Only, figures: &mut Vec<Figure>) {
    let server = Server::start_on(database.clone()).await;
    for callers in only.callers() {
        let bare = limits::bare_append(&database, callers).await;
        let before_s = server.cpu_s();
        let opened = load::open_incidents(&server.url, callers).await;
        let cpu_ms = (server.cpu_s() - before_s) * 1e3;
        let limit = format!("bare append on {name}, {callers} callers");
        let title = format!("open an incident on {name}, {callers} callers");
        figures.extend(opened.figures(&title, Some((&limit, &bare))));
        figures.push(Figure {
            name: format!("{title}, the server's CPU time each"),
            value: cpu_ms / opened.count(),
            unit: "ms",
            limit: None,
        });
    }
    let frames = load::dispatch_to_frame(&server.url).await;
    figures.extend(frames.figures(&format!("dispatch to the agency's frame on {name}"), None));
}

#[tokio::main]
async fn main() {
    let mut figures = Vec::new();
    let synced = limits::append_and_sync();
    figures.extend(synced.figures("4 KiB append and fdatasync", None));
    let only = Only(std::env::args().skip(1).collect());
    if only.database("SQLite") {
        on("SQLite", Database::Sqlite, &only, &mut figures).await;
    }
    if only.database("PostgreSQL") && std::env::var("SIAGA_TEST_POSTGRES_URL").is_ok() {
        on("PostgreSQL", Database::postgres().await, &only, &mut figures).await;
    }
    for Figure { name, value, unit, limit } in &figures {
        let beside = limit.as_ref().map_or(String::new(), |(name, value)| format!("   ({name}: {value:.2} {unit})"));
        println!("{name:58} {value:10.2} {unit}{beside}");
    }
    let list: Vec<Value> = figures.iter().map(Figure::json).collect();
    let path = siaga_tests::server::repository("target/bench.json");
    std::fs::write(&path, serde_json::to_string_pretty(&list).unwrap()).unwrap();
    println!("\nwritten: target/bench.json");
}
