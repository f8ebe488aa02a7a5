//! A paper form, entered whole or not at all, with the times as they were.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::{
    access::{
        Caller,
        rules::{Who, rule_of},
    },
    convert, queries,
    testing::{self, CALLER, INSIDE, TestCore, run},
};
use siaga_domain::{Role, Timestamp};
use siaga_proto::v1::{self, EnterPaperFormRequest};

testing::on_each!(
    a_form_is_entered_with_its_times_and_says_that_it_came_later,
    a_form_without_an_end_goes_on_on_the_screens,
    times_out_of_order_are_named_and_nothing_is_left_of_the_form,
    calls_that_were_no_emergency_are_entered_alone,
);

/// So many minutes before the form is entered.
fn ago(core: &TestCore, minutes: i64) -> Option<siaga_proto::Timestamp> {
    Some(convert::timestamp(at(core, minutes)))
}

fn at(core: &TestCore, minutes: i64) -> Timestamp {
    core.context.now().plus_ms(-minutes * 60_000)
}

/// A fire of two hours ago, to which damkar went and psc119 would not.
fn form(core: &TestCore) -> EnterPaperFormRequest {
    let agency = |code: &str| v1::PaperAgency {
        agency_code: code.into(),
        sent_at: ago(core, 117),
        channel: v1::Channel::Telephone.into(),
        contact: "Piket".into(),
        ..v1::PaperAgency::default()
    };
    EnterPaperFormRequest {
        request_id: core.request_id(),
        sheet: "K-0007".into(),
        call: Some(v1::PaperCall {
            line: "112-1".into(),
            number: CALLER[1].into(),
            caller_name: CALLER[0].into(),
            ringing_at: ago(core, 120),
            answered_at: ago(core, 120),
            ended_at: ago(core, 110),
            ..v1::PaperCall::default()
        }),
        incident: Some(v1::PaperIncident {
            opened_at: ago(core, 119),
            verified_at: ago(core, 118),
            verification: v1::PlaceVerification::CallerConfirmed.into(),
            narrative: CALLER[2].into(),
            place: Some(v1::PlaceInput {
                text: CALLER[3].into(),
                point: Some(v1::Point { latitude: INSIDE.0, longitude: INSIDE.1, accuracy_m: 0.0 }),
                kelurahan_code: String::new(),
            }),
            type_code: "kebakaran-bangunan".into(),
            agencies: vec![
                v1::PaperAgency {
                    declined_at: ago(core, 115),
                    decline_reason: "Ambulans rusak".into(),
                    ..agency("psc119")
                },
                v1::PaperAgency {
                    sent_at: ago(core, 118),
                    acknowledged_at: ago(core, 118),
                    en_route_at: ago(core, 114),
                    on_scene_at: ago(core, 106),
                    completed_at: ago(core, 60),
                    ..agency("damkar")
                },
            ],
            closing: Some(v1::PaperClosing {
                closed_at: ago(core, 55),
                outcome_code: "handled".into(),
                ..v1::PaperClosing::default()
            }),
            note: "Lembar kedua basah".into(),
            ..v1::PaperIncident::default()
        }),
    }
}

async fn card(core: &TestCore, who: &Caller, number: &str) -> v1::GetIncidentResponse {
    let request = v1::GetIncidentRequest { number: number.into(), ..Default::default() };
    queries::get_incident(core, who, request).await.unwrap()
}

fn stamp(incident: &v1::IncidentView, code: &str) -> Option<v1::StampView> {
    incident.stamps.iter().find(|stamp| stamp.code == code).cloned()
}

async fn a_form_is_entered_with_its_times_and_says_that_it_came_later() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let form = form(&core);
    let now = Some(convert::timestamp(core.context.now()));
    let reply = run(&core, &who, form.clone()).await.unwrap();
    assert_eq!(run(&core, &who, form).await.unwrap(), reply, "sent again it is the same form");

    let card = card(&core, &who, &reply.number).await;
    let incident = card.incident.unwrap();
    assert_eq!(incident.state(), v1::IncidentState::Closed);
    assert_eq!((incident.paper_sheet.as_str(), incident.paper_entered_at), ("K-0007", now));
    assert_eq!((incident.caller_name.as_str(), incident.narrative.as_str()), (CALLER[0], CALLER[2]));
    for (code, minutes) in [
        ("T0", 120),
        ("T1", 120),
        ("T2", 119),
        ("T3", 118),
        ("T5", 118),
        ("T7", 118),
        ("T8", 114),
        ("T9", 106),
        ("T11", 60),
        ("T12", 55),
    ] {
        let stamp = stamp(&incident, code).unwrap_or_else(|| panic!("{code} is missing"));
        assert_eq!((stamp.at, stamp.recorded_at), (ago(&core, minutes), now), "{code}");
    }
    for code in ["T6", "T10"] {
        assert_eq!(stamp(&incident, code), None, "{code} was not on the paper");
    }
    let call = card.calls.first().unwrap();
    assert_eq!((call.phase(), call.disposition()), (v1::CallPhase::Ended, v1::Disposition::Normal));
    assert_eq!((call.answered_at, call.ended_at), (ago(&core, 120), ago(&core, 110)));
    let last = card.timeline.last().unwrap();
    assert_eq!(
        last.text_id,
        "Dicatat belakangan dari formulir kertas nomor K-0007, dengan jam seperti tertulis di sana."
    );
    let told: Vec<&str> = card.timeline.iter().map(|line| line.event.as_str()).collect();
    assert!(told.contains(&"assignment.declined") && told.contains(&"incident.note_added"), "{told:?}");
    let late = |line: &&v1::TimelineEntry| line.occurred_at != line.recorded_at;
    assert_eq!(card.timeline.iter().filter(late).count(), told.len() - 2, "all but the note and the entering");
    let account = crate::access::credentials::account(&core.context, who.account_id.unwrap()).await.unwrap();
    assert_ne!(account.duty, siaga_domain::account::DutyState::InCall, "nobody is in a call of yesterday");
}

async fn a_form_without_an_end_goes_on_on_the_screens() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let mut form = form(&core);
    form.call = None;
    let incident = form.incident.as_mut().unwrap();
    incident.closing = None;
    incident.agencies.truncate(1);
    incident.agencies[0].declined_at = None;
    // Yesterday's case has yesterday's number.
    for at in [&mut incident.opened_at, &mut incident.verified_at, &mut incident.agencies[0].sent_at] {
        *at = ago(&core, 24 * 60);
    }
    let number = run(&core, &who, form).await.unwrap().number;
    let day = at(&core, 24 * 60).day_at_offset(core.context.config.utc_offset_minutes);
    assert!(number.contains(&day), "{number} of {day}");
    let incident = card(&core, &who, &number).await.incident.unwrap();
    assert_eq!(incident.state(), v1::IncidentState::Open);
    assert_eq!(incident.assignments[0].step(), v1::Step::Sent);
    assert_eq!(incident.owner_account_id, who.account_id.unwrap().to_string());
}

async fn times_out_of_order_are_named_and_nothing_is_left_of_the_form() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    type Spoil = fn(&mut EnterPaperFormRequest, &TestCore);
    let spoilt: [(&str, &str, Spoil); 9] = [
        ("SIAGA-1001", "call.answered_at", |form, core| form.call.as_mut().unwrap().answered_at = ago(core, 121)),
        ("SIAGA-1001", "call.answered_at", |form, _| form.call.as_mut().unwrap().answered_at = None),
        ("SIAGA-1001", "call.ended_at", |form, _| form.call.as_mut().unwrap().ended_at = None),
        ("SIAGA-1001", "incident.opened_at", |form, core| form.incident.as_mut().unwrap().opened_at = ago(core, 121)),
        ("SIAGA-1001", "incident.agencies[1].on_scene_at", |form, core| {
            form.incident.as_mut().unwrap().agencies[1].on_scene_at = ago(core, 115);
        }),
        ("SIAGA-1001", "incident.agencies[1].on_behalf.contact", |form, _| {
            form.incident.as_mut().unwrap().agencies[1].contact.clear();
        }),
        ("SIAGA-1001", "incident.closing.closed_at", |form, core| {
            form.incident.as_mut().unwrap().closing.as_mut().unwrap().closed_at = ago(core, 61);
        }),
        ("SIAGA-1001", "call.ringing_at", |form, core| {
            form.call.as_mut().unwrap().ringing_at = ago(core, 8 * 24 * 60);
        }),
        ("SIAGA-1406", "incident.agencies[1].agency_codes", |form, _| {
            let agencies = &mut form.incident.as_mut().unwrap().agencies;
            agencies[0] = v1::PaperAgency { sent_at: agencies[1].sent_at, ..agencies[1].clone() };
            agencies[0].completed_at = None;
        }),
    ];
    for (code, field, spoil) in spoilt {
        let mut form = form(&core);
        spoil(&mut form, &core);
        let refused = run(&core, &who, form).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)), "{}", refused.en);
    }
    let empty = EnterPaperFormRequest { request_id: core.request_id(), ..EnterPaperFormRequest::default() };
    assert_eq!(run(&core, &who, empty).await.unwrap_err().field.as_deref(), Some("incident"));
    let none = queries::search_incidents(&core, &who, v1::SearchIncidentsRequest::default()).await.unwrap();
    assert_eq!(none.incidents, [], "a refused form leaves nothing");
}

async fn calls_that_were_no_emergency_are_entered_alone() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let alone = |disposition: v1::Disposition, answered: bool| {
        let mut form = form(&core);
        form.incident = None;
        let call = form.call.as_mut().unwrap();
        call.disposition = disposition.into();
        if !answered {
            call.answered_at = None;
        }
        form
    };
    for (form, disposition) in [
        (alone(v1::Disposition::Prank, true), v1::Disposition::Prank),
        (alone(v1::Disposition::Unspecified, false), v1::Disposition::Abandoned),
    ] {
        let reply = run(&core, &who, form).await.unwrap();
        assert_eq!(reply.number, "");
        let request = v1::GetCallRequest { call_id: reply.changed.unwrap().id };
        let call = queries::get_call(&core, &who, request).await.unwrap().call.unwrap();
        assert_eq!((call.disposition(), call.ended_at), (disposition, ago(&core, 110)));
    }
    let unmarked = run(&core, &who, alone(v1::Disposition::Unspecified, true)).await.unwrap_err();
    assert_eq!(unmarked.field.as_deref(), Some("disposition"));
}

#[test]
fn only_the_centre_enters_forms() {
    let rule = rule_of("/siaga.v1.IncidentService/EnterPaperForm").unwrap();
    assert_eq!(rule.who, Who::Roles(&[Role::Operator, Role::Supervisor]));
}
