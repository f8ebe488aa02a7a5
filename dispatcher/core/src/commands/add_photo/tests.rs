//! AddPhoto and GetPhoto over a core: what is taken, who sees it, and that nothing of it is left after an erasure.

use super::{
    SUBJECT,
    jpeg::tests::{EXIF, JFIF, file},
};
use crate::{
    access::Caller,
    queries,
    testing::{self, TestCore},
};
use siaga_domain::{Clock, SiagaError, account::AccountEvent, aggregate::from_log, incident::Incident, limits};
use siaga_proto::v1;
use siaga_store::StreamKey;
use uuid::Uuid;

testing::on_each!(
    what_is_no_small_jpeg_is_refused,
    where_it_was_taken_is_not_kept_and_lists_get_the_small_one,
    a_photo_is_seen_by_the_centre_and_its_agency_and_by_nobody_else,
    a_photo_that_waited_arrives_with_its_time_at_the_case_that_counts,
    looking_at_a_sensitive_one_is_logged,
    an_agency_that_left_sees_it_no_more_and_after_a_day_nobody_there_does,
    an_erasure_takes_the_photos_along_and_none_comes_after_it,
);

const DAY_MS: i64 = 24 * 3_600_000;

fn add(core: &TestCore, incident: Uuid, jpeg: Vec<u8>) -> v1::AddPhotoRequest {
    v1::AddPhotoRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        jpeg,
        ..v1::AddPhotoRequest::default()
    }
}

async fn get(core: &TestCore, who: &Caller, incident: Uuid, photo_id: &str) -> Result<Vec<u8>, SiagaError> {
    let (incident_id, photo_id) = (incident.to_string(), photo_id.to_owned());
    let request = v1::GetPhotoRequest { incident_id, photo_id, thumbnail: false };
    queries::get_photo(core, who, request).await.map(|reply| reply.jpeg)
}

async fn card(core: &TestCore, who: &Caller, incident: Uuid) -> v1::GetIncidentResponse {
    let request = v1::GetIncidentRequest { incident_id: incident.to_string(), ..v1::GetIncidentRequest::default() };
    queries::get_incident(core, who, request).await.unwrap()
}

async fn cancel(core: &TestCore, who: &Caller, incident: Uuid) {
    let cancel = v1::CancelIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        reason: "laporan palsu".into(),
    };
    testing::run(core, who, cancel).await.unwrap();
}

async fn assign(core: &TestCore, who: &Caller, assignment: Uuid, crew: &Caller) {
    let assign = v1::AssignUnitsRequest {
        request_id: core.request_id(),
        assignment_id: assignment.to_string(),
        unit_ids: vec![crew.unit_id.unwrap().to_string()],
        on_behalf: None,
    };
    testing::run(core, who, assign).await.unwrap();
}

async fn what_is_no_small_jpeg_is_refused() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (incident, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let wide: &[u8] = &[0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0, 48, 0x10, 1, 1, 0xff, 0xda, 0, 2, 7, 0xff, 0xd9];
    for wrong in [Vec::new(), b"%PDF-1.7".to_vec(), wide.to_vec(), file(&[JFIF], limits::PHOTO_BYTES)] {
        let refusal = testing::run(&core, &operator, add(&core, incident, wrong)).await.unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), ("SIAGA-1001", Some("jpeg")));
    }
    for wrong in [b"GIF89a".to_vec(), file(&[JFIF], limits::THUMBNAIL_BYTES)] {
        let request = v1::AddPhotoRequest { thumbnail: wrong, ..add(&core, incident, testing::jpeg()) };
        let refusal = testing::run(&core, &operator, request).await.unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), ("SIAGA-1001", Some("thumbnail")));
    }
    let ahead = core.clock.now().plus_ms(DAY_MS);
    let request = v1::AddPhotoRequest {
        occurred_at: Some(crate::convert::timestamp(ahead)),
        ..add(&core, incident, testing::jpeg())
    };
    let refusal = testing::run(&core, &operator, request).await.unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("occurred_at"));
    assert!(card(&core, &operator, incident).await.incident.unwrap().photos.is_empty());
}

async fn where_it_was_taken_is_not_kept_and_lists_get_the_small_one() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (incident, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let (large, small) = (file(&[JFIF], 900), file(&[JFIF], 30));
    let request =
        v1::AddPhotoRequest { thumbnail: file(&[JFIF, EXIF], 30), ..add(&core, incident, file(&[JFIF, EXIF], 900)) };
    let photo_id = testing::run(&core, &operator, request).await.unwrap().photo_id;
    assert_eq!(get(&core, &operator, incident, &photo_id).await.unwrap(), large);
    let request = |photo_id: &str| v1::GetPhotoRequest {
        incident_id: incident.to_string(),
        photo_id: photo_id.into(),
        thumbnail: true,
    };
    assert_eq!(queries::get_photo(&core, &operator, request(&photo_id)).await.unwrap().jpeg, small);
    let shown = card(&core, &operator, incident).await.incident.unwrap().photos;
    assert_eq!((shown[0].width_px, shown[0].height_px, shown[0].size_bytes as usize), (64, 48, large.len()));

    let bare = testing::photo(&core, &operator, incident).await;
    let reply = queries::get_photo(&core, &operator, request(&bare)).await.unwrap();
    assert_eq!(reply.jpeg, testing::jpeg(), "without a small one it is the photo itself");
}

async fn a_photo_is_seen_by_the_centre_and_its_agency_and_by_nobody_else() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let damkar = testing::dispatcher(&core, "damkar", "damkar").await;
    let crew = testing::crew(&core, "damkar-01", "DAMKAR-01").await;
    let others = [
        testing::dispatcher(&core, "psc119", "psc119").await,
        testing::dispatcher(&core, "polres", "polres").await,
        testing::crew(&core, "psc-01", "PSC-01").await,
        testing::account(&core, "admin", siaga_domain::Role::Administrator, None, None).await,
    ];
    let (incident, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, incident, &["damkar", "psc119"], &[]).await;

    // Not on the case yet: it does not exist for this crew.
    let early = testing::run(&core, &crew, add(&core, incident, testing::jpeg())).await.unwrap_err();
    assert_eq!(early.code, "SIAGA-1002");
    assign(&core, &damkar, ids[0], &crew).await;
    let photo_id = testing::photo(&core, &crew, incident).await;
    for who in [&operator, &damkar, &crew] {
        assert_eq!(get(&core, who, incident, &photo_id).await.unwrap(), testing::jpeg(), "{:?}", who.role);
    }
    // The police are not on the case; the ambulance service is, but this is not its photo.
    for who in &others {
        assert_eq!(get(&core, who, incident, &photo_id).await.unwrap_err().code, "SIAGA-1002", "{:?}", who.agency);
    }
    let polres = &others[1];
    let refusal = testing::run(&core, polres, add(&core, incident, testing::jpeg())).await.unwrap_err();
    assert_eq!(refusal.code, "SIAGA-1002");

    // A photo of another case is not shown under this one's name.
    let (other, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    assert_eq!(get(&core, &operator, other, &photo_id).await.unwrap_err().code, "SIAGA-1002");

    let shown = card(&core, &operator, incident).await;
    let photos = shown.incident.unwrap().photos;
    assert_eq!(photos.iter().map(|photo| photo.id.as_str()).collect::<Vec<_>>(), [photo_id.as_str()]);
    let line = shown.timeline.iter().find(|line| line.event == "incident.photo_added").unwrap();
    assert_eq!((line.photo_id.as_str(), line.text_id.as_str()), (photo_id.as_str(), "Foto dari lokasi."));
}

async fn a_photo_that_waited_arrives_with_its_time_at_the_case_that_counts() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let damkar = testing::dispatcher(&core, "damkar", "damkar").await;
    let crew = testing::crew(&core, "damkar-01", "DAMKAR-01").await;
    let (duplicate, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, duplicate, &["damkar"], &[]).await;
    assign(&core, &damkar, ids[0], &crew).await;
    let early = testing::photo(&core, &crew, duplicate).await;
    let taken_at = core.clock.now();
    let (kept, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let merge = v1::MergeIncidentRequest {
        request_id: core.request_id(),
        duplicate_incident_id: duplicate.to_string(),
        into_incident_id: kept.to_string(),
    };
    testing::run(&core, &operator, merge).await.unwrap();
    core.clock.advance_ms(20 * 60_000);

    let occurred_at = Some(crate::convert::timestamp(taken_at));
    let waited = v1::AddPhotoRequest { occurred_at, ..add(&core, duplicate, testing::jpeg()) };
    let again = waited.clone();
    let late = testing::run(&core, &crew, waited).await.unwrap().photo_id;
    assert_eq!(testing::run(&core, &crew, again).await.unwrap().photo_id, late, "sent twice, kept once");
    let shown = card(&core, &operator, kept).await;
    let photos = shown.incident.unwrap().photos;
    assert_eq!(photos.iter().map(|photo| &photo.id).collect::<Vec<_>>(), [&early, &late]);
    assert_eq!(photos[1].at, occurred_at);
    let linked = shown.timeline.iter().map(|line| line.photo_id.as_str()).filter(|id| !id.is_empty());
    assert_eq!(linked.collect::<Vec<_>>(), [early.as_str(), late.as_str()]);
    for (who, named) in [(&operator, kept), (&crew, duplicate), (&damkar, kept)] {
        assert_eq!(get(&core, who, named, &late).await.unwrap(), testing::jpeg(), "{:?}", who.role);
    }
}

async fn looking_at_a_sensitive_one_is_logged() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (plain, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let (sensitive, _) = testing::open(&core, &operator, "kekerasan-anak").await;
    for incident in [plain, sensitive] {
        let photo_id = testing::photo(&core, &operator, incident).await;
        get(&core, &operator, incident, &photo_id).await.unwrap();
    }
    let key = StreamKey::new("account", operator.account_id.unwrap());
    let events = core.context.store.events_of_stream(&key, 0, 100).await.unwrap();
    let read = events.iter().filter_map(|event| match from_log(&event.event_type, &event.data).unwrap() {
        AccountEvent::SensitiveCaseRead { incident_id } => Some(incident_id),
        _ => None,
    });
    assert_eq!(read.collect::<Vec<_>>(), [sensitive]);
}

async fn an_agency_that_left_sees_it_no_more_and_after_a_day_nobody_there_does() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let damkar = testing::dispatcher(&core, "damkar", "damkar").await;
    let polres = testing::dispatcher(&core, "polres", "polres").await;
    let (incident, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, incident, &["damkar", "polres"], &[]).await;
    let photo_id = testing::photo(&core, &operator, incident).await;
    let decline = v1::DeclineAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        reason: "tidak ada unit".into(),
        on_behalf: None,
    };
    testing::run(&core, &damkar, decline).await.unwrap();
    assert_eq!(get(&core, &damkar, incident, &photo_id).await.unwrap_err().code, "SIAGA-1002");
    let refusal = testing::run(&core, &damkar, add(&core, incident, testing::jpeg())).await.unwrap_err();
    assert_eq!(refusal.code, "SIAGA-1002");

    let withdraw = v1::WithdrawAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: ids[1].to_string(),
        reason: "sudah padam".into(),
    };
    assert!(get(&core, &polres, incident, &photo_id).await.is_ok());
    testing::run(&core, &operator, withdraw).await.unwrap();
    assert_eq!(get(&core, &polres, incident, &photo_id).await.unwrap_err().code, "SIAGA-1002");

    let (other, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, other, &["polres"], &[]).await;
    let photo_id = testing::photo(&core, &operator, other).await;
    let complete = v1::ReportStatusRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        step: v1::Step::Completed.into(),
        ..v1::ReportStatusRequest::default()
    };
    testing::run(&core, &polres, complete).await.unwrap();
    cancel(&core, &operator, other).await;
    core.clock.advance_ms(DAY_MS - 1);
    assert!(get(&core, &polres, other, &photo_id).await.is_ok());
    core.clock.advance_ms(1);
    assert_eq!(get(&core, &polres, other, &photo_id).await.unwrap_err().code, "SIAGA-1002");
    assert!(get(&core, &operator, other, &photo_id).await.is_ok());
}

async fn an_erasure_takes_the_photos_along_and_none_comes_after_it() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let supervisor = testing::supervisor(&core, "supervisor1").await;
    let (incident, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let request = v1::AddPhotoRequest { thumbnail: testing::jpeg(), ..add(&core, incident, testing::jpeg()) };
    let photo_id = testing::run(&core, &operator, request).await.unwrap().photo_id;
    assert_eq!(core.context.store.personal_ids_of(SUBJECT, incident).await.unwrap().len(), 2);
    cancel(&core, &operator, incident).await;
    let hold = |hold| v1::SetLegalHoldRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        hold,
        reason: "penyidikan".into(),
        ..v1::SetLegalHoldRequest::default()
    };
    let erase = || v1::ErasePersonalDataRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        reason: "permohonan".into(),
        ..v1::ErasePersonalDataRequest::default()
    };
    testing::run(&core, &supervisor, hold(true)).await.unwrap();
    assert_eq!(testing::run(&core, &supervisor, erase()).await.unwrap_err().code, "SIAGA-1310");
    assert!(get(&core, &operator, incident, &photo_id).await.is_ok());
    testing::run(&core, &supervisor, hold(false)).await.unwrap();
    testing::run(&core, &supervisor, erase()).await.unwrap();

    assert_eq!(get(&core, &operator, incident, &photo_id).await.unwrap_err().code, "SIAGA-1002");
    assert!(core.context.store.personal_ids_of(SUBJECT, incident).await.unwrap().is_empty());
    let shown = card(&core, &operator, incident).await;
    assert!(shown.incident.unwrap().photos.is_empty());
    let line = shown.timeline.iter().find(|line| line.event == "incident.photo_added").unwrap();
    assert_eq!(line.photo_id, "", "the line stays, the way to the picture is gone");

    let late = testing::run(&core, &operator, add(&core, incident, testing::jpeg())).await.unwrap_err();
    assert_eq!(late.code, "SIAGA-1314", "nobody would come to erase it");
}

#[tokio::test]
async fn a_case_takes_so_many_and_no_more() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (incident, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    for _ in 0..limits::PHOTOS {
        testing::photo(&core, &operator, incident).await;
    }
    let refusal = testing::run(&core, &operator, add(&core, incident, testing::jpeg())).await.unwrap_err();
    assert_eq!(refusal.code, "SIAGA-1305");
    let key = StreamKey::new("incident", incident);
    let state = core.context.store.load_streams(&[key]).await.unwrap().remove(0).state;
    let case: Incident = serde_json::from_value(state).unwrap();
    assert_eq!(case.photos.len(), limits::PHOTOS);
}
