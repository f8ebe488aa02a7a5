//! Finding incidents and personal rows.

use siaga_store::testing::TestStore;
use siaga_store::{
    CommandCommit, IncidentIndexRow, IncidentQuery, MAX_SEARCH_WORDS, PersonalIndex, SideWrite, StoreError,
};
use uuid::Uuid;

use crate::common::{at, id, incident, indexed, personal, step, unit, with_personal};

crate::on_both!(
    words_are_found_in_any_row_of_the_incident,
    nothing_in_a_query_is_syntax,
    sensitive_incidents_are_not_found_by_words,
    pages_are_newest_first,
    filters_must_all_hold,
    telephone_numbers_are_found_in_any_spelling,
    personal_rows_are_read_back,
    rows_of_a_call_are_found_with_its_incident,
);

const NOTHING: [Uuid; 0] = [];

async fn ids(test: &TestStore, query: IncidentQuery) -> Vec<Uuid> {
    let page = test.store.search_incidents(&query).await.unwrap();
    page.rows.iter().map(|row| row.incident_id).collect()
}

async fn words(test: &TestStore, words: &str) -> Vec<Uuid> {
    ids(test, IncidentQuery { words: Some(words.into()), ..IncidentQuery::default() }).await
}

/// Incident 1 (a fire, by a caller named Warga Contoh), incident 2 (a flood), newest last.
async fn two_incidents(test: &TestStore) {
    let rows = vec![
        personal(11, Some(id(1)), "Warga Contoh", PersonalIndex::Words),
        personal(12, Some(id(1)), "Kebakaran ruko di Jl. Diponegoro no. 12B, api besar; 火灾", PersonalIndex::Words),
        personal(13, Some(id(2)), "BANJIR setinggi 80cm, keluarga contoh di lantai dua", PersonalIndex::Words),
        personal(14, Some(id(2)), "rahasia", PersonalIndex::None),
        personal(15, None, "kebakaran tanpa kejadian", PersonalIndex::Words),
    ];
    let mut command = with_personal(&unit(1), rows);
    command.incidents = vec![incident(1, 1000), incident(2, 2000)];
    test.store.append(&[command]).await.unwrap();
}

async fn words_are_found_in_any_row_of_the_incident(test: TestStore) {
    two_incidents(&test).await;
    assert_eq!(words(&test, "kebakaran").await, [id(1)]);
    assert_eq!(words(&test, "KEBAK diponeg").await, [id(1)], "words are found by how they begin");
    assert_eq!(words(&test, "warga 12b").await, [id(1)], "the words may be in different rows");
    assert_eq!(words(&test, "contoh").await, [id(2), id(1)]);
    assert_eq!(words(&test, "contoh banjir").await, [id(2)]);
    assert_eq!(words(&test, "灾").await, [id(1)]);
    assert_eq!(words(&test, "akaran").await, NOTHING);
    assert_eq!(words(&test, "rahasia").await, NOTHING, "what is not indexed is not found");
    // The index can be made afresh.
    assert_eq!(test.store.rebuild_words().await.unwrap(), 4);
    assert_eq!(words(&test, "contoh").await, [id(2), id(1)]);
}

async fn nothing_in_a_query_is_syntax(test: TestStore) {
    two_incidents(&test).await;
    assert_eq!(words(&test, "\"kebakaran\" AND").await, NOTHING, "AND is a word like others");
    for text in ["kebakaran OR banjir", "NOT banjir", "ruko NEAR banjir", "words:ruko banjir"] {
        assert_eq!(words(&test, text).await, NOTHING, "{text}");
    }
    for text in ["'", "\"", "*", "%", "&|!", "", " ", "\0", "''; DROP TABLE events; --", "\\", "(:*"] {
        assert_eq!(words(&test, text).await, NOTHING, "{text}");
    }
    assert_eq!(words(&test, "'kebakaran' & (ruko):*").await, [id(1)]);
    for prefix in ["%", "SKW%", "_", "'", "\0"] {
        let query = IncidentQuery { number_prefix: Some(prefix.into()), ..IncidentQuery::default() };
        assert_eq!(ids(&test, query).await, NOTHING, "{prefix}");
    }
    let many = "ruko ".repeat(MAX_SEARCH_WORDS + 1);
    let query = IncidentQuery { words: Some(many), ..IncidentQuery::default() };
    assert!(matches!(test.store.search_incidents(&query).await, Err(StoreError::TooMany { .. })));
}

async fn sensitive_incidents_are_not_found_by_words(test: TestStore) {
    two_incidents(&test).await;
    let sensitive = IncidentIndexRow { sensitive: true, ..incident(1, 1000) };
    test.store.append(&[indexed(vec![sensitive])]).await.unwrap();
    assert_eq!(words(&test, "contoh").await, [id(2)]);
    let query = IncidentQuery { words: Some("contoh".into()), include_sensitive: true, ..IncidentQuery::default() };
    assert_eq!(ids(&test, query).await, [id(2), id(1)]);
    assert_eq!(ids(&test, IncidentQuery::default()).await, [id(2), id(1)], "lists show them");
}

async fn pages_are_newest_first(test: TestStore) {
    // Some at the same time: the page must not skip or repeat any of them.
    let rows: Vec<_> = (1..=11).map(|number| incident(number, (number / 4) as i64)).collect();
    test.store.append(&[indexed(rows)]).await.unwrap();
    let mut query = IncidentQuery { limit: 3, ..IncidentQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = test.store.search_incidents(&query).await.unwrap();
        assert!(page.rows.len() <= 3);
        found.extend(page.rows.iter().map(|row| row.incident_id));
        query.after = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(found, (1..=11).rev().map(id).collect::<Vec<_>>());
    query.limit = 0;
    assert!(test.store.search_incidents(&query).await.unwrap().rows.is_empty());
}

async fn filters_must_all_hold(test: TestStore) {
    let closed = IncidentIndexRow {
        status: "closed".into(),
        open: false,
        type_code: Some("fire".into()),
        priority: Some(1),
        kelurahan_code: Some("61.72.01.1001".into()),
        closed_at: Some(at(9000)),
        ..incident(1, 1000)
    };
    test.store.append(&[indexed(vec![closed.clone(), incident(2, 2000), incident(13, 3000)])]).await.unwrap();
    let all = IncidentQuery::default;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(ids(&test, IncidentQuery { open: Some(true), ..all() }).await, [id(13), id(2)]);
    assert_eq!(ids(&test, IncidentQuery { open: Some(false), ..all() }).await, [id(1)]);
    assert_eq!(ids(&test, IncidentQuery { status: text("closed"), ..all() }).await, [id(1)]);
    assert_eq!(ids(&test, IncidentQuery { type_code: text("fire"), ..all() }).await, [id(1)]);
    assert_eq!(ids(&test, IncidentQuery { kelurahan_code: text("61.72.01.1001"), ..all() }).await, [id(1)]);
    assert_eq!(ids(&test, IncidentQuery { number_prefix: text("SKW-20261122-001"), ..all() }).await, [id(13)]);
    let between = IncidentQuery { opened_from: Some(at(1000)), opened_to: Some(at(2000)), ..all() };
    assert_eq!(ids(&test, between).await, [id(1)]);
    let ended_from = |ms| IncidentQuery { ended_from: Some(at(ms)), ..all() };
    assert_eq!(ids(&test, ended_from(9000)).await, [id(13), id(2), id(1)], "what is open has not ended before");
    assert_eq!(ids(&test, ended_from(9001)).await, [id(13), id(2)]);
    let chosen = IncidentQuery { incident_ids: Some(vec![id(2), id(1), id(77)]), ..all() };
    assert_eq!(ids(&test, chosen.clone()).await, [id(2), id(1)]);
    assert_eq!(ids(&test, IncidentQuery { type_code: text("fire"), open: Some(true), ..chosen }).await, NOTHING);
    assert_eq!(ids(&test, IncidentQuery { incident_ids: Some(Vec::new()), ..all() }).await, NOTHING);

    assert_eq!(test.store.incident_by_number(&closed.number).await.unwrap(), Some(closed));
    assert_eq!(test.store.incident_by_number("SKW-20261122-000").await.unwrap(), None);
    assert_eq!(test.store.incident_by_number("\0").await.unwrap(), None);
}

async fn telephone_numbers_are_found_in_any_spelling(test: TestStore) {
    let rows = vec![
        personal(21, Some(id(1)), "+62 812-0000-1234", PersonalIndex::Phone),
        personal(22, Some(id(1)), "0812 0000 9999", PersonalIndex::Phone),
        personal(23, None, "081200001234", PersonalIndex::Phone),
        personal(24, None, "081200001234", PersonalIndex::None),
        personal(25, None, "tanpa nomor", PersonalIndex::Phone),
    ];
    test.store.append(&[with_personal(&unit(1), rows)]).await.unwrap();
    for spelling in ["081200001234", "+62 812 0000 1234", "6281200001234"] {
        let found = test.store.personal_by_phone(spelling, 10).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [id(23), id(21)], "newest first");
    }
    assert_eq!(test.store.personal_by_phone("081200001234", 1).await.unwrap().len(), 1);
    assert!(test.store.personal_by_phone("tanpa nomor", 10).await.unwrap().is_empty());
    assert!(test.store.personal_by_phone("", 10).await.unwrap().is_empty());
}

async fn personal_rows_are_read_back(test: TestStore) {
    let row = personal(31, Some(id(1)), "baris \n \"satu\" 火 '", PersonalIndex::Words);
    let other =
        siaga_store::PersonalRow { subject_kind: "account".into(), ..personal(32, None, "", PersonalIndex::None) };
    test.store.append(&[with_personal(&unit(1), vec![row.clone(), other.clone()])]).await.unwrap();
    assert_eq!(test.store.personal(&[id(31), id(99)]).await.unwrap(), std::slice::from_ref(&row));
    assert_eq!(test.store.personal_of("call", id(500)).await.unwrap(), std::slice::from_ref(&row));
    assert_eq!(test.store.personal_of("account", id(500)).await.unwrap(), [other]);
    assert_eq!(test.store.personal_ids_of("call", id(500)).await.unwrap(), [id(31)]);
    assert_eq!(test.store.personal_ids_of("call", id(501)).await.unwrap(), Vec::<uuid::Uuid>::new());
    assert!(test.store.personal(&[]).await.unwrap().is_empty());

    let again = CommandCommit { personal: vec![row], ..step(&unit(2), 0) };
    assert!(matches!(test.store.append(&[again]).await, Err(StoreError::AlreadyThere { .. })));
    assert_eq!(test.store.head().await.unwrap().position, 1);
    let nul = CommandCommit { personal: vec![personal(33, None, "a\0b", PersonalIndex::None)], ..step(&unit(2), 0) };
    assert!(matches!(test.store.append(&[nul]).await, Err(StoreError::InvalidCommit { index: 0, .. })));
}

async fn rows_of_a_call_are_found_with_its_incident(test: TestStore) {
    let rows = vec![personal(41, None, "pohon tumbang", PersonalIndex::Words)];
    let mut command = with_personal(&unit(1), rows);
    command.incidents = vec![incident(1, 1000)];
    test.store.append(&[command]).await.unwrap();
    assert_eq!(words(&test, "pohon").await, NOTHING);
    let attach = SideWrite::AttachPersonal { subject_kind: "call".into(), subject_id: id(500), incident_id: id(1) };
    test.store.append(&[CommandCommit { extra: vec![attach], ..CommandCommit::default() }]).await.unwrap();
    assert_eq!(words(&test, "pohon").await, [id(1)]);
}
