//! A report as tables, and those as CSV. A workbook is made of the tables by who wants one.

use super::{calendar::Calendar, printed, volume, words};
use crate::convert;
use siaga_domain::{SiagaError, report::ReportLanguage};
use siaga_proto::v1;

/// Excel for Windows reads a CSV as UTF-8 only after this.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A value of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Number(f64),
    Empty,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Seconds with the tenth that people can tell apart; nothing where nothing was measured.
    fn seconds(ms: Option<u64>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "durations of a report are far below 2^53 ms")]
        ms.map_or(Self::Empty, |ms| Self::Number((ms as f64 / 100.0).round() / 10.0))
    }

    /// As CSV has it. A text that a spreadsheet would take for a formula is kept from being one.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Empty => String::new(),
        }
    }
}

/// One table of the report.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// Which of the two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Indonesian,
    English,
}

impl From<ReportLanguage> for Language {
    fn from(language: ReportLanguage) -> Self {
        match language {
            ReportLanguage::Indonesian => Self::Indonesian,
            ReportLanguage::English => Self::English,
        }
    }
}

impl Language {
    pub(super) const fn of(self, words: words::Words) -> &'static str {
        match self {
            Self::Indonesian => words[0],
            Self::English => words[1],
        }
    }

    pub(super) fn pick<'a>(self, id: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Indonesian => id,
            Self::English => en,
        }
    }

    /// The name of a row, or the words for what has none.
    pub(super) fn name(self, row: &v1::ActivityRow, nameless: words::Words) -> &str {
        if row.code.is_empty() { self.of(nameless) } else { self.pick(&row.name_id, &row.name_en) }
    }
}

/// What a file with the report is called, without an ending. `day` is the first of its period.
pub(crate) fn file_name(period: v1::Period, day: &str) -> String {
    let period = match period {
        v1::Period::Week => "minggu",
        v1::Period::Month => "bulan",
        v1::Period::Day | v1::Period::Unspecified => "hari",
    };
    format!("siaga-laporan-{period}-{day}")
}

/// The tables of a report.
pub(crate) fn tables(report: &v1::GetActivityResponse, calendar: Calendar, language: Language) -> Vec<Table> {
    let say = |words| language.of(words).to_owned();
    let table = |name, header: &[words::Words], rows| Table {
        name: say(name),
        header: header.iter().map(|words| say(*words)).collect(),
        rows,
    };
    let places = |rows: &[v1::ActivityRow], nameless| -> Vec<Vec<Cell>> {
        rows.iter().map(|row| place_row(row, language, nameless)).collect()
    };
    let by_place = [words::CODE, words::NAME, words::COUNT, words::ARRIVAL_P50, words::ARRIVAL_P90];
    let by_agency = [
        words::CODE,
        words::NAME,
        words::COUNT,
        words::DECLINED,
        words::READ_P50,
        words::READ_P90,
        words::ARRIVAL_P50,
        words::ARRIVAL_P90,
    ];
    let levels = [
        words::NAME,
        words::WITHIN,
        words::MEASURED,
        words::PERCENT,
        words::TARGET,
        words::SOURCE,
        words::P50,
        words::P90,
        words::P95,
    ];
    let stages = [words::WHAT, words::COUNT, words::P50, words::P90, words::P95, words::LONGEST];
    let mut spans = vec![words::FROM, words::TO];
    spans.extend(words::CALLS);
    spans.push(words::CASES);
    vec![
        table(words::SUMMARY, &[words::WHAT, words::COUNT], summary(report, calendar, language)),
        table(words::LEVELS, &levels, report.levels.iter().map(|figure| level_row(figure, language)).collect()),
        table(words::STAGES, &stages, report.stages.iter().map(|figure| stage_row(figure, language)).collect()),
        table(words::TYPES, &by_place, places(&report.types, words::UNCLASSIFIED)),
        table(words::KELURAHAN, &by_place, places(&report.kelurahan, words::UNKNOWN)),
        table(words::AGENCIES, &by_agency, report.agencies.iter().map(|row| agency_row(row, language)).collect()),
        table(words::SPANS, &spans, report.spans.iter().map(|span| span_row(span, calendar)).collect()),
    ]
}

fn number(count: u32) -> Cell {
    Cell::Number(f64::from(count))
}

fn moment(at: Option<siaga_proto::Timestamp>, calendar: Calendar) -> Cell {
    let at = convert::time("at", at).ok().flatten();
    at.map_or(Cell::Empty, |at| Cell::Text(format!("{} {}", calendar.day_text(at), calendar.minute_text(at))))
}

fn summary(report: &v1::GetActivityResponse, calendar: Calendar, language: Language) -> Vec<Vec<Cell>> {
    let calls = report.calls.unwrap_or_default();
    let ends = printed::ends(&report.cases.unwrap_or_default());
    let mut rows = vec![
        vec![Cell::text(language.of(words::FROM)), moment(report.from, calendar)],
        vec![Cell::text(language.of(words::TO)), moment(report.to, calendar)],
    ];
    let counted = words::CALLS.iter().zip(volume::by_kind(&calls)).chain(words::CASE_ENDS.iter().zip(ends));
    rows.extend(counted.map(|(words, count)| vec![Cell::text(language.of(*words)), number(count)]));
    let nuisance = (volume::nuisance_percent(&calls) * 10.0).round() / 10.0;
    rows.push(vec![Cell::text(language.pick("Prank dan ghost (%)", "Prank and ghost (%)")), Cell::Number(nuisance)]);
    rows
}

fn level_row(figure: &v1::LevelFigure, language: Language) -> Vec<Cell> {
    let level = figure.level.clone().unwrap_or_default();
    let count = figure.window.unwrap_or_default();
    let durations = figure.durations.unwrap_or_default();
    let percent = if count.measured == 0 {
        Cell::Empty
    } else {
        Cell::Number((f64::from(count.within) * 1000.0 / f64::from(count.measured)).round() / 10.0)
    };
    vec![
        Cell::text(language.pick(&level.name_id, &level.name_en)),
        number(count.within),
        number(count.measured),
        percent,
        number(level.target_percent),
        Cell::text(level.source),
        Cell::seconds(durations.p50_ms),
        Cell::seconds(durations.p90_ms),
        Cell::seconds(durations.p95_ms),
    ]
}

fn stage_row(figure: &v1::StageFigure, language: Language) -> Vec<Cell> {
    let durations = figure.durations.unwrap_or_default();
    vec![
        Cell::text(language.of(words::stage(&figure.code))),
        number(durations.count),
        Cell::seconds(durations.p50_ms),
        Cell::seconds(durations.p90_ms),
        Cell::seconds(durations.p95_ms),
        Cell::seconds(durations.longest_ms),
    ]
}

fn name_of(row: &v1::ActivityRow, language: Language, nameless: words::Words) -> Cell {
    Cell::text(language.name(row, nameless))
}

fn place_row(row: &v1::ActivityRow, language: Language, nameless: words::Words) -> Vec<Cell> {
    let arrival = row.arrival.unwrap_or_default();
    vec![
        Cell::text(row.code.clone()),
        name_of(row, language, nameless),
        number(row.count),
        Cell::seconds(arrival.p50_ms),
        Cell::seconds(arrival.p90_ms),
    ]
}

fn agency_row(row: &v1::ActivityRow, language: Language) -> Vec<Cell> {
    let (read, arrival) = (row.read.unwrap_or_default(), row.arrival.unwrap_or_default());
    vec![
        Cell::text(row.code.clone()),
        name_of(row, language, words::UNKNOWN),
        number(row.count),
        number(row.declined),
        Cell::seconds(read.p50_ms),
        Cell::seconds(read.p90_ms),
        Cell::seconds(arrival.p50_ms),
        Cell::seconds(arrival.p90_ms),
    ]
}

fn span_row(span: &v1::CallSpan, calendar: Calendar) -> Vec<Cell> {
    let mut row = vec![moment(span.from, calendar), moment(span.to, calendar)];
    row.extend(volume::by_kind(&span.calls.unwrap_or_default()).map(number));
    row.push(number(span.cases));
    row
}

/// One table after another, each under its name, with an empty line between.
///
/// # Errors
/// SIAGA-1900 when it cannot be written.
pub(crate) fn csv(tables: &[Table]) -> Result<Vec<u8>, SiagaError> {
    let failed = |error: csv::Error| SiagaError::internal(format!("csv: {error}"));
    let mut file = BYTE_ORDER_MARK.as_bytes().to_vec();
    for (index, table) in tables.iter().enumerate() {
        if index > 0 {
            file.extend_from_slice(b"\r\n");
        }
        let mut writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(&mut file);
        writer.write_record([&table.name]).map_err(failed)?;
        writer.write_record(&table.header).map_err(failed)?;
        for row in &table.rows {
            writer.write_record(row.iter().map(Cell::plain)).map_err(failed)?;
        }
        writer.flush().map_err(|error| failed(error.into()))?;
    }
    Ok(file)
}

/// The tables for the contract.
pub(crate) fn views(tables: Vec<Table>) -> Vec<v1::ExportTable> {
    let cell = |cell: Cell| v1::ExportCell {
        value: match cell {
            Cell::Text(text) => Some(v1::export_cell::Value::Text(text)),
            Cell::Number(number) => Some(v1::export_cell::Value::Number(number)),
            Cell::Empty => None,
        },
    };
    let row = |row: Vec<Cell>| v1::ExportRow { cells: row.into_iter().map(cell).collect() };
    tables
        .into_iter()
        .map(|table| v1::ExportTable {
            name: table.name,
            header: table.header,
            rows: table.rows.into_iter().map(row).collect(),
        })
        .collect()
}
