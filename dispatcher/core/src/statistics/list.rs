//! The things behind a figure: the same items, by the same verdicts, that the figure counted. Pure.

use super::{
    levels::{Item, ServiceLevel, items, judge},
    read::Counted,
    volume,
};
use crate::convert;
use siaga_domain::Timestamp;
use siaga_proto::v1;
use std::cmp::Reverse;
use uuid::Uuid;

/// A filter, understood.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub(crate) subject: v1::FigureSubject,
    pub(crate) level: Option<&'a ServiceLevel>,
    pub(crate) part: v1::LevelPart,
    pub(crate) disposition: v1::Disposition,
    pub(crate) type_code: &'a str,
    pub(crate) kelurahan_code: &'a str,
    pub(crate) agency_code: &'a str,
}

impl Wanted<'_> {
    fn takes(&self, item: &Item<'_>, now: Timestamp) -> Option<Option<u64>> {
        let fits = |asked: &str, has: Option<&str>| asked.is_empty() || has == Some(asked);
        let right = match item {
            Item::Call(call) => {
                self.type_code.is_empty()
                    && self.kelurahan_code.is_empty()
                    && self.agency_code.is_empty()
                    && (self.disposition == v1::Disposition::Unspecified
                        || volume::kind(call).map(convert::disposition) == Some(self.disposition))
            }
            Item::Case(case) => {
                fits(self.type_code, case.fact.type_code.as_deref())
                    && fits(self.kelurahan_code, case.fact.kelurahan_code.as_deref())
                    && (self.agency_code.is_empty()
                        || case.assignments.iter().any(|one| one.agency == self.agency_code))
            }
            Item::Assignment(case, assignment) => {
                fits(self.type_code, case.fact.type_code.as_deref())
                    && fits(self.kelurahan_code, case.fact.kelurahan_code.as_deref())
                    && fits(self.agency_code, Some(assignment.agency.as_str()))
            }
        };
        let verdict = self.level.map(|level| judge(level, item, now));
        let judged =
            verdict.is_none_or(|verdict| self.part == v1::LevelPart::Unspecified || verdict.part() == self.part);
        (right && judged).then(|| verdict.and_then(super::levels::Verdict::duration_ms))
    }
}

/// A place in a list: time and id of its last row.
pub(crate) type Place = (Timestamp, Uuid);

/// A page of rows, how many there are in all, and where the next page begins.
pub(crate) fn page(
    counted: &Counted,
    wanted: &Wanted<'_>,
    after: Option<Place>,
    limit: usize,
    now: Timestamp,
) -> (Vec<v1::FigureRow>, usize, Option<Place>) {
    let mut found: Vec<(Place, Item<'_>, Option<u64>)> = items(counted, wanted.subject)
        .into_iter()
        .filter_map(|item| {
            wanted.takes(&item, now).map(|duration_ms| ((item.belongs_at(), id(&item)), item, duration_ms))
        })
        .collect();
    found.sort_by_key(|(place, ..)| Reverse(*place));
    let total = found.len();
    let mut rest = found.into_iter().filter(|(place, ..)| after.is_none_or(|after| *place < after)).peekable();
    let (mut rows, mut last) = (Vec::new(), None);
    while rows.len() < limit
        && let Some((place, item, duration_ms)) = rest.next()
    {
        rows.push(row(&item, duration_ms));
        last = Some(place);
    }
    let next = rest.peek().and(last);
    (rows, total, next)
}

fn id(item: &Item<'_>) -> Uuid {
    match item {
        Item::Call(call) => call.call_id,
        Item::Case(case) => case.fact.incident_id,
        Item::Assignment(_, assignment) => assignment.assignment_id,
    }
}

fn row(item: &Item<'_>, duration_ms: Option<u64>) -> v1::FigureRow {
    let at = match item {
        Item::Assignment(case, assignment) => assignment.sent_at.unwrap_or(case.fact.opened_at),
        Item::Call(_) | Item::Case(_) => item.belongs_at(),
    };
    let mut row = v1::FigureRow {
        id: id(item).to_string(),
        at: Some(convert::timestamp(at)),
        duration_ms,
        ..v1::FigureRow::default()
    };
    match item {
        Item::Call(call) => {
            row.incident_id = call.incident_id.map(|id| id.to_string()).unwrap_or_default();
            let kind = volume::kind(call).map_or(v1::Disposition::Unspecified, convert::disposition);
            row.disposition = kind.into();
        }
        Item::Case(case) | Item::Assignment(case, _) => {
            let fact = &case.fact;
            row.incident_id = fact.incident_id.to_string();
            row.incident_number.clone_from(&fact.number);
            row.masked = fact.sensitive;
            // What a mask hides on the boards it hides here.
            row.type_code = fact.type_code.clone().filter(|_| !fact.sensitive).unwrap_or_default();
            row.kelurahan_code = fact.kelurahan_code.clone().unwrap_or_default();
            row.priority = fact.priority.and_then(|priority| u32::try_from(priority).ok()).unwrap_or_default();
        }
    }
    if let Item::Assignment(_, assignment) = item {
        row.agency_code.clone_from(&assignment.agency);
    }
    row
}
