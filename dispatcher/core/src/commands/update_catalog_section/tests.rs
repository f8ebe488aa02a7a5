//! Editing the catalog, undoing it, and units, over a core with a small city.

use crate::{
    access::Caller,
    queries,
    testing::{self, TestCore},
};
use siaga_domain::{Role, alarm::AlarmKind, unit::Unit};
use siaga_proto::v1::{self, CatalogSection, catalog_content::Content};

async fn administrator(core: &TestCore) -> Caller {
    testing::account(core, "admin", Role::Administrator, None, None).await
}

async fn section(core: &TestCore, who: &Caller, section: CatalogSection, version: u64) -> (Content, u64) {
    let request = v1::GetCatalogSectionRequest { section: section.into(), version };
    let found = queries::get_catalog_section(core, who, request).await.unwrap();
    (found.content.unwrap().content.unwrap(), found.version)
}

fn update(core: &TestCore, version: u64, content: Content) -> v1::UpdateCatalogSectionRequest {
    v1::UpdateCatalogSectionRequest {
        request_id: core.request_id(),
        version,
        content: Some(v1::CatalogContent { content: Some(content) }),
        note: "uji".into(),
    }
}

fn renamed(content: &Content, name: &str) -> Content {
    let Content::Agencies(list) = content else { panic!("{content:?}") };
    let mut list = list.clone();
    list.items[0].name_id = name.into();
    Content::Agencies(list)
}

#[tokio::test]
async fn an_edit_counts_at_once_and_an_earlier_version_comes_back_as_a_new_one() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let (before, version) = section(&core, &admin, CatalogSection::Agencies, 0).await;
    let edit = update(&core, version, renamed(&before, "Nama Baru"));
    let changed = testing::run(&core, &admin, edit.clone()).await.unwrap().changed.unwrap();
    assert_eq!((changed.id.as_str(), changed.version), ("agencies", version + 1));
    core.context.reload_city().await.unwrap();
    assert!(core.context.city().agencies.values().any(|agency| agency.name_id == "Nama Baru"));

    let same = v1::UpdateCatalogSectionRequest { request_id: core.request_id(), version: version + 1, ..edit };
    assert_eq!(testing::run(&core, &admin, same).await.unwrap().changed.unwrap().version, version + 1, "no edit");

    let restore = v1::RestoreCatalogSectionRequest {
        request_id: core.request_id(),
        section: CatalogSection::Agencies.into(),
        version: version + 1,
        restored_version: version,
        note: String::new(),
    };
    let refused = v1::RestoreCatalogSectionRequest { restored_version: 99, ..restore.clone() };
    assert_eq!(testing::run(&core, &admin, refused).await.unwrap_err().code, "SIAGA-1002");
    testing::run(&core, &admin, restore.clone()).await.unwrap();
    assert_eq!(section(&core, &admin, CatalogSection::Agencies, 0).await, (before.clone(), version + 2));
    assert_eq!(section(&core, &admin, CatalogSection::Agencies, version).await.0, before);
    let late = v1::RestoreCatalogSectionRequest { request_id: core.request_id(), ..restore };
    assert_eq!(testing::run(&core, &admin, late).await.unwrap_err().code, "SIAGA-1004");

    let list = v1::ListCatalogVersionsRequest { section: CatalogSection::Agencies.into(), before: 0, limit: 2 };
    let listed = queries::list_catalog_versions(&core, &admin, list).await.unwrap().versions;
    let of = |one: &v1::CatalogVersion| (one.version, one.how.clone(), one.note.clone(), one.restored_version);
    assert_eq!(
        listed.iter().map(of).collect::<Vec<_>>(),
        [(version + 2, "restored".into(), String::new(), version), (version + 1, "edited".into(), "uji".into(), 0)]
    );
    assert_eq!(listed[0].by.as_ref().unwrap().label, admin.label);
    let older = v1::ListCatalogVersionsRequest { before: version + 1, ..list };
    let older = queries::list_catalog_versions(&core, &admin, older).await.unwrap().versions;
    assert_eq!((older[0].version, older[0].how.as_str()), (version, "imported"));
}

#[tokio::test]
async fn a_stale_edit_says_what_differs() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let (before, version) = section(&core, &admin, CatalogSection::Agencies, 0).await;
    testing::run(&core, &admin, update(&core, version, renamed(&before, "Satu"))).await.unwrap();
    let refused = testing::run(&core, &admin, update(&core, version, renamed(&before, "Dua"))).await.unwrap_err();
    assert_eq!((refused.code, refused.current_version), ("SIAGA-1004", version + 1));
    assert_eq!(refused.conflicts.len(), 1);
    assert!(refused.conflicts[0].current.starts_with("Satu") && refused.conflicts[0].wanted.starts_with("Dua"));
}

#[tokio::test]
async fn plans_and_agencies_stay_of_one_piece() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let (types, version) = section(&core, &admin, CatalogSection::Types, 0).await;
    let Content::Types(mut list) = types else { panic!() };
    list.items[0].support_agencies = vec!["alien".into()];
    let refused = testing::run(&core, &admin, update(&core, version, Content::Types(list))).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), ("SIAGA-1705", Some("types[0].support_agencies")));

    let (agencies, version) = section(&core, &admin, CatalogSection::Agencies, 0).await;
    let Content::Agencies(mut list) = agencies else { panic!() };
    list.items.retain(|agency| agency.code != "damkar");
    let refused = testing::run(&core, &admin, update(&core, version, Content::Agencies(list))).await.unwrap_err();
    assert_eq!(refused.code, "SIAGA-1705");

    let nothing = v1::UpdateCatalogSectionRequest { request_id: core.request_id(), ..Default::default() };
    assert_eq!(testing::run(&core, &admin, nothing).await.unwrap_err().code, "SIAGA-1001");
}

#[tokio::test]
async fn clocks_begin_as_configured_and_then_count_as_edited() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let (clocks, version) = section(&core, &admin, CatalogSection::Clocks, 0).await;
    assert_eq!(version, 0, "nobody has edited them");
    let Content::Clocks(mut clocks) = clocks else { panic!() };
    let kind = v1::AlarmKind::NotDispatched;
    let clock = clocks.items.iter_mut().find(|clock| clock.kind() == kind).unwrap();
    clock.after_s = vec![30, 60, 120, 300];
    testing::run(&core, &admin, update(&core, 0, Content::Clocks(clocks.clone()))).await.unwrap();
    core.context.reload_city().await.unwrap();
    assert_eq!(core.context.alarm_limits().after_ms(AlarmKind::NotDispatched, Some(1)), 30_000);

    clocks.items.pop();
    let refused = testing::run(&core, &admin, update(&core, 1, Content::Clocks(clocks))).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), ("SIAGA-1001", Some("clocks")));
}

#[tokio::test]
async fn a_unit_is_added_changed_and_not_moved_while_at_work() {
    let core = testing::core().await;
    let admin = administrator(&core).await;
    let register = |version, code: &str, agency: &str| v1::RegisterUnitRequest {
        request_id: core.request_id(),
        version,
        code: code.into(),
        agency_code: agency.into(),
        kind: "pemadam".into(),
        shareable: false,
        crew: vec!["Sopir".into()],
        equipment: vec!["tangga".into()],
    };
    let added = testing::run(&core, &admin, register(0, "DAMKAR-77", "damkar")).await.unwrap().changed.unwrap();
    assert_eq!((added.id, added.version), (Unit::id_of("DAMKAR-77").to_string(), 1));
    let refused = testing::run(&core, &admin, register(0, "DAMKAR-77", "polres")).await.unwrap_err();
    assert_eq!((refused.code, refused.conflicts[0].field.as_str()), ("SIAGA-1004", "agency_code"));
    testing::run(&core, &admin, register(1, "DAMKAR-77", "polres")).await.unwrap();
    for (code, agency, wrong) in [("damkar-78", "damkar", "SIAGA-1001"), ("DAMKAR-78", "alien", "SIAGA-1702")] {
        assert_eq!(testing::run(&core, &admin, register(0, code, agency)).await.unwrap_err().code, wrong);
    }

    let operator = testing::operator(&core, "operator1").await;
    let (incident, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let assignment = testing::dispatch(&core, &operator, incident, &["damkar"], &[]).await.remove(0);
    let assign = v1::AssignUnitsRequest {
        request_id: core.request_id(),
        assignment_id: assignment.to_string(),
        unit_ids: vec![Unit::id_of("DAMKAR-01").to_string()],
        on_behalf: Some(v1::OnBehalf { channel: v1::Channel::Radio.into(), contact: "Piket".into(), said_at: None }),
    };
    testing::run(&core, &operator, assign).await.unwrap();
    let refused = testing::run(&core, &admin, register(1, "DAMKAR-01", "polres")).await.unwrap_err();
    assert_eq!(refused.code, "SIAGA-1706");
}
