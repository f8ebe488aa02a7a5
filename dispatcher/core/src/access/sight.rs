//! What each reader may see of a case (law 11): pure rules, used by every view, query and report.
//!
//! | Reader | Case | Caller | Words of the case |
//! |---|---|---|---|
//! | full card | any | yes | yes; reading a sensitive one is logged |
//! | board | in hand, or ended within the hour | not of sensitive types | not of sensitive types |
//! | lead agency | holds the assignment, until a day after the end | yes | yes |
//! | support agency | the same | only if shared | yes; of sensitive types only if shared |
//! | unit | as its agency, while it is on the assignment | as its agency | as its agency |
//!
//! What centre and agency write to each other about an assignment is for the centre (on boards without its words, if the
//! type is sensitive) and for that agency's desk as long as it has the assignment; for nobody else.

use siaga_domain::{
    Actor, Role, Timestamp, account::Account, assignment::Assignment, call::Call, incident::Incident, step::Step,
};
use uuid::Uuid;

/// An ended case stays on the boards this long, in ms.
pub const BOARD_AFTER_END_MS: i64 = 3_600_000;

/// Who looks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    /// An operator or supervisor who opened the card.
    Full,
    /// The board of operators and supervisors.
    Board,
    /// An agency's dispatchers, by its code.
    Agency(String),
    /// A unit's crew.
    Unit(Uuid),
}

impl Reader {
    /// The reader of a WebSocket audience: "board", "agency:<code>" or "unit:<id>".
    pub fn of_audience(audience: &str) -> Option<Self> {
        match audience.split_once(':') {
            None if audience == "board" => Some(Self::Board),
            Some(("agency", code)) if !code.is_empty() => Some(Self::Agency(code.to_owned())),
            Some(("unit", id)) => Uuid::parse_str(id).ok().map(Self::Unit),
            _ => None,
        }
    }

    /// The audience this reader follows; the full card is asked for, not followed.
    pub fn audience(&self) -> String {
        match self {
            Self::Full | Self::Board => "board".into(),
            Self::Agency(code) => format!("agency:{code}"),
            Self::Unit(id) => format!("unit:{id}"),
        }
    }

    /// Words, caller and type of a case of a sensitive type are hidden from this reader.
    pub const fn masks(&self, sensitive: bool) -> bool {
        sensitive && matches!(self, Self::Board)
    }
}

/// Sees what centre and agency write to each other, where it sees the assignment at all: both desks, not the crews.
pub const fn has_conversation(reader: &Reader) -> bool {
    !matches!(reader, Reader::Unit(_))
}

/// What an agency or unit sees of the case behind an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskSight {
    /// The caller's name and number.
    pub caller: bool,
    /// Narrative and notes.
    pub words: bool,
}

/// Notes and photos that an agency and its units see, where they see the case's words at all: the centre's and their
/// own. What another agency gave is for the centre.
pub fn is_for_agency(by: &Actor, agency: &str) -> bool {
    matches!(by.role, Role::Operator | Role::Supervisor) || by.agency.as_deref() == Some(agency)
}

/// The case stands on the boards now.
pub fn case_on_board(incident: &Incident, now: Timestamp) -> bool {
    incident.ended_at.is_none_or(|ended_at| now.ms_since(ended_at) < BOARD_AFTER_END_MS)
}

/// A call stands on the boards while there is something to do for it.
pub fn call_on_board(call: &Call) -> bool {
    siaga_domain::Aggregate::is_open(call)
}

/// Name and number of a call are hidden: it is about a case that this reader sees masked.
pub fn call_is_masked(reader: &Reader, about: Option<&Incident>) -> bool {
    reader.masks(about.is_some_and(Incident::is_sensitive))
}

/// The boards show those who work at them.
pub const fn account_on_board(account: &Account) -> bool {
    !account.disabled && matches!(account.role, Role::Operator | Role::Supervisor)
}

/// What an agency or unit sees of the case behind this assignment; none: the assignment is not there for it.
///
/// `incident` is the case it counts for now, which after a merge is the other one. `after_end_ms` is how long an
/// agency keeps an ended case.
pub fn task(
    reader: &Reader,
    assignment: &Assignment,
    incident: &Incident,
    now: Timestamp,
    after_end_ms: i64,
) -> Option<TaskSight> {
    let own = match reader {
        Reader::Full | Reader::Board => false,
        Reader::Agency(code) => *code == assignment.agency,
        Reader::Unit(id) => assignment.units.get(id).is_some_and(|unit| unit.step != Step::Released),
    };
    let over = incident.ended_at.is_some_and(|ended_at| now.ms_since(ended_at) >= after_end_ms);
    if !own || over || !assignment.sees_case() {
        return None;
    }
    let caller = assignment.sees_caller();
    Some(TaskSight { caller, words: caller || !incident.is_sensitive() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use siaga_domain::{
        assignment::{AgencyRole, UnitProgress},
        incident::{Classification, IncidentState},
        step::Stamps,
    };

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000_000_000);
    const DAY_MS: i64 = 24 * 3_600_000;
    const UNIT: Uuid = Uuid::from_u128(7);

    fn incident(sensitive: bool, ended_before_ms: Option<i64>) -> Incident {
        Incident {
            classification: Some(Classification {
                type_code: "x".into(),
                category: "x".into(),
                priority: 1,
                priority_reason: String::new(),
                sensitive,
            }),
            state: if ended_before_ms.is_some() { IncidentState::Closed } else { IncidentState::Open },
            ended_at: ended_before_ms.map(|ms| NOW.plus_ms(-ms)),
            ..Incident::default()
        }
    }

    fn assignment(role: AgencyRole, step: Step, caller_shared: bool, unit_step: Step) -> Assignment {
        let unit = UnitProgress { code: "D-1".into(), step: unit_step, stamps: Stamps::default() };
        Assignment {
            agency: "damkar".into(),
            role,
            step,
            caller_shared,
            units: [(UNIT, unit)].into(),
            ..Assignment::default()
        }
    }

    const ALL_STEPS: [Step; 13] = [
        Step::Sent,
        Step::Delivered,
        Step::Acknowledged,
        Step::Ready,
        Step::Accepted,
        Step::UnitAssigned,
        Step::EnRoute,
        Step::OnScene,
        Step::UnderControl,
        Step::Completed,
        Step::Declined,
        Step::Withdrawn,
        Step::Released,
    ];

    /// Every reader, role, step, tick, sensitivity and age of the end, against the table written out again here.
    #[test]
    fn every_reader_role_and_state() {
        let readers = [
            Reader::Full,
            Reader::Board,
            Reader::Agency("damkar".into()),
            Reader::Agency("polres".into()),
            Reader::Unit(UNIT),
            Reader::Unit(Uuid::from_u128(8)),
        ];
        let ends = [None, Some(0), Some(DAY_MS - 1), Some(DAY_MS), Some(DAY_MS * 30)];
        let mut seen = 0;
        for (reader, step, unit_step) in readers.iter().flat_map(|reader| {
            ALL_STEPS.iter().flat_map(move |step| ALL_STEPS.iter().map(move |unit_step| (reader, *step, *unit_step)))
        }) {
            for (lead, shared, sensitive) in (0..8).map(|bits| (bits & 1 == 0, bits & 2 == 0, bits & 4 == 0)) {
                for ended in ends {
                    let role = if lead { AgencyRole::Lead } else { AgencyRole::Support };
                    let held = assignment(role, step, shared, unit_step);
                    let sight = task(reader, &held, &incident(sensitive, ended), NOW, DAY_MS);
                    let own = *reader == Reader::Agency("damkar".into())
                        || (*reader == Reader::Unit(UNIT) && unit_step != Step::Released);
                    let gone = matches!(step, Step::Declined | Step::Withdrawn) || ended >= Some(DAY_MS);
                    let expected = (own && !gone)
                        .then_some(TaskSight { caller: lead || shared, words: lead || shared || !sensitive });
                    assert_eq!(
                        sight, expected,
                        "{reader:?} {step:?} {unit_step:?} {lead} {shared} {sensitive} {ended:?}"
                    );
                    seen += usize::from(sight.is_some());
                }
            }
        }
        assert!(seen > 0);
    }

    #[test]
    fn boards_mask_sensitive_types_and_forget_ended_cases() {
        assert!(Reader::Board.masks(true) && !Reader::Board.masks(false));
        for reader in [Reader::Full, Reader::Agency("damkar".into()), Reader::Unit(UNIT)] {
            assert!(!reader.masks(true), "{reader:?} has its own rule");
        }
        assert!(case_on_board(&incident(false, None), NOW));
        assert!(case_on_board(&incident(false, Some(BOARD_AFTER_END_MS - 1)), NOW));
        assert!(!case_on_board(&incident(false, Some(BOARD_AFTER_END_MS)), NOW));
        assert!(call_is_masked(&Reader::Board, Some(&incident(true, None))));
        assert!(!call_is_masked(&Reader::Full, Some(&incident(true, None))));
        assert!(!call_is_masked(&Reader::Board, None));
    }

    #[test]
    fn boards_show_operators_and_supervisors_who_may_sign_in() {
        let account = |role, disabled| Account { role, disabled, ..Account::default() };
        for role in [
            Role::Operator,
            Role::Supervisor,
            Role::AgencyDispatcher,
            Role::FieldUnit,
            Role::HubAnalyst,
            Role::Administrator,
            Role::Gateway,
            Role::System,
        ] {
            let works_there = matches!(role, Role::Operator | Role::Supervisor);
            assert_eq!(account_on_board(&account(role, false)), works_there, "{role:?}");
            assert!(!account_on_board(&account(role, true)));
        }
    }

    #[test]
    fn audiences_and_readers_are_the_same_things() {
        for reader in [Reader::Board, Reader::Agency("damkar".into()), Reader::Unit(UNIT)] {
            assert_eq!(Reader::of_audience(&reader.audience()), Some(reader));
        }
        for wrong in ["", "boards", "agency:", "agency", "unit:7", "card", "board:"] {
            assert_eq!(Reader::of_audience(wrong), None, "{wrong}");
        }
    }
}
