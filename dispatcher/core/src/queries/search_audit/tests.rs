//! The audit trail over a core with an account and a case.

use crate::{
    access::Caller,
    queries,
    testing::{self, CALLER, TestCore},
};
use siaga_domain::Role;
use siaga_proto::v1;

async fn search(core: &TestCore, who: &Caller, request: v1::SearchAuditRequest) -> v1::SearchAuditResponse {
    queries::search_audit(core, who, request).await.unwrap()
}

fn types(found: &v1::SearchAuditResponse) -> Vec<&str> {
    found.entries.iter().map(|entry| entry.event_type.as_str()).collect()
}

#[tokio::test]
async fn events_are_found_by_account_kind_case_and_time_and_say_nothing_personal() {
    let core = testing::core().await;
    let admin = testing::account(&core, "admin", Role::Administrator, None, None).await;
    let operator = testing::operator(&core, "operator1").await;
    testing::open(&core, &operator, "kebakaran-bangunan").await;
    let disable = v1::DisableAccountRequest {
        request_id: core.request_id(),
        account_id: operator.account_id.unwrap().to_string(),
        reason: "cuti".into(),
    };
    core.clock.advance_ms(60_000);
    testing::run(&core, &admin, disable).await.unwrap();

    let accounts = v1::SearchAuditRequest { kinds: vec!["account.disabled".into()], ..Default::default() };
    let found = search(&core, &admin, accounts).await;
    assert_eq!(types(&found), ["account.disabled"]);
    let entry = &found.entries[0];
    assert_eq!((entry.about_name.as_str(), entry.by.as_ref().unwrap().label.as_str()), ("operator1", &*admin.label));
    assert_eq!((entry.details[0].name.as_str(), entry.details[0].value.as_str()), ("reason", "cuti"));

    let by = v1::SearchAuditRequest { account_id: operator.account_id.unwrap().to_string(), ..Default::default() };
    let found = search(&core, &admin, by.clone()).await;
    assert_eq!(types(&found)[0], "account.disabled", "what happened to it is found, too");
    assert!(types(&found).contains(&"incident.opened"));
    let number = found.entries.iter().find(|entry| !entry.case_number.is_empty()).unwrap().case_number.clone();

    let case = v1::SearchAuditRequest { case_number: number.to_lowercase(), ..Default::default() };
    let found = search(&core, &admin, case.clone()).await;
    assert!(found.entries.len() >= 3 && found.entries.iter().all(|entry| entry.case_number == number));
    let text = format!("{found:?}");
    for secret in CALLER {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let missing = v1::SearchAuditRequest { case_number: "SKW-0".into(), ..Default::default() };
    assert_eq!(queries::search_audit(&core, &admin, missing).await.unwrap_err().code, "SIAGA-1002");

    let chief = testing::supervisor(&core, "penyelia").await;
    let replay = v1::GetReplayRequest { number: number.clone(), ..Default::default() };
    queries::get_replay(&core, &chief, replay).await.unwrap();
    let read = v1::SearchAuditRequest { kinds: vec!["account.replay_read".into()], ..Default::default() };
    let found = search(&core, &admin, read).await;
    assert_eq!(found.entries[0].case_number, number, "a replay names the case that was looked at");

    let later = crate::convert::timestamp(testing::START.plus_ms(30_000));
    let from = v1::SearchAuditRequest { from: Some(later), ..by.clone() };
    assert_eq!(types(&search(&core, &admin, from).await), ["account.disabled"]);
    let to = v1::SearchAuditRequest { to: Some(later), ..by };
    assert!(!types(&search(&core, &admin, to).await).contains(&"account.disabled"));
    let wrong = v1::SearchAuditRequest { kinds: vec!["account%".into()], ..Default::default() };
    assert_eq!(queries::search_audit(&core, &admin, wrong).await.unwrap_err().code, "SIAGA-1001");
}

#[tokio::test]
async fn pages_follow_one_another_without_a_gap() {
    let core = testing::core().await;
    let admin = testing::account(&core, "admin", Role::Administrator, None, None).await;
    let all = search(&core, &admin, v1::SearchAuditRequest { limit: 200, ..Default::default() }).await;
    assert_eq!((all.next_before, all.searched_to), (0, None));
    let mut paged: Vec<u64> = Vec::new();
    let mut before = 0;
    loop {
        let page = search(&core, &admin, v1::SearchAuditRequest { limit: 3, before, ..Default::default() }).await;
        paged.extend(page.entries.iter().map(|entry| entry.position));
        before = page.next_before;
        if before == 0 {
            break;
        }
    }
    assert_eq!(paged, all.entries.iter().map(|entry| entry.position).collect::<Vec<_>>());
}
