//! Turns the report of a period into the strings and numbers that the template lays out.

use serde::Serialize;
use siaga_domain::report::{
    ReportLanguage,
    activity::{ActivityCount, ActivityDurations, ActivityGroup, ActivityLevel, ActivityReport},
};
use std::collections::HashMap;

use super::{
    chart::{self, Chart},
    map::{self, Map},
    texts::Words,
};
use crate::{
    format,
    text::{Cleaner, Glyphs},
    texts::Texts,
    view::{LINE_CHARS_MAX, LetterheadView, SignatureView},
};

/// Rows of one table; no city has as many types, areas or agencies.
const ROWS_MAX: usize = 400;
/// Levels in the strip at the head; the table has them all.
const KEY_LEVELS_MAX: usize = 3;

/// A column: a text on the left, or a number on the right.
#[derive(Serialize)]
struct Column {
    title: &'static str,
    number: bool,
}

/// A cell; `tone` is "", "dim", "good" or "bad".
#[derive(Serialize)]
struct Cell {
    text: String,
    tone: &'static str,
}

#[derive(Serialize)]
struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    empty: &'static str,
}

/// A figure of the strip at the head.
#[derive(Serialize)]
struct Key {
    label: String,
    value: String,
    note: String,
    tone: &'static str,
}

/// A count under its name.
#[derive(Serialize)]
struct Count {
    label: String,
    value: String,
}

#[derive(Serialize)]
struct Sections {
    summary: &'static str,
    levels: &'static str,
    when: &'static str,
    place: &'static str,
    stages: &'static str,
    types: &'static str,
    agencies: &'static str,
}

/// All that the template gets, as JSON.
#[derive(Serialize)]
pub(crate) struct ActivityView {
    lang: &'static str,
    title: &'static str,
    document_title: String,
    letterhead: LetterheadView,
    number_line: String,
    banners: Vec<&'static str>,
    running_title: String,
    running_mark: Option<&'static str>,
    footer: String,
    page: &'static str,
    page_of: &'static str,
    sections: Sections,
    keys: Vec<Key>,
    calls_title: &'static str,
    calls: Vec<Count>,
    cases_title: &'static str,
    cases: Vec<Count>,
    levels: Table,
    charts: Vec<Chart>,
    map_title: &'static str,
    map: Option<Map>,
    kelurahan: Table,
    stages: Table,
    types: Table,
    agencies: Table,
    notes: [&'static str; 2],
    signature: SignatureView,
    replaced: Option<&'static str>,
}

struct Context<'a> {
    texts: &'static Texts,
    words: &'static Words,
    cleaner: Cleaner<'a>,
}

impl ActivityView {
    pub(crate) fn new(report: &ActivityReport, language: ReportLanguage, glyphs: &dyn Glyphs) -> Self {
        let texts = Texts::of(language);
        let words = Words::of(language);
        let context = &Context { texts, words, cleaner: Cleaner::new(glyphs, texts) };
        let title = words.title(report.period);
        let range = context.range(report);
        let printed_by = context.line(&report.printed_by);
        let printed_at = format::date_and_minute(texts, report.printed_at);
        let mut view = Self {
            lang: texts.lang,
            title,
            document_title: format!("{title}, {range}"),
            letterhead: LetterheadView::new(&report.letterhead, &context.cleaner),
            number_line: format!("{}: {range}", words.period),
            banners: (report.printed_at.unix_ms() < report.to.unix_ms())
                .then_some(words.preliminary)
                .into_iter()
                .collect(),
            running_title: format!("{title}  ·  {range}"),
            running_mark: None,
            footer: format!("{title}  ·  {} {printed_at} {} {printed_by}", texts.printed, texts.printed_by),
            page: texts.page,
            page_of: texts.page_of,
            sections: sections(words),
            keys: context.keys(report),
            calls_title: words.calls_by_kind,
            calls: context.counts(&report.calls),
            cases_title: words.cases_by_end,
            cases: context.counts(&report.cases),
            levels: context.levels(&report.levels),
            charts: chart::charts(report, texts, words),
            map_title: words.map_title,
            map: context.map(report),
            kelurahan: context.groups(words.kelurahan, &report.kelurahan),
            stages: context.stages(report),
            types: context.groups(words.kind, &report.types),
            agencies: context.agencies(report),
            notes: [words.arrival_note, words.masked],
            signature: SignatureView::new(&report.letterhead, report.printed_at, printed_by, texts, &context.cleaner),
            replaced: None,
        };
        view.replaced = context.cleaner.has_replaced().then_some(texts.replaced);
        view
    }

    pub(crate) fn document_title(&self) -> &str {
        &self.document_title
    }
}

fn sections(words: &'static Words) -> Sections {
    Sections {
        summary: words.section_summary,
        levels: words.section_levels,
        when: words.section_when,
        place: words.section_where,
        stages: words.section_stages,
        types: words.section_types,
        agencies: words.section_agencies,
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: "" }
}

fn column(title: &'static str) -> Column {
    Column { title, number: true }
}

impl Context<'_> {
    fn line(&self, text: &str) -> String {
        self.cleaner.line(text, LINE_CHARS_MAX)
    }

    /// "Minggu, 22 November 2026", or the first and the last day.
    fn range(&self, report: &ActivityReport) -> String {
        let last = report.to.plus_ms(-1);
        let [first_day, last_day] = [report.from, last].map(|at| format::weekday_date(self.texts, at));
        if first_day == last_day { first_day } else { format!("{first_day} {} {last_day}", self.words.until) }
    }

    fn percent(&self, percent: f64) -> String {
        format!("{}%", format::decimal(self.texts, format!("{percent:.1}")))
    }

    fn table(&self, first: &'static str, numbers: &[&'static str], rows: Vec<Vec<Cell>>) -> Table {
        let mut columns = vec![Column { title: first, number: false }];
        columns.extend(numbers.iter().copied().map(column));
        Table { columns, rows, empty: self.words.empty }
    }

    fn counts(&self, counts: &[ActivityCount]) -> Vec<Count> {
        let counted = |one: &ActivityCount| Count { label: self.line(&one.name), value: one.count.to_string() };
        counts.iter().take(ROWS_MAX).map(counted).collect()
    }

    fn keys(&self, report: &ActivityReport) -> Vec<Key> {
        let words = self.words;
        let first =
            |counts: &[ActivityCount]| counts.first().map_or_else(|| "0".to_owned(), |one| one.count.to_string());
        let plain = |label: &str, value: String| Key { label: label.to_owned(), value, note: String::new(), tone: "" };
        let nuisance = report.nuisance_percent.map_or_else(|| "–".to_owned(), |percent| self.percent(percent));
        let mut keys = vec![
            plain(words.calls, first(&report.calls)),
            plain(words.nuisance, nuisance),
            plain(words.cases, first(&report.cases)),
        ];
        keys.extend(report.levels.iter().filter(|level| level.measured > 0).take(KEY_LEVELS_MAX).map(|level| {
            let (verdict, tone) = self.verdict(level);
            Key {
                label: self.line(&level.name),
                value: self.share(level),
                note: format!("{} {}%: {verdict}", words.target, level.target_percent),
                tone,
            }
        }));
        keys
    }

    fn share(&self, level: &ActivityLevel) -> String {
        let tenths = (u64::from(level.within) * 1000).checked_div(u64::from(level.measured));
        // Cut off, not rounded: 89.96 is not the 90 that was asked for.
        let share =
            |tenths: u64| format!("{}%", format::decimal(self.texts, format!("{}.{}", tenths / 10, tenths % 10)));
        tenths.map_or_else(|| "–".to_owned(), share)
    }

    /// In words and in a tone: colour is never the only sign.
    fn verdict(&self, level: &ActivityLevel) -> (&'static str, &'static str) {
        let (within, measured) = (u64::from(level.within), u64::from(level.measured));
        match measured {
            0 => (self.words.unmeasured, "dim"),
            _ if within * 100 >= measured * u64::from(level.target_percent) => (self.words.kept, "good"),
            _ => (self.words.missed, "bad"),
        }
    }

    fn took(&self, ms: Option<u64>) -> String {
        let ms = ms.and_then(|ms| i64::try_from(ms).ok());
        ms.map_or_else(|| "–".to_owned(), |ms| format::duration(self.texts, ms))
    }

    fn pair(&self, durations: &ActivityDurations) -> Cell {
        match durations.count {
            0 => Cell { text: "–".to_owned(), tone: "dim" },
            _ => text(format!("{} / {}", self.took(durations.p50_ms), self.took(durations.p90_ms))),
        }
    }

    fn levels(&self, levels: &[ActivityLevel]) -> Table {
        let words = self.words;
        let row = |level: &ActivityLevel| {
            let (verdict, tone) = self.verdict(level);
            vec![
                text(format!("{} · {}", self.line(&level.name), self.line(&level.source))),
                text(format!("{}%", level.target_percent)),
                text(level.measured.to_string()),
                text(level.within.to_string()),
                text(self.share(level)),
                Cell { text: verdict.to_owned(), tone },
                text(self.took(level.durations.p50_ms)),
                text(self.took(level.durations.p90_ms)),
                text(self.took(level.durations.p95_ms)),
            ]
        };
        let rows = levels.iter().take(ROWS_MAX).map(row).collect();
        let numbers = [words.target, words.measured, words.within, words.percent, words.verdict, "p50", "p90", "p95"];
        self.table(words.level, &numbers, rows)
    }

    fn stages(&self, report: &ActivityReport) -> Table {
        let words = self.words;
        let rows = report.stages.iter().take(ROWS_MAX).map(|stage| {
            let durations = &stage.durations;
            let mut row = vec![text(self.line(&stage.name)), text(durations.count.to_string())];
            let times = [durations.p50_ms, durations.p90_ms, durations.p95_ms, durations.longest_ms];
            row.extend(times.map(|ms| text(self.took(ms))));
            row
        });
        self.table(words.stage, &[words.measured, "p50", "p90", "p95", words.longest], rows.collect())
    }

    fn groups(&self, first: &'static str, groups: &[ActivityGroup]) -> Table {
        let row = |group: &ActivityGroup| {
            vec![text(self.line(&group.name)), text(group.count.to_string()), self.pair(&group.arrival)]
        };
        let rows = groups.iter().take(ROWS_MAX).map(row).collect();
        self.table(first, &[self.words.count, self.words.arrival], rows)
    }

    fn agencies(&self, report: &ActivityReport) -> Table {
        let words = self.words;
        let rows = report.agencies.iter().take(ROWS_MAX).map(|agency| {
            vec![
                text(self.line(&agency.name)),
                text(agency.count.to_string()),
                text(agency.declined.to_string()),
                self.pair(&agency.read),
                self.pair(&agency.arrival),
            ]
        });
        self.table(words.agency, &[words.count, words.declined, words.read, words.arrival], rows.collect())
    }

    fn map(&self, report: &ActivityReport) -> Option<Map> {
        let counts: HashMap<&str, u32> = report
            .kelurahan
            .iter()
            .filter(|group| !group.code.is_empty())
            .map(|group| (group.code.as_str(), group.count))
            .collect();
        let credits = report.credits.iter().map(|credit| self.line(credit)).collect();
        map::draw(&report.areas, &counts, self.words, credits)
    }
}
