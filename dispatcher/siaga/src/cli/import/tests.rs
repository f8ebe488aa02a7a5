use std::path::Path;

use siaga_domain::Role;
use siaga_domain::account::Account;

use super::*;
use crate::cli::init::tests::{initialised, tools_of};
use siaga_core::command::Internal;
use siaga_core::setup::CreateAccount;
use siaga_core::work::Work;
use siaga_domain::SiagaError;
use siaga_domain::incident::{CardChange, Classification, Incident, IncidentEvent};

const AGENCIES: &str = "code,name_id,name_en,kind\ndamkar,Pemadam,Fire,fire\npolres,Polisi,Police,police\n";
const TYPES: &str = "code,name_id,name_en,category,default_priority,lead_agencies,support_agencies,sensitive\n\
                     api,Api,Fire,kebakaran,1,damkar,polres,no\nmaling,Maling,Theft,kejahatan,2,polres,,no\n";
const UNITS: &str = "code,agency,kind,shareable,crew,equipment\n\
                     DAMKAR-01,damkar,pemadam,no,Komandan,pompa\nPOLRES-01,polres,patroli,yes,,\n";

fn one(folder: &tempfile::TempDir, name: &str, text: &str) -> OneFile {
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    OneFile { file, options: ConfigOptions::of_data(&folder.path().join("data")) }
}

fn files(folder: &tempfile::TempDir, paths: &[&str]) -> Files {
    let cities = Path::new(env!("CARGO_MANIFEST_DIR")).join("cities/singkawang");
    let files = paths.iter().map(|name| cities.join(name)).collect();
    Files { files, options: ConfigOptions::of_data(&folder.path().join("data")) }
}

async fn done(command: Command) -> String {
    import(command).await.unwrap_or_else(|failure| panic!("{failure}")).join("\n")
}

async fn refused(command: Command) -> String {
    import(command).await.unwrap_err().to_string()
}

/// An installation with the small city above.
async fn small_city() -> tempfile::TempDir {
    let folder = initialised(true).await;
    done(Command::Agencies(one(&folder, "agencies.csv", AGENCIES))).await;
    done(Command::Types(one(&folder, "types.csv", TYPES))).await;
    done(Command::Units(one(&folder, "units.csv", UNITS))).await;
    folder
}

#[tokio::test]
async fn a_city_of_its_own_is_taken_in_order() {
    let folder = initialised(true).await;
    let early = refused(Command::Types(one(&folder, "types.csv", TYPES))).await;
    assert!(early.contains("siaga import agencies FILE"), "{early}");
    let said = done(Command::Agencies(one(&folder, "agencies.csv", AGENCIES))).await;
    assert_eq!(said, "agencies: 2 in agencies.csv; 2 added, 0 changed, 0 removed, 0 as before");
    let early = refused(Command::Plans(one(&folder, "plans.csv", "type,agency,role\napi,damkar,lead\n"))).await;
    assert!(early.contains("siaga import types FILE"), "{early}");
    done(Command::Types(one(&folder, "types.csv", TYPES))).await;
    let plans = "type,agency,role\napi,polres,lead\nmaling,polres,lead\n";
    let said = done(Command::Plans(one(&folder, "plans.csv", plans))).await;
    assert_eq!(said, "types: 2 in plans.csv; 0 added, 1 changed, 0 removed, 1 as before");
    let said = done(Command::Units(one(&folder, "units.csv", UNITS))).await;
    assert_eq!(said, "units: 2 in units.csv; 2 added, 0 changed, 0 removed, 0 as before");
    let contacts = "agency,from_hour,to_hour,label,channel,number\ndamkar,7,19,Piket,radio,Kanal 1\n";
    let said = done(Command::Contacts(one(&folder, "contacts.csv", contacts))).await;
    assert!(said.contains("nobody to call at some hour: damkar, polres"), "{said}");
    done(Command::Outcomes(one(&folder, "outcomes.csv", "code,name_id,name_en\nhandled,Ditangani,Handled\n"))).await;
    let areas = ["kota.geojson", "kecamatan.geojson", "kelurahan.geojson", "neighbours.geojson"];
    assert!(done(Command::Areas(files(&folder, &areas))).await.starts_with("areas: 34 in kota.geojson, kecamatan"));
    done(Command::Places(files(&folder, &["streets.csv", "pois.geojson"]))).await;

    let tools = tools_of(&folder).await;
    let city = tools.context.city();
    assert_eq!(city.types["api"].lead_agencies, ["polres"]);
    assert_eq!((city.kelurahan.len(), city.contacts.len(), city.outcomes.len()), (26, 1, 1));
    assert!(city.places.len() > 200);
    assert_eq!(tools.list::<Unit>(false).await.unwrap().len(), 2);
    let events = tools.context.store.events_after(0, 100).await.unwrap();
    let sources: Vec<&str> = events.iter().filter_map(|event| event.data["source"].as_str()).collect();
    assert!(sources.contains(&"agencies.csv"), "{sources:?}");
}

#[tokio::test]
async fn the_same_again_is_not_written_again() {
    let folder = small_city().await;
    let head = tools_of(&folder).await.context.store.head().await.unwrap();
    let said = done(Command::Agencies(one(&folder, "agencies.csv", AGENCIES))).await;
    assert!(said.ends_with("0 removed, 2 as before"), "{said}");
    done(Command::Units(one(&folder, "units.csv", UNITS))).await;
    assert_eq!(tools_of(&folder).await.context.store.head().await.unwrap(), head);
}

#[tokio::test]
async fn a_wrong_file_is_refused_whole_with_row_and_column() {
    let folder = small_city().await;
    let head = tools_of(&folder).await.context.store.head().await.unwrap();
    let wrong = UNITS.replace("POLRES-01,polres", "POLRES-01,polri");
    let said = refused(Command::Units(one(&folder, "units.csv", &wrong))).await;
    assert!(said.contains("units.csv, row 3, column agency: there is no agency `polri`"), "{said}");
    assert!(said.contains("nothing was imported"), "{said}");
    let missing = OneFile { file: folder.path().join("none.csv"), ..one(&folder, "x.csv", "") };
    let said = refused(Command::Outcomes(missing)).await;
    assert!(said.contains("none.csv cannot be read") && said.contains("name a file"), "{said}");
    assert_eq!(tools_of(&folder).await.context.store.head().await.unwrap(), head);
}

/// Opens a case of a type.
struct OpenCase(&'static str);

#[async_trait::async_trait]
impl Internal for OpenCase {
    fn name(&self) -> &'static str {
        "test"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let (id, meta) = (work.new_id(), work.meta());
        let opened = IncidentEvent::Opened {
            number: "SKW-20261123-0001".into(),
            owner: None,
            owner_label: String::new(),
            call_id: None,
            first_ring_at: None,
            answered_at: None,
            card: CardChange::default(),
        };
        work.emit::<Incident>(id, opened, &meta).await?;
        let classification = Classification {
            type_code: self.0.into(),
            category: "kejahatan".into(),
            priority: 2,
            priority_reason: String::new(),
            sensitive: false,
        };
        work.emit::<Incident>(id, IncidentEvent::Classified { classification }, &meta).await?;
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn what_is_in_use_and_disappears_is_named() {
    let folder = small_city().await;
    let tools = tools_of(&folder).await;
    let dispatcher = CreateAccount {
        username: "polres1".into(),
        label: "Dispatcher Polres".into(),
        role: Role::AgencyDispatcher,
        agency: Some("polres".into()),
        unit_id: None,
        demo: false,
        password_hash: None,
        keep_existing: false,
    };
    tools.run(dispatcher).await.unwrap();
    tools.run(OpenCase("maling")).await.unwrap();
    assert_eq!(tools.list::<Account>(true).await.unwrap().len(), 2);

    let fewer = TYPES.lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
    let said = done(Command::Types(one(&folder, "types.csv", &fewer))).await;
    assert!(said.contains("removed: maling"), "{said}");
    assert!(said.contains("warning: open cases have a removed type: SKW-20261123-0001; classify them anew"), "{said}");

    let fewer = "code,name_id,name_en,kind\ndamkar,Pemadam,Fire,fire\n";
    let said = done(Command::Agencies(one(&folder, "agencies.csv", fewer))).await;
    for expected in ["removed: polres", "plans of types name removed agencies: api", "POLRES-01", "polres1"] {
        assert!(said.contains(expected), "{expected} in {said}");
    }

    let fewer = "code,agency,kind,shareable,crew,equipment\ndamkar-01,damkar,pemadam,no,,\n";
    let said = done(Command::Units(one(&folder, "units.csv", fewer))).await;
    assert!(said.contains("2 units are not in the file and stay as they are (DAMKAR-01, POLRES-01)"), "{said}");
    assert!(said.contains("capitals only: damkar-01"), "{said}");
}

#[tokio::test]
async fn a_letterhead_is_taken_and_says_which_fields_changed() {
    let folder = initialised(true).await;
    let head = "lines = [\"KOTA CONTOH\"]\ncontacts = []\ncity_name = \"Contoh\"\nbrand = \"Contoh 112\"\n";
    let said = done(Command::Letterhead(one(&folder, "letterhead.toml", head))).await;
    assert_eq!(said, "letterhead: 5 in letterhead.toml; 5 added, 0 changed, 0 removed, 0 as before");
    let said = done(Command::Letterhead(one(&folder, "head.toml", &head.replace("KOTA", "PEMERINTAH KOTA")))).await;
    assert_eq!(said, "letterhead: 5 in head.toml; 0 added, 1 changed, 0 removed, 4 as before");
    assert_eq!(tools_of(&folder).await.context.city().letterhead.lines, ["PEMERINTAH KOTA CONTOH"]);
    let refused = refused(Command::Letterhead(one(&folder, "head.toml", "lines = []"))).await;
    assert!(refused.contains("head.toml"), "{refused}");
}
