//! The feed over a core on SQLite: what screens are told, in which order, and that it comes to the same as a fresh look.

pub(crate) mod screen;
pub(crate) mod walk;

use super::Feed;
use crate::{
    access::sight::Reader,
    testing::{self, TestCore},
};
use screen::Screen;
use siaga_domain::{
    Clock, SiagaError,
    account::{Account, AccountEvent},
    unit::Unit,
};
use siaga_proto::v1::{self, Entity, FeedItem, entity::Value};
use siaga_store::{CommandCommit, HubPending, Session, SessionKind, SideWrite, UnitPosition};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;
use walk::Walk;

testing::on_each!(
    a_follower_is_told_in_order_who_gets_what_and_when_it_is_taken_away,
    many_events_of_one_thing_in_a_batch_are_one_entity_for_each_audience,
    a_snapshot_and_what_follows_come_to_the_same_as_a_fresh_snapshot,
    whoever_comes_back_is_told_from_the_log_what_it_missed,
    a_follower_that_reads_too_slowly_is_cut_off_with_a_clear_error,
    ended_credentials_are_told_and_only_those,
    a_new_password_ends_the_sessions_that_it_revoked_and_spares_the_own,
    boards_see_which_agencies_are_there_and_how_the_hub_is,
    a_unit_that_moves_is_told_to_boards_its_agency_and_itself,
    an_ended_case_leaves_the_boards_after_an_hour_and_the_agency_after_a_day,
    a_board_of_many_cases_holds_all_of_them_once,
);

type Items = Receiver<Result<FeedItem, SiagaError>>;

/// Longer than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

async fn next(items: &mut Items) -> FeedItem {
    let item = tokio::time::timeout(PATIENCE, items.recv()).await.expect("an item comes");
    item.expect("the feed goes on").expect("the follower keeps up")
}

/// Everything up to where the log ends now.
async fn up_to_head(core: &TestCore, items: &mut Items) -> Vec<FeedItem> {
    let head = core.context.store.head().await.unwrap().position;
    let mut told = vec![next(items).await];
    while told.last().unwrap().position < head {
        told.push(next(items).await);
    }
    told
}

/// Items until one fits.
async fn until(items: &mut Items, fits: impl Fn(&Entity, &str) -> bool) -> (Entity, FeedItem) {
    loop {
        let item = next(items).await;
        let found = item.changes.iter().find(|change| fits(change.entity.as_ref().unwrap(), &change.audience));
        if let Some(change) = found {
            return (change.entity.clone().unwrap(), item.clone());
        }
    }
}

async fn a_follower_is_told_in_order_who_gets_what_and_when_it_is_taken_away() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let mut items = core.feed.follow(0, "").await.unwrap();
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, id, &["damkar", "psc119"], &[]).await;
    let mut told = up_to_head(&core, &mut items).await;
    let key = format!("assignment:{}", ids[0]);
    let audiences_of = |told: &[FeedItem], key: &str| -> Vec<String> {
        let changes = told.iter().flat_map(|item| &item.changes);
        let mut audiences: Vec<String> = changes
            .filter(|change| change.entity.as_ref().unwrap().key == key)
            .map(|change| change.audience.clone())
            .collect();
        audiences.sort();
        audiences.dedup();
        audiences
    };
    assert_eq!(audiences_of(&told, &key), ["agency:damkar", "board"]);
    assert_eq!(audiences_of(&told, &format!("incident:{id}")), ["board"]);

    let decline = v1::DeclineAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        reason: "Tidak ada personel".into(),
        on_behalf: None,
    };
    testing::run(&core, &operator, decline).await.unwrap();
    let (gone, item) = until(&mut items, |entity, audience| entity.key == key && audience == "agency:damkar").await;
    assert!(gone.removed && gone.value.is_none(), "it vanishes at once, with everything it held");
    let other = item.changes.iter().find(|change| change.audience == "agency:psc119").unwrap();
    let Some(Value::Assignment(other)) = &other.entity.as_ref().unwrap().value else { panic!("an assignment") };
    assert_eq!(other.task.as_ref().unwrap().others, [], "the others see it as well");
    told.push(item);
    assert!(told.is_sorted_by_key(|item| item.position));
    assert!(told.iter().all(|item| item.log_id == core.store_log_id()));
}

impl TestCore {
    fn store_log_id(&self) -> String {
        siaga_store::testing::LOG_ID.to_string()
    }
}

async fn many_events_of_one_thing_in_a_batch_are_one_entity_for_each_audience() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let from = core.context.store.head().await.unwrap().position;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    testing::dispatch(&core, &operator, id, &["damkar", "psc119"], &[]).await;
    core.feed_is_at_head().await;
    let mut items = core.feed.follow(from, &core.store_log_id()).await.unwrap();
    let told = up_to_head(&core, &mut items).await;
    let item = told.iter().find(|item| !item.changes.is_empty()).unwrap();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for change in &item.changes {
        seen.push((&change.audience, &change.entity.as_ref().unwrap().key));
    }
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all, "each entity once: {seen:?}");
    assert!(seen.contains(&("board", &format!("incident:{id}"))));
}

impl TestCore {
    /// Waits until the core's own feed has read everything.
    pub(crate) async fn feed_is_at_head(&self) {
        let head = self.context.store.head().await.unwrap().position;
        let mut items = self.feed.follow(0, "").await.unwrap();
        while next(&mut items).await.position < head {}
    }
}

async fn a_snapshot_and_what_follows_come_to_the_same_as_a_fresh_snapshot() {
    for seed in 1..=6_u64 {
        let seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let core = testing::core().await;
        let operator = testing::operator(&core, "operator1").await;
        let agency = testing::dispatcher(&core, "damkar1", "damkar").await;
        let (calls, incidents, assignments) = (vec![], vec![], vec![]);
        let mut walk = Walk { core: &core, who: &operator, agency: &agency, seed, calls, incidents, assignments };
        for _ in 0..25 {
            walk.step().await;
        }
        let mut items = core.feed.follow(0, "").await.unwrap();
        let readers = [
            Reader::Board,
            Reader::Agency("damkar".into()),
            Reader::Agency("psc119".into()),
            Reader::Agency("polres".into()),
            Reader::Unit(Unit::id_of("DAMKAR-01")),
            Reader::Unit(Unit::id_of("PSC-01")),
        ];
        let mut screens = Vec::new();
        for reader in &readers {
            screens.push(Screen::open(&core, reader.clone()).await);
            // Things change while others still open.
            walk.step().await;
        }
        for _ in 0..60 {
            walk.step().await;
        }
        let told = up_to_head(&core, &mut items).await;
        for screen in &mut screens {
            told.iter().for_each(|item| screen.take(item));
        }
        for screen in &screens {
            let fresh = Screen::fresh(&core, screen.reader.clone()).await;
            assert!(!fresh.entities.is_empty(), "{:?} sees something", screen.reader);
            pretty_same(&screen.reader, &screen.shows(), &fresh.shows());
        }
    }
}

fn pretty_same(reader: &Reader, told: &BTreeMap<String, Entity>, fresh: &BTreeMap<String, Entity>) {
    let keys = |shown: &BTreeMap<String, Entity>| shown.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(told), keys(fresh), "{reader:?}");
    for (key, entity) in told {
        assert_eq!(Some(entity), fresh.get(key), "{reader:?} {key}");
    }
}

async fn whoever_comes_back_is_told_from_the_log_what_it_missed() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let board = Screen::open(&core, Reader::Board).await;
    let from = core.feed.snapshot(&Reader::Board).await.unwrap().position;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    testing::dispatch(&core, &operator, id, &["damkar"], &[]).await;
    core.feed_is_at_head().await;

    let mut screen = board;
    let mut items = core.feed.follow(from, &core.store_log_id()).await.unwrap();
    for item in up_to_head(&core, &mut items).await {
        screen.take(&item);
    }
    core.feed.shared.snapshots.clear();
    pretty_same(&Reader::Board, &screen.shows(), &Screen::open(&core, Reader::Board).await.shows());

    let head = core.context.store.head().await.unwrap().position;
    for (position, log) in [(head + 1, core.store_log_id()), (head, Uuid::nil().to_string())] {
        assert_eq!(core.feed.follow(position, &log).await.unwrap_err().code, "SIAGA-1902", "{position} {log}");
    }
}

async fn a_follower_that_reads_too_slowly_is_cut_off_with_a_clear_error() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let feed = Feed::start_with(Arc::clone(&core.context), Arc::clone(&core.credentials), 2).await.unwrap();
    let mut slow = feed.follow(0, "").await.unwrap();
    let mut quick = feed.follow(0, "").await.unwrap();
    next(&mut quick).await;
    for _ in 0..40 {
        let ring = v1::RingCallRequest { request_id: core.request_id(), ..Default::default() };
        testing::run(&core, &operator, ring).await.unwrap();
        up_to_head(&core, &mut quick).await;
    }
    let mut last = Ok(FeedItem::default());
    while let Some(item) = tokio::time::timeout(PATIENCE, slow.recv()).await.expect("it ends") {
        last = item;
    }
    assert_eq!(last.unwrap_err().code, "SIAGA-1903");
    feed.stop().await;
    assert!(tokio::time::timeout(PATIENCE, quick.recv()).await.expect("it ends").is_none(), "a stop ends all");
}

async fn ended_credentials_are_told_and_only_those() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let account_id = who.account_id.unwrap();
    let mut items = core.feed.follow(0, "").await.unwrap();
    let ended = async |items: &mut Items| loop {
        let item = next(items).await;
        if !item.ended.is_empty() {
            return item.ended.into_iter().map(|one| (one.account_id, one.session_id)).collect::<Vec<_>>();
        }
    };
    let session = Uuid::from_u128(5);
    testing::emit::<Account>(&core, account_id, [AccountEvent::SignedOut { session_id: Some(session) }]).await;
    assert_eq!(ended(&mut items).await, [(account_id.to_string(), session.to_string())]);
    testing::emit::<Account>(&core, account_id, [AccountEvent::TokenRevoked { token_id: session }]).await;
    assert_eq!(ended(&mut items).await, [(account_id.to_string(), session.to_string())]);
    testing::emit::<Account>(&core, account_id, [AccountEvent::Disabled { reason: "x".into() }]).await;
    assert_eq!(ended(&mut items).await, [(account_id.to_string(), String::new())]);
}

async fn a_new_password_ends_the_sessions_that_it_revoked_and_spares_the_own() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let account_id = who.account_id.unwrap();
    let now = core.clock.now();
    let session = |number: u128, revoked: bool| Session {
        id: Uuid::from_u128(number),
        token_hash: number.to_string(),
        account_id,
        kind: SessionKind::Cookie,
        label: None,
        created_at: now,
        expires_at: now.plus_ms(1_000_000),
        last_seen_at: now,
        revoked_at: revoked.then_some(now),
    };
    let mut items = core.feed.follow(0, "").await.unwrap();
    let sessions = [session(1, true), session(2, false)];
    testing::side(&core, sessions.map(SideWrite::CreateSession)).await;
    testing::emit::<Account>(&core, account_id, [AccountEvent::PasswordSet {}]).await;
    let item = loop {
        let item = next(&mut items).await;
        if !item.ended.is_empty() {
            break item;
        }
    };
    assert_eq!(item.ended.len(), 1);
    assert_eq!(item.ended[0].session_id, Uuid::from_u128(1).to_string());
}

async fn boards_see_which_agencies_are_there_and_how_the_hub_is() {
    let core = testing::core().await;
    let mut items = core.feed.follow(0, "").await.unwrap();
    let part = async |items: &mut Items, name: &str, up: bool, waiting: u32| {
        let fits = |entity: &Entity, audience: &str| {
            let Some(Value::Parts(view)) = &entity.value else { return false };
            audience == "board"
                && view.parts.iter().any(|part| (part.name.as_str(), part.up, part.waiting) == (name, up, waiting))
        };
        assert_eq!(until(items, fits).await.0.position, 0, "the last word counts");
    };
    core.context.store.set_presence("g1", core.clock.now(), &[("agency:damkar".into(), 2)]).await.unwrap();
    core.feed.presence_changed();
    part(&mut items, "agency:damkar", true, 0).await;
    core.clock.advance_ms(15_001);
    part(&mut items, "agency:damkar", false, 0).await;
    let (store, now) = (&core.context.store, core.clock.now());
    let pending = HubPending { number: "SKW-20261122-0001".into(), incident_id: Uuid::nil(), latest_position: 4 };
    let mark = SideWrite::HubPending { cases: vec![pending], at: now };
    store.append(&[CommandCommit { extra: vec![mark], ..CommandCommit::default() }]).await.unwrap();
    part(&mut items, "hub", true, 1).await;
    store.hub_unreachable("SKW-20261122-0001", now, "no answer").await.unwrap();
    part(&mut items, "hub", false, 1).await;
}

async fn a_unit_that_moves_is_told_to_boards_its_agency_and_itself() {
    let core = testing::core().await;
    let mut items = core.feed.follow(0, "").await.unwrap();
    let unit_id = Unit::id_of("DAMKAR-01");
    let at = core.clock.now();
    let position = UnitPosition { unit_id, lat: 0.9, lon: 108.98, accuracy_m: None, speed_mps: None, at };
    core.context.store.record_positions(&[position]).await.unwrap();
    let key = format!("unit:{unit_id}");
    let (entity, item) = until(&mut items, |entity, _| entity.key == key).await;
    let Some(Value::Unit(view)) = entity.value else { panic!("a unit") };
    assert_eq!(view.position_now.unwrap().point.unwrap().longitude, 108.98);
    let audiences: Vec<&str> = item.changes.iter().map(|change| change.audience.as_str()).collect();
    for audience in ["board", "agency:damkar", key.as_str()] {
        assert!(audiences.contains(&audience), "{audience} in {audiences:?}");
    }
}

async fn an_ended_case_leaves_the_boards_after_an_hour_and_the_agency_after_a_day() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, id, &["damkar"], &[]).await;
    let completed = v1::ReportStatusRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        step: v1::Step::Completed.into(),
        ..Default::default()
    };
    testing::run(&core, &operator, completed).await.unwrap();
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: id.to_string(),
        outcome_code: "handled".into(),
        ..Default::default()
    };
    testing::run(&core, &operator, close).await.unwrap();
    core.feed_is_at_head().await;
    let mut items = core.feed.follow(0, "").await.unwrap();
    let (incident, assignment) = (format!("incident:{id}"), format!("assignment:{}", ids[0]));
    let mut board = Screen::open(&core, Reader::Board).await;
    let mut agency = Screen::open(&core, Reader::Agency("damkar".into())).await;
    assert!(board.entities.contains_key(&incident) && agency.entities.contains_key(&assignment));

    core.clock.advance_ms(3_600_000);
    let (_, item) = until(&mut items, |entity, _| entity.key == incident && entity.removed).await;
    board.take(&item);
    agency.take(&item);
    assert!(!board.entities.contains_key(&incident) && !board.entities.contains_key(&assignment));
    assert!(agency.entities.contains_key(&assignment), "the agency keeps it for a day");
    core.clock.advance_ms(23 * 3_600_000);
    let (_, item) = until(&mut items, |entity, audience| entity.key == assignment && audience == "agency:damkar").await;
    agency.take(&item);
    assert!(!agency.entities.contains_key(&assignment));
    let snapshot = core.feed.snapshot(&Reader::Agency("damkar".into())).await.unwrap();
    assert!(snapshot.entities.iter().all(|entity| entity.key != assignment));
}

async fn a_board_of_many_cases_holds_all_of_them_once() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    for _ in 0..60 {
        let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
        testing::dispatch(&core, &operator, id, &["damkar", "psc119"], &[]).await;
    }
    let board = core.feed.snapshot(&Reader::Board).await.unwrap();
    let of = |kind: &str| board.entities.iter().filter(|entity| entity.key.starts_with(kind)).count();
    assert_eq!((of("incident:"), of("assignment:"), of("unit:"), of("account:")), (60, 120, 4, 1));
    let keys: std::collections::BTreeSet<&str> = board.entities.iter().map(|entity| entity.key.as_str()).collect();
    assert_eq!(keys.len(), board.entities.len());
}
