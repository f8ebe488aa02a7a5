//! What a day, week or month was: counts, durations, and the same by type, kelurahan and agency. Pure.

use super::{
    calendar::Window,
    durations,
    levels::{arrived_at, first, read_at, reported_at},
    read::{Counted, CountedCase},
    volume,
};
use crate::{city::City, convert};
use siaga_domain::Timestamp;
use siaga_proto::v1;
use siaga_store::AssignmentFact;
use std::collections::BTreeMap;

/// The row under which sensitive types stand together for readers who may not see them apart.
pub(crate) const SENSITIVE: &str = "sensitive";

/// What the figures are made from.
pub(crate) struct Activity<'a> {
    pub(crate) counted: &'a Counted,
    pub(crate) window: Window,
    pub(crate) city: &'a City,
    /// Sensitive types are counted together: the reader is not of the centre, or it leaves the house.
    pub(crate) masked: bool,
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn between(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<u64> {
    u64::try_from(to?.ms_since(from?)).ok()
}

impl Activity<'_> {
    /// Everything but spans, hours and levels.
    pub(crate) fn figures(&self) -> v1::GetActivityResponse {
        v1::GetActivityResponse {
            from: Some(convert::timestamp(self.window.from)),
            to: Some(convert::timestamp(self.window.to)),
            calls: Some(volume::count(&self.counted.calls)),
            cases: Some(self.cases()),
            stages: self.stages(),
            types: self.types(),
            kelurahan: self.kelurahan(),
            agencies: self.agencies(),
            spans: Vec::new(),
            levels: Vec::new(),
            hours: Vec::new(),
        }
    }

    fn cases(&self) -> v1::CaseCounts {
        let of = |status: &str| small(self.counted.cases.iter().filter(|case| case.fact.status == status).count());
        v1::CaseCounts {
            opened: small(self.counted.cases.len()),
            still_open: of("open"),
            closed: of("closed"),
            cancelled: of("cancelled"),
            merged: of("merged"),
        }
    }

    /// Duplicates count for their case.
    fn own(&self) -> impl Iterator<Item = &CountedCase> {
        self.counted.cases.iter().filter(|case| case.fact.merged_into.is_none())
    }

    fn assignments(&self) -> impl Iterator<Item = &AssignmentFact> {
        self.counted.cases.iter().flat_map(|case| &case.assignments)
    }

    fn stages(&self) -> Vec<v1::StageFigure> {
        let calls = |way: fn(&siaga_store::CallFact) -> Option<u64>| -> Vec<u64> {
            self.counted.calls.iter().filter_map(way).collect()
        };
        let cases = |way: fn(&CountedCase) -> Option<u64>| -> Vec<u64> { self.own().filter_map(way).collect() };
        let assignments =
            |way: fn(&AssignmentFact) -> Option<u64>| -> Vec<u64> { self.assignments().filter_map(way).collect() };
        let ways = [
            ("ring-to-answer", calls(|call| between(Some(call.ringing_at), call.answered_at))),
            ("answered-to-opened", cases(|case| between(case.fact.answered_at, Some(case.fact.opened_at)))),
            ("answered-to-sent", cases(|case| between(case.fact.answered_at, case.fact.dispatched_at))),
            ("sent-to-read", assignments(|one| between(one.sent_at, read_at(one)))),
            ("sent-to-en-route", assignments(|one| between(one.sent_at, one.en_route_at))),
            ("en-route-to-scene", assignments(|one| between(one.en_route_at, one.on_scene_at))),
            ("report-to-arrival", cases(|case| between(reported_at(case), arrived_at(case)))),
            ("arrival-to-control", cases(|case| between(arrived_at(case), first(case, |one| one.under_control_at)))),
            (
                "opened-to-closed",
                cases(|case| {
                    let closed = case.fact.ended_at.filter(|_| case.fact.status == "closed");
                    between(Some(case.fact.opened_at), closed)
                }),
            ),
        ];
        ways.into_iter()
            .map(|(code, way)| v1::StageFigure { code: code.into(), durations: Some(durations::figure(way)) })
            .collect()
    }

    fn filter(&self, subject: v1::FigureSubject) -> v1::FigureFilter {
        v1::FigureFilter {
            from: Some(convert::timestamp(self.window.from)),
            to: Some(convert::timestamp(self.window.to)),
            subject: subject.into(),
            ..v1::FigureFilter::default()
        }
    }

    /// Groups the cases and makes a row of each group, the largest first.
    fn rows(
        &self,
        key: impl Fn(&CountedCase) -> String,
        names: impl Fn(&str) -> (String, String),
        filter: impl Fn(&str) -> Option<v1::FigureFilter>,
    ) -> Vec<v1::ActivityRow> {
        let mut groups: BTreeMap<String, Vec<&CountedCase>> = BTreeMap::new();
        for case in self.own() {
            groups.entry(key(case)).or_default().push(case);
        }
        let row = |(code, cases): (String, Vec<&CountedCase>)| {
            let (name_id, name_en) = names(&code);
            let arrivals = cases.iter().filter_map(|case| between(reported_at(case), arrived_at(case)));
            v1::ActivityRow {
                filter: filter(&code),
                name_id,
                name_en,
                count: small(cases.len()),
                arrival: Some(durations::figure(arrivals)),
                code,
                ..v1::ActivityRow::default()
            }
        };
        largest_first(groups.into_iter().map(row).collect())
    }

    fn types(&self) -> Vec<v1::ActivityRow> {
        let key = |case: &CountedCase| match &case.fact.type_code {
            Some(_) if case.fact.sensitive && self.masked => SENSITIVE.to_owned(),
            Some(code) => code.clone(),
            None => String::new(),
        };
        let names = |code: &str| match self.city.types.get(code) {
            Some(kind) => (kind.name_id.clone(), kind.name_en.clone()),
            None if code == SENSITIVE => ("Jenis yang dilindungi".into(), "Protected types".into()),
            None => (code.to_owned(), code.to_owned()),
        };
        // Which of the masked cases are of a type is just what the mask hides.
        let listed = |code: &str| {
            let sensitive = code == SENSITIVE || self.city.types.get(code).is_some_and(|kind| kind.sensitive);
            (!code.is_empty() && !sensitive)
                .then(|| v1::FigureFilter { type_code: code.to_owned(), ..self.filter(v1::FigureSubject::Cases) })
        };
        self.rows(key, names, listed)
    }

    fn kelurahan(&self) -> Vec<v1::ActivityRow> {
        let names = |code: &str| {
            let area = self.city.kelurahan(code).map_or_else(|| code.to_owned(), |area| area.name.clone());
            (area.clone(), area)
        };
        let listed = |code: &str| {
            (!code.is_empty())
                .then(|| v1::FigureFilter { kelurahan_code: code.to_owned(), ..self.filter(v1::FigureSubject::Cases) })
        };
        self.rows(|case| case.fact.kelurahan_code.clone().unwrap_or_default(), names, listed)
    }

    fn agencies(&self) -> Vec<v1::ActivityRow> {
        let mut groups: BTreeMap<&str, Vec<&AssignmentFact>> = BTreeMap::new();
        for one in self.assignments() {
            groups.entry(&one.agency).or_default().push(one);
        }
        let row = |(code, of_agency): (&str, Vec<&AssignmentFact>)| {
            let names = self.city.agencies.get(code).map(|agency| (agency.name_id.clone(), agency.name_en.clone()));
            let (name_id, name_en) = names.unwrap_or_else(|| (code.to_owned(), code.to_owned()));
            let arrivals = of_agency.iter().filter_map(|one| between(one.sent_at, one.on_scene_at));
            let reads = of_agency.iter().filter_map(|one| between(one.sent_at, read_at(one)));
            v1::ActivityRow {
                code: code.to_owned(),
                name_id,
                name_en,
                count: small(of_agency.len()),
                declined: small(of_agency.iter().filter(|one| one.step == "declined").count()),
                arrival: Some(durations::figure(arrivals)),
                read: Some(durations::figure(reads)),
                filter: Some(v1::FigureFilter {
                    agency_code: code.to_owned(),
                    ..self.filter(v1::FigureSubject::Assignments)
                }),
            }
        };
        largest_first(groups.into_iter().map(row).collect())
    }
}

/// The largest first; of one size by code, so that nothing jumps.
fn largest_first(mut rows: Vec<v1::ActivityRow>) -> Vec<v1::ActivityRow> {
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    rows
}
