//! Service levels: what is measured, by whose standard, and how a call, case or assignment kept it. Pure.

use super::{
    calendar::Window,
    durations,
    read::{Counted, CountedCase},
};
use serde::{Deserialize, Serialize};
use siaga_domain::Timestamp;
use siaga_proto::v1;
use siaga_store::{AssignmentFact, CallFact};

/// A call entered so much later than it rang came from paper: its answer says nothing.
const ENTERED_LATE_MS: i64 = 60_000;

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Of each call: first ring to answer.
    Answer,
    /// Of each case: first call answered to sent to the first agency.
    AnsweredToSent,
    /// Of each case: first call answered to the first unit assigned.
    AnsweredToUnit,
    /// Of each assignment: sent to read by a person of the agency.
    SentToRead,
    /// Of each case: first call to the first unit on scene.
    ReportToArrival,
}

/// A level with its target and its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    /// e.g. "answer-15"; each once.
    pub code: String,
    /// Indonesian.
    pub name_id: String,
    /// English.
    pub name_en: String,
    /// What is measured.
    pub measure: Measure,
    /// Only cases of this category of types; empty: all.
    #[serde(default)]
    pub category: String,
    /// In so many seconds.
    pub within_s: u32,
    /// So many percent.
    pub target_percent: u32,
    /// Who asks for it.
    pub source: String,
}

impl ServiceLevel {
    /// The levels of the field, as published. The city may set its own.
    #[must_use]
    pub fn published() -> Vec<Self> {
        let level = |code: &str, names: [&str; 2], measure, within_s, target_percent, source: &str| Self {
            code: code.into(),
            name_id: names[0].into(),
            name_en: names[1].into(),
            measure,
            category: String::new(),
            within_s,
            target_percent,
            source: source.into(),
        };
        let (nena, nfpa) = ("NENA-STA-020.1-2020", "NFPA 1225 (2022)");
        vec![
            level("answer-15", ["Dijawab ≤ 15 detik", "Answered in 15 s"], Measure::Answer, 15, 90, nena),
            level("answer-20", ["Dijawab ≤ 20 detik", "Answered in 20 s"], Measure::Answer, 20, 95, nena),
            level("answer-10", ["Dijawab ≤ 10 detik", "Answered in 10 s"], Measure::Answer, 10, 90, nfpa),
            level(
                "sent-60",
                ["Dijawab ke dikirim ≤ 60 detik", "Answered to sent in 60 s"],
                Measure::AnsweredToSent,
                60,
                90,
                "NFPA 1225 (2022), sampai SKPD pertama",
            ),
            level(
                "unit-60",
                ["Dijawab ke unit pertama ≤ 60 detik", "Answered to first unit in 60 s"],
                Measure::AnsweredToUnit,
                60,
                90,
                nfpa,
            ),
            level(
                "read-30",
                ["Dibaca SKPD ≤ 30 detik", "Read by the agency in 30 s"],
                Measure::SentToRead,
                30,
                95,
                "Target sendiri",
            ),
            Self {
                category: "kebakaran".into(),
                ..level(
                    "fire-arrival-15",
                    ["Kebakaran: tiba ≤ 15 menit", "Fire: arrival in 15 min"],
                    Measure::ReportToArrival,
                    15 * 60,
                    90,
                    "Permendagri 114/2018",
                )
            },
        ]
    }

    /// As the contract gives it.
    pub(crate) fn view(&self) -> v1::ServiceLevel {
        let measure = match self.measure {
            Measure::Answer => v1::Measure::Answer,
            Measure::AnsweredToSent => v1::Measure::AnsweredToSent,
            Measure::AnsweredToUnit => v1::Measure::AnsweredToUnit,
            Measure::SentToRead => v1::Measure::SentToRead,
            Measure::ReportToArrival => v1::Measure::ReportToArrival,
        };
        v1::ServiceLevel {
            code: self.code.clone(),
            name_id: self.name_id.clone(),
            name_en: self.name_en.clone(),
            measure: measure.into(),
            category: self.category.clone(),
            within_s: self.within_s,
            target_percent: self.target_percent,
            source: self.source.clone(),
        }
    }

    /// What it is about.
    pub(crate) const fn subject(&self) -> v1::FigureSubject {
        match self.measure {
            Measure::Answer => v1::FigureSubject::Calls,
            Measure::SentToRead => v1::FigureSubject::Assignments,
            Measure::AnsweredToSent | Measure::AnsweredToUnit | Measure::ReportToArrival => v1::FigureSubject::Cases,
        }
    }
}

/// How one kept a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// In time, after so many ms.
    Within(u64),
    /// Not in time; after so many ms, where it came at all.
    Missed(Option<u64>),
    /// Not yet, and still in time.
    Running,
    /// Nothing to be measured.
    LeftOut,
}

impl Verdict {
    pub(crate) const fn part(self) -> v1::LevelPart {
        match self {
            Self::Within(_) => v1::LevelPart::Within,
            Self::Missed(_) => v1::LevelPart::Missed,
            Self::Running => v1::LevelPart::Running,
            Self::LeftOut => v1::LevelPart::LeftOut,
        }
    }

    pub(crate) const fn duration_ms(self) -> Option<u64> {
        match self {
            Self::Within(ms) | Self::Missed(Some(ms)) => Some(ms),
            Self::Missed(None) | Self::Running | Self::LeftOut => None,
        }
    }
}

/// One thing that is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item<'a> {
    Call(&'a CallFact),
    Case(&'a CountedCase),
    Assignment(&'a CountedCase, &'a AssignmentFact),
}

impl Item<'_> {
    /// The hour, day and shift it belongs to: first ring or opening; of an assignment that of its case.
    pub(crate) const fn belongs_at(&self) -> Timestamp {
        match self {
            Self::Call(call) => call.ringing_at,
            Self::Case(case) | Self::Assignment(case, _) => case.fact.opened_at,
        }
    }
}

/// The calls, cases or assignments of a window.
pub(crate) fn items(counted: &Counted, subject: v1::FigureSubject) -> Vec<Item<'_>> {
    match subject {
        v1::FigureSubject::Calls => counted.calls.iter().map(Item::Call).collect(),
        v1::FigureSubject::Cases => counted.cases.iter().map(Item::Case).collect(),
        v1::FigureSubject::Assignments => counted
            .cases
            .iter()
            .flat_map(|case| case.assignments.iter().map(move |assignment| Item::Assignment(case, assignment)))
            .collect(),
        v1::FigureSubject::Unspecified => Vec::new(),
    }
}

/// How a thing kept a level, as it stands now.
pub(crate) fn judge(level: &ServiceLevel, item: &Item<'_>, now: Timestamp) -> Verdict {
    let limit_ms = i64::from(level.within_s) * 1000;
    match (level.measure, item) {
        (Measure::Answer, Item::Call(call)) => judge_answer(call, limit_ms, now),
        (Measure::SentToRead, Item::Assignment(case, assignment)) if of_category(level, case) => {
            span(assignment.sent_at, read_at(assignment), over(case, assignment), limit_ms, now)
        }
        (measure, Item::Case(case)) if of_category(level, case) && case.fact.merged_into.is_none() => {
            let (start, end) = match measure {
                Measure::AnsweredToSent => (case.fact.answered_at, case.fact.dispatched_at),
                Measure::AnsweredToUnit => (case.fact.answered_at, first_unit_at(case)),
                Measure::ReportToArrival => (reported_at(case), arrived_at(case)),
                Measure::Answer | Measure::SentToRead => (None, None),
            };
            span(start, end, case.fact.ended_at.is_some(), limit_ms, now)
        }
        _ => Verdict::LeftOut,
    }
}

fn of_category(level: &ServiceLevel, case: &CountedCase) -> bool {
    level.category.is_empty() || case.fact.category.as_deref() == Some(level.category.as_str())
}

/// What is over without having come to its end cannot be measured any more.
fn span(start: Option<Timestamp>, end: Option<Timestamp>, over: bool, limit_ms: i64, now: Timestamp) -> Verdict {
    let Some(start) = start else { return Verdict::LeftOut };
    match end.map(|end| u64::try_from(end.ms_since(start))) {
        Some(Ok(ms)) if ms <= u64::try_from(limit_ms).unwrap_or(0) => Verdict::Within(ms),
        Some(Ok(ms)) => Verdict::Missed(Some(ms)),
        // It ended before it began: two clocks, or a record entered later.
        Some(Err(_)) => Verdict::LeftOut,
        None if over => Verdict::LeftOut,
        None if now.ms_since(start) > limit_ms => Verdict::Missed(None),
        None => Verdict::Running,
    }
}

fn judge_answer(call: &CallFact, limit_ms: i64, now: Timestamp) -> Verdict {
    let entered_at = Timestamp::of_uuid_v7(call.call_id);
    if entered_at.is_some_and(|at| at.ms_since(call.ringing_at) > ENTERED_LATE_MS) {
        return Verdict::LeftOut;
    }
    match (call.answered_at, call.ended_at) {
        // Who hung up within the limit could not have been answered in time or not.
        (None, Some(ended_at)) if ended_at.ms_since(call.ringing_at) > limit_ms => Verdict::Missed(None),
        (None, Some(_)) => Verdict::LeftOut,
        (answered_at, _) => span(Some(call.ringing_at), answered_at, false, limit_ms, now),
    }
}

/// When the case was reported: its first ring, or its opening where nobody called.
pub(crate) fn reported_at(case: &CountedCase) -> Option<Timestamp> {
    Some(case.fact.rang_at.unwrap_or(case.fact.opened_at))
}

/// The first unit that was put on it, or proved by being on the way or there.
pub(crate) fn first_unit_at(case: &CountedCase) -> Option<Timestamp> {
    first(case, |one| [one.unit_assigned_at, one.en_route_at, one.on_scene_at].into_iter().flatten().min())
}

/// The first unit on scene.
pub(crate) fn arrived_at(case: &CountedCase) -> Option<Timestamp> {
    first(case, |one| one.on_scene_at)
}

pub(crate) fn first(case: &CountedCase, stamp: impl Fn(&AssignmentFact) -> Option<Timestamp>) -> Option<Timestamp> {
    case.assignments.iter().filter_map(stamp).min()
}

/// When a person of the agency had it: any step that a person takes proves it.
pub(crate) fn read_at(one: &AssignmentFact) -> Option<Timestamp> {
    let proofs = [
        one.acknowledged_at,
        one.ready_at,
        one.accepted_at,
        one.unit_assigned_at,
        one.en_route_at,
        one.on_scene_at,
        one.declined_at,
    ];
    proofs.into_iter().flatten().min()
}

fn over(case: &CountedCase, assignment: &AssignmentFact) -> bool {
    case.fact.ended_at.is_some() || matches!(assignment.step.as_str(), "withdrawn" | "declined" | "completed")
}

/// Counts verdicts.
pub(crate) fn count(verdicts: impl IntoIterator<Item = Verdict>) -> v1::LevelCount {
    let mut count = v1::LevelCount::default();
    for verdict in verdicts {
        match verdict {
            Verdict::Within(_) => {
                count.measured += 1;
                count.within += 1;
            }
            Verdict::Missed(_) => count.measured += 1,
            Verdict::Running => count.running += 1,
            Verdict::LeftOut => count.left_out += 1,
        }
    }
    count
}

/// The spans that a figure is also given by.
pub(crate) struct Spans<'a> {
    pub(crate) hours: &'a [Window],
    pub(crate) shifts: &'a [(String, Window)],
}

/// A level over a window, by hour and by shift, and over the last hour.
pub(crate) fn figure(
    level: &ServiceLevel,
    window: Window,
    counted: &Counted,
    last_hour: &Counted,
    spans: &Spans<'_>,
    now: Timestamp,
) -> v1::LevelFigure {
    let judged = |counted: &Counted| -> Vec<(Timestamp, Verdict)> {
        items(counted, level.subject()).iter().map(|item| (item.belongs_at(), judge(level, item, now))).collect()
    };
    let all = judged(counted);
    let span = |shift: &str, within: &Window| v1::LevelSpan {
        from: Some(crate::convert::timestamp(within.from)),
        to: Some(crate::convert::timestamp(within.to)),
        count: Some(count(all.iter().filter(|(at, _)| within.contains(*at)).map(|(_, verdict)| *verdict))),
        shift: shift.to_owned(),
    };
    let hours = spans.hours.iter().map(|hour| span("", hour)).filter(|hour| hour.count != Some(Default::default()));
    v1::LevelFigure {
        level: Some(level.view()),
        window: Some(count(all.iter().map(|(_, verdict)| *verdict))),
        last_hour: Some(count(judged(last_hour).into_iter().map(|(_, verdict)| verdict))),
        durations: Some(durations::figure(all.iter().filter_map(|(_, verdict)| verdict.duration_ms()))),
        hours: hours.collect(),
        shifts: spans.shifts.iter().map(|(name, shift)| span(name, shift)).collect(),
        missed: Some(v1::FigureFilter {
            from: Some(crate::convert::timestamp(window.from)),
            to: Some(crate::convert::timestamp(window.to)),
            subject: level.subject().into(),
            level_code: level.code.clone(),
            part: v1::LevelPart::Missed.into(),
            ..v1::FigureFilter::default()
        }),
    }
}
