//! The past of the boards: the same as the boards were, without what may not be seen today.

use super::{Scope, page, past::texts_in};
use crate::{
    access::{Caller, sight::Reader},
    feed::tests::{screen::Screen, walk::Walk},
    queries,
    testing::{self, CALLER, TestCore},
};
use siaga_domain::{Clock, Timestamp, unit::Unit};
use siaga_proto::v1::{self, Entity, GetReplayResponse, entity::Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

testing::on_each!(
    every_moment_of_a_replay_is_the_board_as_it_was_then,
    what_is_sensitive_or_erased_today_is_so_in_every_moment_of_the_past,
    a_case_is_replayed_alone_from_its_first_ring_to_its_end,
    an_ended_case_leaves_the_replayed_board_after_an_hour,
    units_are_where_they_were_as_far_as_it_is_known,
    a_reading_is_noted_and_what_makes_no_sense_is_refused,
);

const HOUR_MS: i64 = 3_600_000;

type Shown = BTreeMap<String, Entity>;

/// A replay of all pages together.
async fn replay(core: &TestCore, scope: &Scope, events_max: u32) -> GetReplayResponse {
    let (mut whole, mut next) = page(&core.context, scope, None, events_max).await.unwrap();
    while next.is_some() {
        let (more, then) = page(&core.context, scope, next, events_max).await.unwrap();
        assert!(more.entities.is_empty(), "the picture comes once");
        assert!(more.events_told > whole.events_told && more.events == whole.events);
        whole.steps.extend(more.steps);
        whole.tracks.extend(more.tracks);
        whole.events_told = more.events_told;
        next = then;
    }
    assert_eq!(whole.events_told, whole.events);
    whole
}

fn hour(from: Timestamp, to: Timestamp) -> Scope {
    Scope { case: None, from, to }
}

fn ms(at: Option<siaga_proto::Timestamp>) -> i64 {
    let at = at.unwrap();
    at.seconds * 1000 + i64::from(at.nanos) / 1_000_000
}

/// What a screen shows that plays it until and with a moment.
fn played(replay: &GetReplayResponse, until: Timestamp) -> Shown {
    let mut shown: Shown = replay.entities.iter().map(|entity| (entity.key.clone(), entity.clone())).collect();
    for step in replay.steps.iter().filter(|step| ms(step.at) <= until.unix_ms()) {
        for entity in &step.changes {
            if entity.removed {
                shown.remove(&entity.key);
            } else {
                shown.insert(entity.key.clone(), entity.clone());
            }
        }
    }
    comparable(Screen { reader: Reader::Board, entities: shown })
}

/// Without what is in no log: which agencies had a screen, and whom to call instead. The walk merges cases into
/// sensitive ones, which masks their calls in the past too: whose number it was is left to another test.
fn comparable(screen: Screen) -> Shown {
    let plain = |held: &mut v1::AssignmentView| {
        held.agency_online = false;
        held.duty_contact = None;
    };
    let mut shown = screen.shows();
    for entity in shown.values_mut() {
        match entity.value.as_mut().unwrap() {
            Value::Incident(view) => view.assignments.iter_mut().for_each(plain),
            Value::Assignment(view) => plain(view),
            Value::Call(view) => view.number.clear(),
            _ => {}
        }
    }
    shown
}

async fn live(core: &TestCore) -> Shown {
    comparable(Screen::fresh(core, Reader::Board).await)
}

fn same(told: &Shown, expected: &Shown, what: &str) {
    let keys = |shown: &Shown| shown.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(told), keys(expected), "{what}");
    for (key, entity) in told {
        assert_eq!(Some(entity), expected.get(key), "{what}: {key}");
    }
}

async fn every_moment_of_a_replay_is_the_board_as_it_was_then() {
    for seed in 1..=3_u64 {
        let seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let core = testing::core().await;
        let operator = testing::operator(&core, "operator1").await;
        let agency = testing::dispatcher(&core, "damkar1", "damkar").await;
        let (calls, incidents, assignments) = (vec![], vec![], vec![]);
        let mut walk = Walk { core: &core, who: &operator, agency: &agency, seed, calls, incidents, assignments };
        let mut moments = Vec::new();
        for _ in 0..5 {
            for _ in 0..16 {
                walk.step().await;
            }
            moments.push((core.clock.now(), live(&core).await));
        }
        let end = core.clock.now().plus_ms(1);
        let whole = replay(&core, &hour(testing::START, end), 1_000).await;
        assert!(whole.steps.len() > 50, "{} steps", whole.steps.len());
        let in_pages = replay(&core, &hour(testing::START, end), 7).await;
        for (number, (at, expected)) in moments.iter().enumerate() {
            let what = format!("seed {seed}, moment {number}");
            assert!(!expected.is_empty());
            same(&played(&whole, *at), expected, &what);
            same(&played(&in_pages, *at), expected, &format!("{what}, in pages"));
            if at.plus_ms(1) < end {
                let later = replay(&core, &hour(at.plus_ms(1), end), 1_000).await;
                same(&played(&later, *at), expected, &format!("{what}, as a beginning"));
                same(&played(&later, end), &moments.last().unwrap().1, &format!("{what}, to the end"));
            }
        }
    }
}

async fn close(core: &TestCore, who: &Caller, incident_id: Uuid) {
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident_id.to_string(),
        outcome_code: "handled".into(),
        ..v1::CloseIncidentRequest::default()
    };
    testing::run(core, who, close).await.unwrap();
}

async fn note(core: &TestCore, who: &Caller, incident_id: Uuid, text: &str) {
    let note = v1::AddNoteRequest {
        request_id: core.request_id(),
        incident_id: incident_id.to_string(),
        text: text.to_owned(),
        occurred_at: None,
    };
    testing::run(core, who, note).await.unwrap();
}

/// Which of the card's personal texts a message holds anywhere.
fn leaks(message: &impl serde::Serialize) -> Vec<&'static str> {
    let text = serde_json::to_string(message).unwrap();
    CALLER.into_iter().chain(["rahasia"]).filter(|personal| text.contains(personal)).collect()
}

fn incident_of(shown: &Shown, id: Uuid) -> v1::IncidentView {
    match shown[&format!("incident:{id}")].value.clone().unwrap() {
        Value::Incident(view) => view,
        other => panic!("{other:?}"),
    }
}

async fn what_is_sensitive_or_erased_today_is_so_in_every_moment_of_the_past() {
    let core = testing::core().await;
    let (operator, chief) = (testing::operator(&core, "operator1").await, testing::supervisor(&core, "penyelia").await);
    let from = core.clock.now();
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    note(&core, &operator, id, "Catatan rahasia").await;
    core.clock.advance_ms(60_000);
    let scope = |core: &TestCore| hour(from, core.clock.now());
    let open = replay(&core, &scope(&core), 1_000).await;
    assert_eq!(leaks(&open), ["Pelapor Contoh", CALLER[1], CALLER[2], CALLER[3], "rahasia"]);

    let classify = v1::ClassifyIncidentRequest {
        request_id: core.request_id(),
        incident_id: id.to_string(),
        version: incident_of(&live(&core).await, id).card_version,
        type_code: "kekerasan-anak".into(),
        ..v1::ClassifyIncidentRequest::default()
    };
    testing::run(&core, &operator, classify).await.unwrap();
    core.clock.advance_ms(60_000);
    let masked = replay(&core, &scope(&core), 1_000).await;
    assert_eq!(leaks(&masked), Vec::<&str>::new(), "nobody knew then, but today it is known");
    let text = serde_json::to_string(&masked).unwrap();
    assert!(!text.contains("kebakaran") && !text.contains("Kebakaran") && !text.contains("kekerasan"), "{text}");
    assert!(masked.steps.iter().any(|step| step.masked && step.entry.as_ref().unwrap().text_id.is_empty()));
    let own = Scope { case: Some((id, "x".into())), ..scope(&core) };
    assert_eq!(leaks(&replay(&core, &own, 1_000).await), Vec::<&str>::new(), "nor alone");

    let (gone, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    note(&core, &operator, gone, "Catatan rahasia").await;
    let photo_id = testing::photo(&core, &operator, gone).await;
    core.clock.advance_ms(60_000);
    let kept = replay(&core, &scope(&core), 1_000).await;
    assert_eq!(incident_of(&played(&kept, core.clock.now()), gone).photos[0].id, photo_id);
    let tells = |replay: &GetReplayResponse| serde_json::to_string(&replay.steps).unwrap().contains(&photo_id);
    assert!(tells(&kept));
    core.clock.advance_ms(1);
    let before = core.clock.now();
    close(&core, &operator, gone).await;
    let erase = v1::ErasePersonalDataRequest {
        request_id: core.request_id(),
        incident_id: gone.to_string(),
        reason: "permintaan".into(),
        ..v1::ErasePersonalDataRequest::default()
    };
    testing::run(&core, &chief, erase).await.unwrap();
    core.clock.advance_ms(1);
    let erased = replay(&core, &scope(&core), 1_000).await;
    assert_eq!(leaks(&erased), Vec::<&str>::new());
    let then = incident_of(&played(&erased, before.plus_ms(-1)), gone);
    assert_eq!(then.state(), v1::IncidentState::Open);
    assert!(then.erased_note.starts_with("erased by"), "{then:?}");
    assert!(then.photos.is_empty() && !tells(&erased), "nor is there a way to its photo");
}

#[test]
fn pictures_are_not_loaded_with_the_words_of_a_case() {
    let (picture, small, text) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let named = |id: Uuid| serde_json::json!({ "personal_id": id, "digest": "" });
    let file = serde_json::json!({ "picture": named(picture), "thumbnail": named(small), "size_bytes": 9 });
    let state = serde_json::json!({ "photos": [{ "file": file, "at": 0 }], "notes": [{ "text": named(text) }] });
    let mut found = BTreeSet::new();
    texts_in(&state, &mut found);
    assert_eq!(found, [text].into());
}

async fn a_case_is_replayed_alone_from_its_first_ring_to_its_end() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (other, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    core.clock.advance_ms(60_000);
    let rang = core.clock.now();
    let (id, call_id) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    core.clock.advance_ms(30_000);
    let held = testing::dispatch(&core, &operator, id, &["damkar"], &[]).await[0].to_string();
    let unit = Unit::id_of("DAMKAR-01").to_string();
    core.clock.advance_ms(30_000);
    let assign = v1::AssignUnitsRequest {
        request_id: core.request_id(),
        assignment_id: held.clone(),
        unit_ids: vec![unit.clone()],
        on_behalf: None,
    };
    testing::run(&core, &operator, assign).await.unwrap();
    let mut steps = Vec::new();
    for step in [v1::Step::EnRoute, v1::Step::OnScene, v1::Step::Completed] {
        core.clock.advance_ms(60_000);
        steps.push((core.clock.now(), step));
        let point = v1::Point { latitude: 0.9, longitude: 108.98, accuracy_m: 0.0 };
        let report = v1::ReportStatusRequest {
            request_id: core.request_id(),
            assignment_id: held.clone(),
            unit_id: unit.clone(),
            step: step.into(),
            point: Some(point),
            ..v1::ReportStatusRequest::default()
        };
        testing::run(&core, &operator, report).await.unwrap();
        note(&core, &operator, other, "tentang yang lain").await;
    }
    core.clock.advance_ms(60_000);
    let closed = core.clock.now();
    close(&core, &operator, id).await;
    core.clock.advance_ms(HOUR_MS);
    note(&core, &operator, other, "jauh sesudahnya").await;

    let number = incident_of(&played(&replay(&core, &hour(rang, core.clock.now()), 1_000).await, closed), id).number;
    let chief = testing::supervisor(&core, "penyelia").await;
    let ask = v1::GetReplayRequest { number: number.to_lowercase(), ..v1::GetReplayRequest::default() };
    let told = queries::get_replay(&core, &chief, ask).await.unwrap();
    assert_eq!((told.incident_id.as_str(), told.incident_number.as_str()), (&*id.to_string(), &*number));
    assert_eq!((ms(told.from), ms(told.to)), (rang.unix_ms(), closed.plus_ms(60_000).unix_ms()));
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains(&other.to_string()) && !text.contains("yang lain"), "the other case is not in it");
    let events: Vec<&str> = told.steps.iter().map(|step| step.entry.as_ref().unwrap().event.as_str()).collect();
    assert_eq!((events[0], *events.last().unwrap()), ("call.ringing", "incident.closed"));
    assert!(told.steps.iter().all(|step| !step.masked));
    let at_first = played(&told, rang.plus_ms(-1));
    assert_eq!(
        at_first.keys().collect::<Vec<_>>(),
        [&format!("unit:{unit}")],
        "before the ring only its unit is there"
    );
    for (at, step) in steps {
        let then = played(&told, at);
        assert_eq!(incident_of(&then, id).assignments[0].step(), step, "{step:?}");
        let Value::Unit(view) = then[&format!("unit:{unit}")].value.clone().unwrap() else { panic!() };
        let expected = if step == v1::Step::Completed { v1::Step::Unspecified } else { step };
        assert_eq!(view.step(), expected);
    }
    assert_eq!(incident_of(&played(&told, closed), id).state(), v1::IncidentState::Closed);
    assert_eq!(told.tracks.len(), 1);
    assert_eq!(told.tracks[0].points.len(), 3, "where it was at each status");
    let in_pages = replay(&core, &Scope { case: Some((id, number)), from: rang, to: closed.plus_ms(60_000) }, 3).await;
    same(&played(&in_pages, closed), &played(&told, closed), "in pages");
    assert!(text.contains(&call_id.to_string()));
}

async fn an_ended_case_leaves_the_replayed_board_after_an_hour() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    core.clock.advance_ms(1_000);
    let closed = core.clock.now();
    close(&core, &operator, id).await;
    core.clock.advance_ms(3 * HOUR_MS);
    let key = format!("incident:{id}");
    let whole = replay(&core, &hour(testing::START, core.clock.now()), 1_000).await;
    assert!(played(&whole, closed.plus_ms(HOUR_MS - 1)).contains_key(&key));
    assert!(!played(&whole, closed.plus_ms(HOUR_MS)).contains_key(&key));
    let step = whole.steps.last().unwrap();
    assert_eq!((step.entry.clone(), step.incident_id.clone()), (None, id.to_string()), "nothing but time passed");
    let later = replay(&core, &hour(closed.plus_ms(HOUR_MS + 1), core.clock.now()), 1_000).await;
    assert!(!later.entities.iter().any(|entity| entity.key == key));
    let while_there = replay(&core, &hour(closed.plus_ms(HOUR_MS - 1), core.clock.now()), 1_000).await;
    assert!(while_there.entities.iter().any(|entity| entity.key == key));
    assert!(!played(&while_there, core.clock.now()).contains_key(&key));
}

async fn units_are_where_they_were_as_far_as_it_is_known() {
    let core = testing::core().await;
    let unit_id = Unit::id_of("DAMKAR-01");
    let from = testing::START;
    let point = |at: Timestamp, lat| siaga_store::UnitPosition {
        unit_id,
        lat,
        lon: 108.98,
        accuracy_m: None,
        speed_mps: None,
        at,
    };
    let minutes = |minutes: i64| from.plus_ms(minutes * 60_000);
    let told = [(-50, 0.1), (-5, 0.2), (10, 0.3), (20, 0.4), (90, 0.5)].map(|(at, lat)| point(minutes(at), lat));
    core.context.store.record_positions(&told).await.unwrap();
    // Seconds apart: one of them is enough.
    core.context.store.record_positions(&[point(minutes(20).plus_ms(2_000), 0.45)]).await.unwrap();
    core.clock.advance_ms(2 * HOUR_MS);
    let replay = replay(&core, &hour(from, minutes(60)), 1_000).await;
    let tracks: Vec<Vec<f64>> = replay
        .tracks
        .iter()
        .map(|track| track.points.iter().map(|point| point.point.unwrap().latitude).collect())
        .collect();
    assert_eq!(tracks, [vec![0.2, 0.3, 0.4]], "the last before the beginning, and what came until the end");
    assert_eq!(replay.tracks[0].unit_id, unit_id.to_string());
}

async fn a_reading_is_noted_and_what_makes_no_sense_is_refused() {
    let core = testing::core().await;
    let chief = testing::supervisor(&core, "penyelia").await;
    core.clock.advance_ms(8 * HOUR_MS);
    let at = |ms: i64| Some(crate::convert::timestamp(testing::START.plus_ms(ms)));
    let ask = |from, to| v1::GetReplayRequest { from, to, ..v1::GetReplayRequest::default() };
    let told = queries::get_replay(&core, &chief, ask(at(0), None)).await.unwrap();
    assert_eq!(ms(told.to) - ms(told.from), HOUR_MS, "an hour, when no end is given");
    assert!(told.next_page_token.is_empty());
    let cut = queries::get_replay(&core, &chief, ask(at(7 * HOUR_MS), at(9 * HOUR_MS))).await.unwrap();
    assert_eq!(ms(cut.to), core.clock.now().unix_ms(), "what has not come yet is not asked for");
    let key = siaga_store::StreamKey::new("account", chief.account_id.unwrap());
    let events = core.context.store.events_of_stream(&key, 0, 10).await.unwrap();
    let events: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(events, ["account.created", "account.replay_read", "account.replay_read"]);
    let number = |number: &str| v1::GetReplayRequest { number: number.into(), ..v1::GetReplayRequest::default() };
    let token = |token: &str| v1::GetReplayRequest { page_token: token.into(), ..ask(at(0), None) };
    let id = v1::GetReplayRequest { incident_id: Uuid::nil().to_string(), ..v1::GetReplayRequest::default() };
    for (wrong, code, field) in [
        (v1::GetReplayRequest::default(), "SIAGA-1001", "from"),
        (ask(at(HOUR_MS), at(HOUR_MS)), "SIAGA-1001", "from"),
        (ask(at(0), at(6 * HOUR_MS + 1)), "SIAGA-1001", "from"),
        (ask(at(9 * HOUR_MS), at(10 * HOUR_MS)), "SIAGA-1001", "from"),
        (token("x"), "SIAGA-1001", "page_token"),
        (token("MC4x"), "SIAGA-1001", "page_token"),
        (number("SKW-19990101-0001"), "SIAGA-1002", ""),
        (number(&"9".repeat(300)), "SIAGA-1001", "number"),
        (id, "SIAGA-1002", ""),
    ] {
        let error = queries::get_replay(&core, &chief, wrong.clone()).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref().unwrap_or_default()), (code, field), "{wrong:?}");
    }
}
