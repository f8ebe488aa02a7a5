//! A period's figures as the data of a printed report. Pure.

use super::{export::Language, volume, words};
use crate::{city::City, convert};
use siaga_domain::{
    Timestamp,
    report::{
        Letterhead,
        activity::{
            ActivityAgency, ActivityArea, ActivityCount, ActivityDurations, ActivityGroup, ActivityHour, ActivityLevel,
            ActivityPeriod, ActivityReport, ActivitySpan, ActivityStage,
        },
    },
};
use siaga_proto::v1;

/// Millionths of a degree, in which borders travel.
const STEPS_A_DEGREE: f64 = 1e6;

/// Who prints it when, in which language.
pub(crate) struct Print<'a> {
    pub(crate) city: &'a City,
    pub(crate) language: Language,
    pub(crate) period: v1::Period,
    pub(crate) at: Timestamp,
    pub(crate) by: &'a str,
}

impl Print<'_> {
    /// The report's data from the figures.
    pub(crate) fn report(&self, figures: &v1::GetActivityResponse) -> ActivityReport {
        let head = &self.city.letterhead;
        let calls = figures.calls.unwrap_or_default();
        ActivityReport {
            letterhead: Letterhead {
                lines: head.lines.clone(),
                contacts: head.contacts.clone(),
                note: None,
                city: (!head.city_name.is_empty()).then(|| head.city_name.clone()),
            },
            period: match self.period {
                v1::Period::Day | v1::Period::Unspecified => ActivityPeriod::Day,
                v1::Period::Week => ActivityPeriod::Week,
                v1::Period::Month => ActivityPeriod::Month,
            },
            from: self.moment(figures.from),
            to: self.moment(figures.to),
            printed_at: self.at,
            printed_by: self.by.to_owned(),
            calls: self.counts(&words::CALLS, &volume::by_kind(&calls)),
            cases: self.counts(&words::CASE_ENDS, &ends(&figures.cases.unwrap_or_default())),
            nuisance_percent: (calls.total > 0).then(|| volume::nuisance_percent(&calls)),
            levels: figures.levels.iter().map(|figure| self.level(figure)).collect(),
            stages: figures.stages.iter().map(|stage| self.stage(stage)).collect(),
            types: self.groups(&figures.types, words::UNCLASSIFIED),
            kelurahan: self.groups(&figures.kelurahan, words::UNKNOWN),
            agencies: figures.agencies.iter().map(|row| self.agency(row)).collect(),
            spans: figures.spans.iter().map(|span| self.span(span)).collect(),
            hours: figures.hours.iter().map(|hour| ActivityHour { calls: hour.calls, cases: hour.cases }).collect(),
            areas: areas(self.city),
            credits: head.map_credits.clone(),
        }
    }

    fn moment(&self, at: Option<siaga_proto::Timestamp>) -> Timestamp {
        convert::time("at", at).ok().flatten().unwrap_or(self.at)
    }

    fn counts(&self, names: &[words::Words], counts: &[u32]) -> Vec<ActivityCount> {
        let named = names.iter().zip(counts);
        named.map(|(name, count)| ActivityCount { name: self.language.of(*name).to_owned(), count: *count }).collect()
    }

    fn level(&self, figure: &v1::LevelFigure) -> ActivityLevel {
        let level = figure.level.clone().unwrap_or_default();
        let count = figure.window.unwrap_or_default();
        ActivityLevel {
            name: self.language.pick(&level.name_id, &level.name_en).to_owned(),
            source: level.source,
            target_percent: level.target_percent,
            measured: count.measured,
            within: count.within,
            durations: durations(figure.durations),
        }
    }

    fn stage(&self, stage: &v1::StageFigure) -> ActivityStage {
        ActivityStage {
            name: self.language.of(words::stage(&stage.code)).to_owned(),
            durations: durations(stage.durations),
        }
    }

    fn groups(&self, rows: &[v1::ActivityRow], nameless: words::Words) -> Vec<ActivityGroup> {
        let group = |row: &v1::ActivityRow| ActivityGroup {
            code: row.code.clone(),
            name: self.language.name(row, nameless).to_owned(),
            count: row.count,
            arrival: durations(row.arrival),
        };
        rows.iter().map(group).collect()
    }

    fn agency(&self, row: &v1::ActivityRow) -> ActivityAgency {
        ActivityAgency {
            name: self.language.name(row, words::UNKNOWN).to_owned(),
            count: row.count,
            declined: row.declined,
            read: durations(row.read),
            arrival: durations(row.arrival),
        }
    }

    fn span(&self, span: &v1::CallSpan) -> ActivitySpan {
        let calls = span.calls.unwrap_or_default();
        ActivitySpan {
            from: self.moment(span.from),
            calls: calls.total,
            nuisance: calls.prank + calls.ghost,
            cases: span.cases,
        }
    }
}

/// What became of the cases, in the order of their words.
pub(super) const fn ends(cases: &v1::CaseCounts) -> [u32; 5] {
    [cases.opened, cases.still_open, cases.closed, cases.cancelled, cases.merged]
}

fn durations(figure: Option<v1::DurationFigure>) -> ActivityDurations {
    let figure = figure.unwrap_or_default();
    ActivityDurations {
        count: figure.count,
        p50_ms: figure.p50_ms,
        p90_ms: figure.p90_ms,
        p95_ms: figure.p95_ms,
        longest_ms: figure.longest_ms,
    }
}

/// The kelurahan with the borders that maps draw.
fn areas(city: &City) -> Vec<ActivityArea> {
    let kelurahan = city.map.reply().areas.iter().filter(|area| area.level() == v1::AreaLevel::Kelurahan);
    kelurahan
        .map(|area| {
            let label = area.label_point.unwrap_or_default();
            ActivityArea {
                code: area.code.clone(),
                label: (label.longitude, label.latitude),
                polygons: area.polygons.iter().map(|polygon| polygon.rings.iter().map(corners).collect()).collect(),
            }
        })
        .collect()
}

/// The corners of a ring that travels as differences.
fn corners(ring: &v1::MapRing) -> Vec<[f64; 2]> {
    let mut here = [0_i32; 2];
    let step = |pair: &[i32]| {
        here = [here[0].wrapping_add(pair[0]), here[1].wrapping_add(pair[1])];
        here.map(|steps| f64::from(steps) / STEPS_A_DEGREE)
    };
    ring.deltas.chunks_exact(2).map(step).collect()
}
