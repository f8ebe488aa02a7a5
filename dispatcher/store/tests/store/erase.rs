//! Erasing personal data.

use siaga_store::testing::TestStore;
use siaga_store::{Cleared, CommandCommit, ERASED, IncidentQuery, PersonalIndex, PersonalProblem, SideWrite};

use crate::common::{erase, id, incident, personal, request, step, unit, with_personal};

crate::on_both!(
    an_erased_row_leaves_no_trace_and_the_chain_verifies,
    a_changed_row_is_found,
    a_row_that_went_without_an_event_is_found,
    an_erased_row_that_is_still_there_is_found,
    stored_replies_are_erased,
    subjects_without_a_case_are_found_in_the_order_of_time,
);

async fn an_erased_row_leaves_no_trace_and_the_chain_verifies(test: TestStore) {
    let rows = vec![
        personal(1, Some(id(7)), "saksinama", PersonalIndex::Words),
        personal(2, Some(id(7)), "0812-0000-1234", PersonalIndex::Phone),
        personal(3, Some(id(7)), "saksilain", PersonalIndex::Words),
    ];
    let mut command = with_personal(&unit(1), rows);
    command.incidents = vec![incident(7, 1000)];
    test.store.append(&[command]).await.unwrap();
    test.store.append(&[erase(&unit(2), &[id(1), id(2), id(66)])]).await.unwrap();
    if test.name == "sqlite" {
        let too_large = test.store.after_erase(Some(4096)).await.unwrap();
        assert!(matches!(too_large, Cleared::TooLarge { bytes } if bytes > 4096), "{too_large:?}");
    }
    assert_eq!(test.store.after_erase(Some(1 << 30)).await.unwrap(), Cleared::Done);

    assert_eq!(test.store.personal(&[id(1), id(2), id(3)]).await.unwrap().len(), 1);
    assert!(test.store.personal_by_phone("081200001234", 10).await.unwrap().is_empty());
    for (word, found) in [("saksinama", 0), ("saksilain", 1)] {
        let query = IncidentQuery { words: Some(word.into()), ..IncidentQuery::default() };
        assert_eq!(test.store.search_incidents(&query).await.unwrap().rows.len(), found, "{word}");
    }
    let report = test.store.verify(&|_, _| {}).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.events, report.personal_rows, report.personal_erased), (2, 1, 2));
    if test.name == "sqlite" {
        for file in ["siaga.db", "siaga.db-wal", "siaga.db-shm"] {
            let path = std::path::Path::new(&test.place).with_file_name(file);
            let bytes = std::fs::read(path).unwrap();
            let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!holds("saksinama") && !holds("0812-0000-1234") && !holds("81200001234"), "{file}");
            assert!(file != "siaga.db" || holds("saksilain"), "the search finds what is there");
        }
    }
}

async fn a_changed_row_is_found(test: TestStore) {
    test.store.append(&[step(&unit(1), 0)]).await.unwrap();
    let rows = vec![personal(1, None, "asli", PersonalIndex::None)];
    test.store.append(&[with_personal(&unit(2), rows.clone())]).await.unwrap();
    let other = "0".repeat(64);
    let changes = [
        "content = 'palsu'".to_owned(),
        "salt = '00000000000000000000000000000002'".to_owned(),
        format!("digest = '{other}'"),
    ];
    for change in changes {
        test.execute(&format!("UPDATE personal SET {change}")).await;
        let report = test.store.verify(&|_, _| {}).await.unwrap();
        assert_eq!(report.chain, None);
        assert_eq!(report.personal, [PersonalProblem::Changed { position: 2, personal_id: id(1) }], "{change}");
        assert!(!report.is_sound());
        let salt = hex::encode(rows[0].salt);
        let digest = &rows[0].digest;
        let restore = format!("UPDATE personal SET content = 'asli', salt = '{salt}', digest = '{digest}'");
        test.execute(&restore).await;
        assert!(test.store.verify(&|_, _| {}).await.unwrap().is_sound());
    }
}

async fn a_row_that_went_without_an_event_is_found(test: TestStore) {
    let rows = vec![personal(1, None, "satu", PersonalIndex::None), personal(2, None, "dua", PersonalIndex::None)];
    test.store.append(&[step(&unit(1), 0), with_personal(&unit(2), rows)]).await.unwrap();
    test.store.append(&[erase(&unit(3), &[id(2)])]).await.unwrap();
    test.execute(&format!("DELETE FROM personal WHERE id = '{}'", id(1))).await;
    let report = test.store.verify(&|_, _| {}).await.unwrap();
    assert_eq!(report.personal, [PersonalProblem::Missing { position: 2, personal_id: id(1) }]);
    assert_eq!((report.personal_problems, report.personal_erased), (1, 1));
}

async fn an_erased_row_that_is_still_there_is_found(test: TestStore) {
    let rows = vec![personal(1, None, "satu", PersonalIndex::None)];
    let mut claims = erase(&unit(2), &[id(1)]);
    claims.erase.clear();
    test.store.append(&[with_personal(&unit(1), rows), claims]).await.unwrap();
    let report = test.store.verify(&|_, _| {}).await.unwrap();
    assert_eq!(report.personal, [PersonalProblem::NotErased { position: 2, personal_id: id(1) }]);
}

async fn stored_replies_are_erased(test: TestStore) {
    let mut first = step(&unit(1), 0);
    first.request = Some(request(1));
    let mut second = step(&unit(2), 0);
    second.request = Some(request(2));
    test.store.append(&[first, second]).await.unwrap();
    let blank = CommandCommit { blank_requests: vec![(id(900), id(1)), (id(900), id(99))], ..CommandCommit::default() };
    test.store.append(&[blank]).await.unwrap();
    let found = test.store.find_request(id(900), id(1)).await.unwrap().unwrap();
    assert_eq!((found.request_hash.as_str(), found.reply), (ERASED, Vec::new()));
    assert_eq!(test.store.find_request(id(900), id(2)).await.unwrap(), Some(request(2)));
}

async fn subjects_without_a_case_are_found_in_the_order_of_time(test: TestStore) {
    let of = |number: u128, subject: u128, incident_id: Option<u128>| {
        let mut row = personal(number, incident_id.map(id), "0812-0000-1234", PersonalIndex::Phone);
        row.subject_id = id(subject);
        row
    };
    let mut other = of(9, 3, None);
    other.subject_kind = "incident".into();
    let rows = vec![of(1, 12, None), of(2, 10, None), of(3, 10, None), of(4, 11, Some(7)), of(5, 14, None), other];
    test.store.append(&[with_personal(&unit(1), rows)]).await.unwrap();
    let found = async |after: Option<u128>, upto, limit| {
        test.store.subjects_without_case("call", after.map(id), id(upto), limit).await.unwrap()
    };
    assert_eq!(found(None, 13, 10).await, [id(10), id(12)]);
    assert_eq!(found(None, 14, 2).await, [id(10), id(12)]);
    assert_eq!(found(Some(12), 14, 2).await, [id(14)]);
    let attach = SideWrite::AttachPersonal { subject_kind: "call".into(), subject_id: id(10), incident_id: id(7) };
    test.store.append(&[CommandCommit { extra: vec![attach], ..CommandCommit::default() }]).await.unwrap();
    assert_eq!(found(None, 14, 10).await, [id(12), id(14)], "it belongs to a case now");
}
