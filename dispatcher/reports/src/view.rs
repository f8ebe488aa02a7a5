//! Turns a report into the strings that the template lays out: every word chosen, every time
//! written, every text cleaned and limited. The template decides nothing but the look.

use serde::Serialize;
use siaga_domain::Timestamp;
use siaga_domain::report::{
    IncidentReport, Letterhead, Personal, ReportAgency, ReportAgencyEnd, ReportInterval, ReportLanguage, ReportMark,
    ReportStep, ReportStepTime, ReportUnit,
};
use time::Date;

use crate::facts;
use crate::format;
use crate::marks::Legend;
use crate::text::{Cleaner, Glyphs};
use crate::texts::Texts;

/// Characters of a single-line field.
pub(crate) const LINE_CHARS_MAX: usize = 300;
/// Characters of a text field; the system itself takes 10,000.
pub(crate) const BLOCK_CHARS_MAX: usize = 12_000;
/// Characters of one timeline entry.
const ENTRY_CHARS_MAX: usize = 2_000;
/// Rows of the timeline, some thirty pages; more are cut, and the document says so.
pub(crate) const TIMELINE_ROWS_MAX: usize = 2_000;
/// Calls in the list; more are cut, and the document says so.
pub(crate) const CALLS_MAX: usize = 200;
/// Agencies; more are cut, and the document says so.
const AGENCIES_MAX: usize = 200;
/// Units of one agency; more are cut, and the document says so.
const UNITS_MAX: usize = 100;
/// Lines of the letterhead and of the legal basis.
const LINES_MAX: usize = 12;

/// A label and its value. `dim` marks a value that stands for a missing one.
#[derive(Serialize)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) dim: bool,
}

/// A time, or what stands in its place, with the signs of how it was recorded.
#[derive(Serialize)]
pub(crate) struct Time {
    text: String,
    signs: String,
    dim: bool,
}

#[derive(Serialize)]
struct Stamp {
    code: String,
    name: &'static str,
    time: Time,
}

#[derive(Serialize)]
struct Row {
    name: String,
    role: &'static str,
    times: Vec<Option<Time>>,
    notes: Vec<Fact>,
    units: Vec<Row>,
}

#[derive(Serialize)]
struct Entry {
    time: String,
    who: String,
    text: String,
    note: String,
}

/// All that the template gets, as JSON.
#[derive(Serialize)]
pub(crate) struct View {
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
    facts_left: Vec<Fact>,
    facts_right: Vec<Fact>,
    narrative: Fact,
    stamps: Vec<Stamp>,
    intervals: Vec<Fact>,
    agencies: Agencies,
    calls: Option<Calls>,
    timeline: Timeline,
    victims_label: &'static str,
    victims: Vec<Fact>,
    result: Vec<Fact>,
    legal_basis_label: &'static str,
    legal_basis: Vec<String>,
    signature: SignatureView,
    replaced: Option<&'static str>,
}

#[derive(Serialize)]
pub(crate) struct LetterheadView {
    lines: Vec<String>,
    contacts: Vec<String>,
    note: Option<String>,
}

impl LetterheadView {
    pub(crate) fn new(letterhead: &Letterhead, cleaner: &Cleaner) -> Self {
        let upper: Vec<String> = letterhead.lines.iter().map(|line| line.to_uppercase()).collect();
        Self {
            // Capitals before cleaning: a capital may need another glyph than its small letter.
            lines: lines(&upper, cleaner),
            contacts: lines(&letterhead.contacts, cleaner),
            note: letterhead.note.as_deref().map(|note| cleaner.line(note, LINE_CHARS_MAX)),
        }
    }
}

fn lines(lines: &[String], cleaner: &Cleaner) -> Vec<String> {
    lines.iter().take(LINES_MAX).map(|line| cleaner.wide_line(line, LINE_CHARS_MAX)).collect()
}

#[derive(Serialize)]
struct Sections {
    event: &'static str,
    stamps: &'static str,
    agencies: &'static str,
    calls: &'static str,
    timeline: &'static str,
    result: &'static str,
}

#[derive(Serialize)]
struct Agencies {
    columns: Vec<&'static str>,
    rows: Vec<Row>,
    empty: &'static str,
    cut: Option<String>,
    legend_label: &'static str,
    legend: Vec<[&'static str; 2]>,
}

#[derive(Serialize)]
struct Calls {
    columns: [&'static str; 4],
    rows: Vec<[String; 4]>,
    cut: Option<String>,
}

#[derive(Serialize)]
struct Timeline {
    columns: [&'static str; 3],
    rows: Vec<Entry>,
    empty: &'static str,
    cut: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct SignatureView {
    place_and_date: String,
    by: String,
    note: &'static str,
}

impl SignatureView {
    /// `by` is cleaned already.
    pub(crate) fn new(
        letterhead: &Letterhead,
        printed_at: Timestamp,
        by: String,
        texts: &'static Texts,
        cleaner: &Cleaner,
    ) -> Self {
        let date = format::date(texts, printed_at);
        let place_and_date = match &letterhead.city {
            Some(city) => format!("{}, {date}", cleaner.line(city, LINE_CHARS_MAX)),
            None => date,
        };
        Self { place_and_date, by, note: texts.signature }
    }
}

/// What every part of the document needs at hand.
pub(crate) struct Context<'a> {
    pub(crate) texts: &'static Texts,
    pub(crate) cleaner: Cleaner<'a>,
    /// The day that times without a date belong to.
    pub(crate) day: Option<Date>,
    legend: Legend,
}

impl Context<'_> {
    pub(crate) fn line(&self, text: &str) -> String {
        self.cleaner.line(text, LINE_CHARS_MAX)
    }

    fn time(&self, at: Timestamp, mark: &ReportMark) -> Time {
        Time { text: format::clock(self.texts, at, self.day), signs: self.legend.signs(mark), dim: false }
    }

    /// A value, or the words for a missing one.
    pub(crate) fn fact(&self, label: &'static str, value: Option<&str>, missing: &str) -> Fact {
        let value = value.map(|value| self.cleaner.block(value, BLOCK_CHARS_MAX));
        match value.filter(|value| !value.is_empty()) {
            Some(value) => Fact { label, value, dim: false },
            None => Fact { label, value: missing.to_owned(), dim: true },
        }
    }

    /// Personal data, or why they are not shown.
    pub(crate) fn personal<T>(
        &self,
        label: &'static str,
        value: &Personal<T>,
        show: impl FnOnce(&T) -> String,
    ) -> Fact {
        let missing = match value {
            Personal::Shown(value) => {
                return self.fact(label, Some(&show(value)), self.texts.not_recorded);
            }
            Personal::NotRecorded => self.texts.not_recorded,
            Personal::Withheld => self.texts.withheld,
            Personal::Erased => self.texts.erased,
        };
        self.fact(label, None, missing)
    }

    /// The line that says how many rows a limit cut off.
    fn cut(&self, total: usize, rows_max: usize) -> Option<String> {
        let cut = total.checked_sub(rows_max).filter(|cut| *cut > 0)?;
        Some(self.texts.cut_rows.replacen("{}", &cut.to_string(), 1))
    }
}

impl View {
    pub(crate) fn new(report: &IncidentReport, language: ReportLanguage, glyphs: &dyn Glyphs) -> Self {
        let texts = Texts::of(language);
        let context = &Context {
            texts,
            cleaner: Cleaner::new(glyphs, texts),
            day: facts::reference(report).and_then(format::day),
            legend: Legend::default(),
        };
        let number = context.line(&report.number);
        let revision = format!("{} {}", texts.revision, report.revision);
        let printed_at = format::date_and_minute(texts, report.printed_at);
        let printed_by = context.line(&report.printed_by);
        let stamps = stamps(report, context);
        // After the tables, so that the key knows every sign they print.
        let mut agencies = agencies(report, context);
        agencies.legend = context.legend.entries(texts);
        let mut view = Self {
            lang: texts.lang,
            title: texts.title,
            document_title: format!("{} {number}", texts.title),
            letterhead: LetterheadView::new(&report.letterhead, &context.cleaner),
            number_line: format!("{}: {number}  ·  {revision}", texts.number),
            banners: banners(report, texts),
            running_title: format!("{}  ·  {number}", texts.title),
            running_mark: report.sensitive.then_some(texts.sensitive_short),
            footer: format!(
                "{number}  ·  {revision}  ·  {} {printed_at} {} {printed_by}",
                texts.printed, texts.printed_by
            ),
            page: texts.page,
            page_of: texts.page_of,
            sections: sections(texts),
            facts_left: facts::event(report, context),
            facts_right: facts::place(report, context),
            narrative: context.personal(texts.narrative, &report.narrative, Clone::clone),
            stamps,
            intervals: intervals(report, texts),
            agencies,
            calls: calls(report, context),
            timeline: timeline(report, context),
            victims_label: texts.victims,
            victims: facts::victims(report, context),
            result: facts::result(report, context),
            legal_basis_label: texts.legal_basis,
            legal_basis: lines(&report.legal_basis, &context.cleaner),
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

fn banners(report: &IncidentReport, texts: &'static Texts) -> Vec<&'static str> {
    let sensitive = report.sensitive.then_some(texts.sensitive);
    let preliminary = (!report.is_closed()).then_some(texts.preliminary);
    sensitive.into_iter().chain(preliminary).collect()
}

fn sections(texts: &'static Texts) -> Sections {
    Sections {
        event: texts.section_event,
        stamps: texts.section_stamps,
        agencies: texts.section_agencies,
        calls: texts.section_calls,
        timeline: texts.section_timeline,
        result: texts.section_result,
    }
}

fn stamps(report: &IncidentReport, context: &Context) -> Vec<Stamp> {
    let names = context.texts.stamps;
    let times = report.stamps.iter().map(|stamp| match stamp {
        Some(stamp) => context.time(stamp.at, &stamp.mark),
        None => Time { text: context.texts.not_recorded.to_owned(), signs: String::new(), dim: true },
    });
    names
        .into_iter()
        .zip(times)
        .enumerate()
        .map(|(index, (name, time))| Stamp { code: format!("T{index}"), name, time })
        .collect()
}

fn intervals(report: &IncidentReport, texts: &'static Texts) -> Vec<Fact> {
    ReportInterval::ALL
        .into_iter()
        .zip(texts.intervals)
        .map(|(interval, label)| {
            let value = report.interval(interval);
            let dim = !matches!(value, siaga_domain::report::IntervalValue::Measured(_));
            Fact { label, value: format::interval(texts, value), dim }
        })
        .collect()
}

fn agencies(report: &IncidentReport, context: &Context) -> Agencies {
    let texts = context.texts;
    Agencies {
        columns: std::iter::once(texts.agency_column).chain(texts.steps).collect(),
        rows: (report.agencies.iter().take(AGENCIES_MAX)).map(|agency| agency_row(agency, context)).collect(),
        empty: texts.no_agencies,
        cut: context.cut(report.agencies.len(), AGENCIES_MAX),
        legend_label: texts.legend,
        legend: Vec::new(),
    }
}

fn agency_row(agency: &ReportAgency, context: &Context) -> Row {
    let texts = context.texts;
    let mut notes = Vec::new();
    match &agency.ended {
        Some(ReportAgencyEnd::Declined { at, reason }) => {
            let time = format::clock(texts, *at, context.day);
            notes.push(context.fact(texts.declined, Some(&format!("{time}. {reason}")), texts.none));
        }
        Some(ReportAgencyEnd::Withdrawn { at, reason }) => {
            let time = format::clock(texts, *at, context.day);
            notes.push(context.fact(texts.withdrawn, Some(&format!("{time}. {reason}")), texts.none));
        }
        None => {}
    }
    for (label, value) in [(texts.readiness, &agency.readiness), (texts.actions, &agency.actions)] {
        if let Some(value) = value {
            notes.push(context.fact(label, Some(value), texts.none));
        }
    }
    if let Some(cut) = context.cut(agency.units.len(), UNITS_MAX) {
        notes.push(Fact { label: texts.unit, value: cut, dim: false });
    }
    Row {
        name: context.line(&agency.name),
        role: texts.role(agency.role),
        times: step_times(&agency.steps, context),
        notes,
        units: agency.units.iter().take(UNITS_MAX).map(|unit| unit_row(unit, context)).collect(),
    }
}

fn unit_row(unit: &ReportUnit, context: &Context) -> Row {
    Row {
        name: context.line(&unit.name),
        role: "",
        times: step_times(&unit.steps, context),
        notes: Vec::new(),
        units: Vec::new(),
    }
}

/// One cell for each step; of a step recorded twice the earliest counts.
fn step_times(steps: &[ReportStepTime], context: &Context) -> Vec<Option<Time>> {
    ReportStep::ALL
        .into_iter()
        .map(|column| {
            steps
                .iter()
                .filter(|step| step.step == column)
                .min_by_key(|step| step.at.unix_ms())
                .map(|step| context.time(step.at, &step.mark))
        })
        .collect()
}

fn calls(report: &IncidentReport, context: &Context) -> Option<Calls> {
    if report.calls.len() <= facts::CALLS_INLINE_MAX {
        return None;
    }
    let rows = report.calls.iter().take(CALLS_MAX).enumerate();
    Some(Calls {
        columns: context.texts.call_columns,
        rows: rows
            .map(|(index, call)| {
                [
                    (index + 1).to_string(),
                    context.line(&call.line),
                    format::clock(context.texts, call.at, context.day),
                    context.line(&call.disposition),
                ]
            })
            .collect(),
        cut: context.cut(report.calls.len(), CALLS_MAX),
    })
}

fn timeline(report: &IncidentReport, context: &Context) -> Timeline {
    Timeline {
        columns: context.texts.timeline_columns,
        rows: (report.timeline.iter().take(TIMELINE_ROWS_MAX))
            .map(|entry| Entry {
                time: format::clock(context.texts, entry.at, context.day),
                who: context.line(&entry.who),
                text: context.cleaner.block(&entry.text, ENTRY_CHARS_MAX),
                note: mark_in_words(&entry.mark, context),
            })
            .collect(),
        empty: context.texts.no_timeline,
        cut: context.cut(report.timeline.len(), TIMELINE_ROWS_MAX),
    }
}

/// "(koreksi, lewat radio, dicatat 22.10.04)", or nothing.
fn mark_in_words(mark: &ReportMark, context: &Context) -> String {
    let texts = context.texts;
    let correction = mark.correction.then(|| texts.correction.to_owned());
    let means = mark.on_behalf.map(|means| texts.means(means).to_owned());
    let later =
        mark.recorded_later_at.map(|at| format!("{} {}", texts.recorded_later, format::clock(texts, at, context.day)));
    let words: Vec<String> = [correction, means, later].into_iter().flatten().collect();
    if words.is_empty() { String::new() } else { format!("({})", words.join(", ")) }
}
