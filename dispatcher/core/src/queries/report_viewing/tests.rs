//! Who sees which cards are open, and for how long.

use crate::{
    access::{Caller, rules, sight::Reader},
    feed::tests::screen::Screen,
    queries,
    testing::{self, TestCore},
};
use siaga_domain::{Role, SiagaError};
use siaga_proto::v1::{self, entity::Value};
use uuid::Uuid;

testing::on_each!(
    the_centre_sees_who_has_a_card_open_and_who_types_until_it_is_closed_or_silent,
    it_is_no_history_and_for_nobody_else,
);

async fn look(core: &TestCore, who: &Caller, incident: Uuid, editing: bool, closed: bool) -> Result<(), SiagaError> {
    let request = v1::ReportViewingRequest { incident_id: incident.to_string(), editing, closed };
    queries::report_viewing(core, who, request).await.map(drop)
}

type Items = tokio::sync::mpsc::Receiver<Result<v1::FeedItem, SiagaError>>;

/// Waits until the feed has told the boards this.
async fn told(items: &mut Items, expected: &[(Uuid, &str, bool)]) {
    let expected: Vec<(String, String, bool)> =
        expected.iter().map(|(id, label, editing)| (id.to_string(), (*label).to_owned(), *editing)).collect();
    loop {
        let item = items.recv().await.expect("the feed goes on").expect("the follower keeps up");
        for change in item.changes {
            let Some(Value::Viewers(view)) = change.entity.and_then(|entity| entity.value) else { continue };
            assert_eq!(change.audience, "board");
            let viewers: Vec<(String, String, bool)> =
                view.viewers.into_iter().map(|one| (one.incident_id, one.label, one.editing)).collect();
            if viewers == expected {
                return;
            }
        }
    }
}

async fn the_centre_sees_who_has_a_card_open_and_who_types_until_it_is_closed_or_silent() {
    let core = testing::core().await;
    let first = testing::operator(&core, "operator1").await;
    let second = testing::operator(&core, "operator2").await;
    let (id, _) = testing::open(&core, &first, "kebakaran-bangunan").await;
    let (one, two) = ("Operator operator1", "Operator operator2");
    let mut by_account = [(first.account_id.unwrap(), one), (second.account_id.unwrap(), two)];
    by_account.sort_unstable();
    let both = |typing: &str| by_account.map(|(_, label)| (id, label, label == typing));

    let mut items = core.feed.follow(0, "").await.unwrap();
    look(&core, &first, id, false, false).await.unwrap();
    look(&core, &second, id, true, false).await.unwrap();
    told(&mut items, &both(two)).await;
    look(&core, &second, id, false, false).await.unwrap();
    told(&mut items, &both("")).await;
    look(&core, &second, id, false, true).await.unwrap();
    told(&mut items, &[(id, one, false)]).await;
    core.clock.advance_ms(15_001);
    told(&mut items, &[]).await;
}

async fn it_is_no_history_and_for_nobody_else() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    testing::dispatch(&core, &operator, id, &["damkar"], &[]).await;
    let before = core.context.store.head().await.unwrap().position;
    look(&core, &operator, id, true, false).await.unwrap();
    assert_eq!(core.context.store.head().await.unwrap().position, before);
    let screen = Screen::fresh(&core, Reader::Agency("damkar".into())).await;
    assert!(!screen.entities.contains_key("viewers"));
    assert!(Screen::fresh(&core, Reader::Board).await.entities.contains_key("viewers"));

    let rule = rules::rule_of("/siaga.v1.IncidentService/ReportViewing").unwrap();
    for role in [Role::AgencyDispatcher, Role::FieldUnit, Role::HubAnalyst, Role::Administrator, Role::Gateway] {
        assert!(!rule.allows(role), "{role:?}");
    }
    assert_eq!(look(&core, &operator, Uuid::nil(), false, false).await.unwrap_err().code, "SIAGA-1002");
    for _ in 0..15 {
        let (other, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
        look(&core, &operator, other, false, false).await.unwrap();
    }
    let (other, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    assert_eq!(look(&core, &operator, other, false, false).await.unwrap_err().code, "SIAGA-1315");
    look(&core, &operator, id, false, false).await.unwrap();
}
