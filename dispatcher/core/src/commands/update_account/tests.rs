//! UpdateAccount over a core, with the tokens that end by it.

use crate::{
    access::Caller,
    commands::CreateToken,
    queries,
    testing::{self, TestCore},
};
use siaga_domain::{Aggregate, Role, account::Account};
use siaga_proto::v1;
use siaga_store::StreamKey;
use uuid::Uuid;

async fn account_of(core: &TestCore, id: Uuid) -> Account {
    let rows = core.context.store.load_streams(&[StreamKey::new(Account::KIND, id)]).await.unwrap();
    serde_json::from_value(rows[0].state.clone()).unwrap()
}

async fn administrator(core: &TestCore) -> Caller {
    testing::account(core, "admin", Role::Administrator, None, None).await
}

fn update(core: &TestCore, who: &Caller, version: u64) -> v1::UpdateAccountRequest {
    v1::UpdateAccountRequest {
        request_id: core.request_id(),
        account_id: who.account_id.unwrap().to_string(),
        version,
        label: "Dispatcher Damkar".into(),
        role: v1::Role::AgencyDispatcher.into(),
        agency_code: "damkar".into(),
        unit_id: String::new(),
    }
}

async fn tokens(core: &TestCore, admin: &Caller, account_id: &str) -> Vec<v1::TokenView> {
    let request = v1::ListTokensRequest { account_id: account_id.into() };
    queries::list_tokens(core, admin, request).await.unwrap().tokens
}

#[tokio::test]
async fn another_role_ends_sessions_and_tokens_and_another_post_does_not() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let operator = testing::operator(&core, "operator1").await;
    let account_id = operator.account_id.unwrap();
    let create = v1::CreateTokenRequest {
        request_id: core.request_id(),
        account_id: account_id.to_string(),
        label: "telepon".into(),
        valid_days: 30,
    };
    let request_id = create.request_id.clone();
    let command = Box::new(CreateToken { request: create, token_hash: "hash".into() });
    core.writer.prepared(crate::writer::Lane::Routine, admin.clone(), &request_id, command).await.unwrap();
    assert_eq!(tokens(&core, &admin, "").await.len(), 1);

    let post = v1::UpdateAccountRequest {
        label: "  Operator malam ".into(),
        role: v1::Role::Operator.into(),
        agency_code: String::new(),
        ..update(&core, &operator, 1)
    };
    let changed = testing::run(&core, &admin, post.clone()).await.unwrap().changed.unwrap();
    assert_eq!(changed.version, 2);
    assert_eq!(account_of(&core, account_id).await.label, "Operator malam");
    assert_eq!(tokens(&core, &admin, &account_id.to_string()).await[0].revoked_at, None);
    let same = v1::UpdateAccountRequest { request_id: core.request_id(), version: 2, ..post };
    assert_eq!(testing::run(&core, &admin, same).await.unwrap().changed.unwrap().version, 2, "nothing is no edit");

    testing::run(&core, &admin, update(&core, &operator, 2)).await.unwrap();
    let account = account_of(&core, account_id).await;
    assert_eq!((account.role, account.agency.as_deref(), account.version), (Role::AgencyDispatcher, Some("damkar"), 3));
    let token = tokens(&core, &admin, "").await.remove(0);
    assert_eq!((token.account_id, token.label.as_str()), (account_id.to_string(), "telepon"));
    assert!(token.revoked_at.is_some(), "it acted for another role");
}

#[tokio::test]
async fn a_stale_edit_says_what_is_stored_and_what_was_wanted() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let operator = testing::operator(&core, "operator1").await;
    testing::run(&core, &admin, update(&core, &operator, 1)).await.unwrap();
    let late = v1::UpdateAccountRequest { label: "Operator 9".into(), ..update(&core, &operator, 1) };
    let refused = testing::run(&core, &admin, late).await.unwrap_err();
    assert_eq!((refused.code, refused.current_version), ("SIAGA-1004", 2));
    let conflict = &refused.conflicts[0];
    assert_eq!(refused.conflicts.len(), 1, "only what differs");
    assert_eq!(
        (conflict.field.as_str(), conflict.current.as_str(), conflict.wanted.as_str()),
        ("label", "Dispatcher Damkar", "Operator 9")
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let operator = testing::operator(&core, "operator1").await;
    let good = || update(&core, &operator, 1);
    let unit = siaga_domain::unit::Unit::id_of(testing::UNITS[0].0).to_string();
    let (operator_role, crew) = (v1::Role::Operator.into(), v1::Role::FieldUnit.into());
    let cases = [
        ("label", "SIAGA-1001", v1::UpdateAccountRequest { label: " ".into(), ..good() }),
        ("agency_code", "SIAGA-1001", v1::UpdateAccountRequest { role: operator_role, ..good() }),
        ("agency_code", "SIAGA-1702", v1::UpdateAccountRequest { agency_code: "alien".into(), ..good() }),
        ("unit_id", "SIAGA-1001", v1::UpdateAccountRequest { role: crew, ..good() }),
        ("unit_id", "SIAGA-1001", v1::UpdateAccountRequest { unit_id: unit.clone(), ..good() }),
        ("role", "SIAGA-1001", v1::UpdateAccountRequest { role: v1::Role::Unspecified.into(), ..good() }),
        ("role", "SIAGA-1109", v1::UpdateAccountRequest { account_id: id_of(&admin), ..good() }),
    ];
    for (field, code, request) in cases {
        let refused = testing::run(&core, &admin, request).await.unwrap_err();
        assert_eq!((refused.field.as_deref(), refused.code), (Some(field), code));
    }
    let nobody = v1::UpdateAccountRequest { account_id: Uuid::nil().to_string(), ..good() };
    assert_eq!(testing::run(&core, &admin, nobody).await.unwrap_err().code, "SIAGA-1002");
}

fn id_of(who: &Caller) -> String {
    who.account_id.unwrap().to_string()
}
