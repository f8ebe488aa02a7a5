//! What is erased is nowhere any more, and the log still proves itself.

use siaga_proto::v1;
use siaga_tests::{Database, Server, eventually, request_id, sign_in};
use std::path::{Path, PathBuf};

const NAME: &str = "Penelepon Rahasiawati";
const NUMBER: &str = "0000-7731-9942";
const NARRATIVE: &str = "Kompor meledak di dapur belakang kontrakan berpagar ungu";
const PLACE: &str = "Gang Sembunyi nomor empat puluh dua";
const NOTE: &str = "Saudaranya menunggu di warung berpintu jingga";
/// A photo by its parts, and as it is stored.
const JPEG: &[u8] =
    b"\xff\xd8\xff\xc0\0\x08\x08\0\x30\0\x40\x01\xff\xda\0\x02rumah berpagar ungu di gang sembunyi\xff\xd9";
const PHOTO: &str = "/9j/wAAICAAwAEAB/9oAAnJ1bWFoIGJlcnBhZ2FyIHVuZ3UgZGkgZ2FuZyBzZW1idW55af/Z";

fn secrets() -> [&'static str; 6] {
    [NAME, NUMBER, NARRATIVE, PLACE, NOTE, PHOTO]
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

fn files_that_hold(folder: &Path, secret: &str) -> Vec<PathBuf> {
    let holds =
        |path: &PathBuf| std::fs::read(path).unwrap().windows(secret.len()).any(|window| window == secret.as_bytes());
    files_below(folder).into_iter().filter(holds).collect()
}

#[expect(clippy::too_many_lines, reason = "one story, told in order")]
#[tokio::test(flavor = "multi_thread")]
async fn erased_data_are_in_no_file_report_or_reply() {
    let mut server = Server::start_on(Database::Sqlite).await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let mut supervisor = sign_in(&server.url, "supervisor1").await;
    let call_id = operator.answered_call(NUMBER).await;
    let open = v1::OpenIncidentRequest {
        request_id: request_id(),
        call_id,
        caller_name: NAME.into(),
        narrative: NARRATIVE.into(),
        place: Some(v1::PlaceInput { text: PLACE.into(), ..Default::default() }),
        type_code: "kebakaran-bangunan".into(),
        ..Default::default()
    };
    let opened = operator.incidents.open_incident(open.clone()).await.unwrap().into_inner();
    let incident_id = opened.changed.unwrap().id;
    // An edit replaces the narrative; the replaced one must go too.
    let edit = v1::EditIncidentRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        version: operator.case(&incident_id).await.incident.unwrap().card_version,
        narrative: Some(format!("{NARRATIVE}, api padam")),
        ..Default::default()
    };
    operator.incidents.edit_incident(edit).await.unwrap();
    let note = v1::AddNoteRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        text: NOTE.into(),
        occurred_at: None,
    };
    operator.incidents.add_note(note).await.unwrap();
    let photo = v1::AddPhotoRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        jpeg: JPEG.to_vec(),
        ..Default::default()
    };
    let photo_id = operator.incidents.add_photo(photo).await.unwrap().into_inner().photo_id;
    let look =
        || v1::GetPhotoRequest { incident_id: incident_id.clone(), photo_id: photo_id.clone(), thumbnail: false };
    assert_eq!(operator.incidents.get_photo(look()).await.unwrap().into_inner().jpeg, JPEG);
    let erase = || v1::ErasePersonalDataRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        reason: "Permohonan pemilik data".into(),
        ..Default::default()
    };
    let refusal = supervisor.incidents.erase_personal_data(erase()).await.unwrap_err();
    assert_eq!(siaga_tests::clients::code(&refusal), "SIAGA-1311", "an open case keeps its data");
    let refusal = operator.incidents.erase_personal_data(erase()).await.unwrap_err();
    assert_eq!(siaga_tests::clients::code(&refusal), "SIAGA-1100", "an operator does not erase");
    let close = v1::CloseIncidentRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        outcome_code: "handled".into(),
        ..Default::default()
    };
    operator.incidents.close_incident(close).await.unwrap();

    let hold = |hold| v1::SetLegalHoldRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        hold,
        reason: "Penyidikan".into(),
        ..Default::default()
    };
    supervisor.incidents.set_legal_hold(hold(true)).await.unwrap();
    let refusal = supervisor.incidents.erase_personal_data(erase()).await.unwrap_err();
    assert_eq!(siaga_tests::clients::code(&refusal), "SIAGA-1310", "a legal hold blocks erasure");
    supervisor.incidents.set_legal_hold(hold(false)).await.unwrap();
    for secret in secrets() {
        assert!(
            !files_that_hold(&server.folder(), secret).is_empty(),
            "{secret} was never stored: the test sees nothing"
        );
    }

    let erased = supervisor.incidents.erase_personal_data(erase()).await.unwrap().into_inner();
    assert!(erased.erased >= 6, "{}", erased.erased);
    let refusal = operator.incidents.get_photo(look()).await.unwrap_err();
    assert_eq!(siaga_tests::clients::code(&refusal), "SIAGA-1002", "the photo is gone");
    let case = operator.case(&incident_id).await;
    let shown = format!("{case:?}");
    for secret in secrets() {
        assert!(!shown.contains(secret), "the card still shows {secret}");
    }
    assert!(case.incident.unwrap().erased_note.contains("Permohonan pemilik data"));
    let again = operator.incidents.open_incident(open).await.unwrap().into_inner();
    assert_eq!(again.number, opened.number, "a retry still finds its reply");
    for words in ["ungu", "Sembunyi", "Rahasiawati", "jingga"] {
        let search = v1::SearchIncidentsRequest { words: words.into(), ..Default::default() };
        assert!(operator.incidents.search_incidents(search).await.unwrap().into_inner().incidents.is_empty());
    }
    let folder = server.folder();
    for secret in secrets() {
        let folder = folder.clone();
        eventually("the files are rewritten", || {
            let files = files_that_hold(&folder, secret);
            async move { files.is_empty().then_some(()) }
        })
        .await;
    }
    server.stop();
    for secret in secrets() {
        assert_eq!(files_that_hold(&server.folder(), secret), Vec::<PathBuf>::new(), "{secret}");
    }
    let verified = server.siaga(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
