//! Calls, units, alarms, incidents and names: what must hold whatever happens.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use siaga_domain::{
    Actor, Aggregate, EventMeta, Timestamp,
    account::Account,
    alarm::{Alarm, AlarmKind, AlarmLimits, AlarmSubject},
    call::{Call, CallEvent, Disposition, Phase},
    catalog::DutyContact,
    limits,
    number_series::{NumberSeries, case_number},
    personal::{digest, phone_key},
    unit::{Unit, UnitEvent},
};
use uuid::Uuid;

fn meta(at: i64) -> EventMeta {
    EventMeta::now(Timestamp::from_unix_ms(at), Actor::system())
}

fn unit(shareable: bool) -> Unit {
    let mut unit = Unit::default();
    let registered = UnitEvent::Registered {
        code: "D-01".into(),
        agency: "damkar".into(),
        kind: "pemadam".into(),
        shareable,
        crew: vec![],
        equipment: vec![],
    };
    unit.apply(&registered, &meta(1));
    unit
}

/// A call that ended while it rang, then called back with these results.
fn abandoned(number: bool, reached: &[bool]) -> Call {
    let mut call = Call::default();
    let number = number.then(|| siaga_domain::PersonalRef { personal_id: Uuid::from_u128(1), digest: String::new() });
    let ringing = CallEvent::Ringing { line: "112".into(), number, recording_reference: None };
    call.apply(&ringing, &meta(1));
    for event in call.end().unwrap() {
        call.apply(&event, &meta(2));
    }
    for reached in reached {
        let event = call.call_back(*reached).unwrap();
        call.apply(&event, &meta(3));
    }
    call
}

#[test]
fn whoever_hung_up_is_called_back_until_somebody_answers_or_three_times() {
    for (attempts, waits) in
        [(&[][..], true), (&[false], true), (&[false, false], true), (&[false, false, false], false), (&[true], false)]
    {
        assert_eq!(abandoned(true, attempts).is_open(), waits, "{attempts:?}");
    }
    assert!(!abandoned(false, &[false]).is_open(), "there is no number to try again");
}

proptest! {
    #[test]
    fn a_unit_is_never_on_two_exclusive_incidents(acts in proptest::collection::vec((0..4_u128, any::<bool>()), 0..60)) {
        let mut unit = unit(false);
        for (at, engage) in acts {
            let id = Uuid::from_u128(at);
            let event = if engage { unit.engage(id, id).ok().flatten() } else { unit.free(id) };
            if let Some(event) = event {
                unit.apply(&event, &meta(2));
            }
            prop_assert!(unit.engaged.len() <= 1);
        }
    }

    #[test]
    fn a_call_has_one_operator_and_ends_once(acts in proptest::collection::vec(0..6_u8, 0..40)) {
        let mut call = Call::default();
        let first = Uuid::from_u128(1);
        for (index, act) in acts.into_iter().enumerate() {
            let before = call.clone();
            let operator = Uuid::from_u128(u128::from(act) + 1);
            let events = match act {
                0 | 1 => call.answer(operator, "Operator").map(|event| vec![event]),
                2 => call.hold().map(|event| vec![event]),
                3 => call.resume().map(|event| vec![event]),
                4 => call.end(),
                _ => call.dispose(Disposition::Prank).map(|event| vec![event]),
            };
            for event in events.unwrap_or_default() {
                call.apply(&event, &meta(index as i64));
            }
            prop_assert!(before.operator.is_none() || call.operator == before.operator);
            prop_assert!(before.phase != Phase::Ended || call.phase == Phase::Ended);
            prop_assert!(before.ended_at.is_none() || call.ended_at == before.ended_at);
        }
        prop_assert!(call.operator.is_none_or(|operator| operator >= first));
    }

    #[test]
    fn case_numbers_have_no_cap(number in 0..u64::MAX) {
        let mut series = NumberSeries { last: number };
        let next = series.next();
        series.apply(&next, &meta(1));
        prop_assert_eq!(series.last, number + 1);
        prop_assert!(case_number("SKW", "20261122", series.last).ends_with(&series.last.to_string()));
    }

    #[test]
    fn texts_are_taken_whole_or_refused(text in ".{0,60}") {
        match limits::text("narrative", &text, 20) {
            Ok(kept) => prop_assert_eq!(kept.as_str(), text.trim()),
            Err(error) => prop_assert_eq!(error.code, "SIAGA-1001"),
        }
    }

    #[test]
    fn any_spelling_of_a_number_is_the_same_caller(digits in "[1-9][0-9]{8,10}") {
        let spellings = [format!("0{digits}"), format!("+62{digits}"), format!("+62 {} {}", &digits[..3], &digits[3..]),
            format!("(0{}) {}", &digits[..2], &digits[2..]), format!("0062{digits}")];
        for spelling in spellings {
            prop_assert_eq!(phone_key(&spelling), Some(digits.clone()), "{}", spelling);
        }
    }

    #[test]
    fn a_digest_names_salt_and_content(salt in any::<[u8; 16]>(), other in any::<[u8; 16]>(), content in ".{0,30}") {
        prop_assert_eq!(digest(&salt, &content), digest(&salt, &content));
        prop_assert!(salt == other || digest(&salt, &content) != digest(&other, &content));
        prop_assert_ne!(digest(&salt, &content), digest(&salt, &format!("{content}x")));
    }
}

#[test]
fn a_number_without_digits_identifies_nobody() {
    for number in ["", "tanpa nomor", "+", "---"] {
        assert_eq!(phone_key(number), None, "{number}");
    }
}

#[test]
fn a_shareable_unit_serves_several_incidents() {
    let mut unit = unit(true);
    for id in 1..4 {
        let id = Uuid::from_u128(id);
        let event = unit.engage(id, id).unwrap().unwrap();
        unit.apply(&event, &meta(1));
    }
    assert_eq!(unit.engaged.len(), 3);
    assert_eq!(unit.set_service(false, "servis".into()).unwrap_err().code, "SIAGA-1503");
}

#[test]
fn an_alarm_is_taken_once_and_can_rise_again() {
    let mut alarm = Alarm::default();
    let raise = |alarm: &Alarm| alarm.raise(AlarmKind::NoUnit, AlarmSubject::default());
    let event = raise(&alarm).unwrap();
    alarm.apply(&event, &meta(1));
    assert!(raise(&alarm).is_none(), "it is up already");
    let event = alarm.escalate().unwrap();
    alarm.apply(&event, &meta(2));
    assert_eq!(alarm.level, 2);
    let event = alarm.take(Uuid::from_u128(1), "Operator 1").unwrap().unwrap();
    alarm.apply(&event, &meta(3));
    assert!(alarm.escalate().is_none(), "a taken alarm does not escalate");
    assert_eq!(alarm.take(Uuid::from_u128(2), "Operator 2").unwrap_err().code, "SIAGA-1601");
    let event = alarm.end().unwrap();
    alarm.apply(&event, &meta(4));
    assert_eq!(alarm.take(Uuid::from_u128(1), "Operator 1").unwrap_err().code, "SIAGA-1602");
    let event = raise(&alarm).unwrap();
    alarm.apply(&event, &meta(5));
    assert!(alarm.is_open() && alarm.taken.is_none() && alarm.level == 1);
}

#[test]
fn alarm_limits_follow_priority_and_configuration() {
    let mut limits = AlarmLimits::default();
    assert_eq!(limits.after_ms(AlarmKind::NotAcknowledged, Some(1)), 30_000);
    assert_eq!(limits.after_ms(AlarmKind::NotAcknowledged, Some(4)), 120_000);
    assert_eq!(limits.after_ms(AlarmKind::NotDispatched, None), 60_000);
    limits.after_s.insert(AlarmKind::NotAcknowledged, [1, 2, 3, 4]);
    assert_eq!(limits.after_ms(AlarmKind::NotAcknowledged, Some(3)), 3_000);
}

#[test]
fn duty_hours_go_over_midnight() {
    let contact = |from_hour, to_hour| DutyContact {
        agency: "damkar".into(),
        from_hour,
        to_hour,
        label: "Piket".into(),
        channel: siaga_domain::Channel::Telephone,
        number: "0000".into(),
    };
    assert!((0..24).all(|hour| contact(0, 24).covers(hour)));
    let night = contact(20, 6);
    let covered: Vec<u8> = (0..24).filter(|hour| night.covers(*hour)).collect();
    assert_eq!(covered, [0, 1, 2, 3, 4, 5, 20, 21, 22, 23]);
}

#[test]
fn the_day_is_the_citys() {
    let before_midnight_utc = Timestamp::from_unix_ms(1_795_303_800_000);
    assert_eq!(before_midnight_utc.day_at_offset(0).len(), 8);
    assert_ne!(
        Timestamp::from_unix_ms(18 * 3_600_000).day_at_offset(420),
        Timestamp::from_unix_ms(18 * 3_600_000).day_at_offset(0)
    );
    assert_eq!(Timestamp::from_unix_ms(0).day_at_offset(420), "19700101");
}

#[test]
fn accounts_need_what_their_role_needs() {
    use siaga_domain::Role;
    let create = |name: &str, role, agency: Option<&str>, unit: Option<Uuid>| {
        Account::create(name, "Meja", role, agency.map(str::to_owned), unit, false)
    };
    assert!(create("operator1", Role::Operator, None, None).is_ok());
    assert!(create("Op", Role::Operator, None, None).is_err());
    assert!(create("operator 1", Role::Operator, None, None).is_err());
    assert!(create("damkar", Role::AgencyDispatcher, None, None).is_err());
    assert!(create("operator1", Role::Operator, Some("damkar"), None).is_err());
    assert!(create("unit1", Role::FieldUnit, Some("damkar"), None).is_err());
    assert_eq!(Account::id_of("operator1"), Account::id_of("operator1"));
    assert_ne!(Account::id_of("operator1"), Unit::id_of("operator1"));
}
