//! A core on a throwaway database with a small invented city, for tests: fixed time, ids in order, no sleeping.
//!
//! `testing::core().await` is a running core on SQLite; `testing::operator(&core, "operator1").await` an account in it.
//! [`emit`] writes domain events past the commands, for tests of what follows from events.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use crate::{
    Core, CoreConfig,
    access::Caller,
    command::{Command, Internal},
    work::Work,
    writer::Lane,
};
use async_trait::async_trait;
use siaga_domain::{
    Aggregate, Channel, Clock, IdSource, PersonalRef, Role, SiagaError, Timestamp,
    account::Account,
    catalog::{
        Agency, Area, AreaLevel, Catalog, CatalogEvent, CatalogPart, DutyContact, IncidentType, Letterhead, NamedPlace,
        OutcomeKind,
    },
    report::{IncidentReport, ReportError, ReportLanguage, ReportRenderer},
    unit::{Unit, UnitEvent},
};
use siaga_proto::v1;
use siaga_store::{
    PersonalIndex, SideWrite,
    testing::{TestStore, sqlite},
};
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};
use uuid::Uuid;

/// When every test begins: 2026-11-22 10:00:00 WIB.
pub const START: Timestamp = Timestamp::from_unix_ms(1_795_316_400_000);
/// The kelurahan of the test city that [`INSIDE`] lies in.
pub const KELURAHAN: &str = "61.72.02.1002";
/// A point of the test city: degrees north, east.
pub const INSIDE: (f64, f64) = (0.905, 108.985);
/// A point of the neighbour.
pub const NEIGHBOUR: (f64, f64) = (1.05, 108.985);

/// A clock that stands until a test moves it.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START.unix_ms()))
    }
}

impl TestClock {
    /// Lets time pass.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Ids in the order asked for, and bytes that differ each time.
#[derive(Debug, Default)]
pub struct TestIds(AtomicU64);

impl IdSource for TestIds {
    fn new_id(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        let ms = u64::try_from(now.unix_ms()).expect("tests happen after 1970");
        uuid::Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid()
    }

    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// Prints nothing but the number, so that tests see that the right case came.
#[derive(Debug)]
struct NumberOnly;

impl ReportRenderer for NumberOnly {
    fn render(&self, report: &IncidentReport, _: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        Ok(format!("%PDF {}", report.number).into_bytes())
    }
}

/// A running core and what must live as long.
pub struct TestCore {
    /// The core.
    pub core: Arc<Core>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its ids.
    pub ids: Arc<TestIds>,
    /// Its database.
    pub store: TestStore,
}

impl std::ops::Deref for TestCore {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

impl TestCore {
    /// A fresh UUIDv7 for a request.
    pub fn request_id(&self) -> String {
        self.ids.new_id(self.clock.now()).to_string()
    }
}

/// A core on a fresh SQLite database, with the small city loaded.
///
/// # Panics
/// When it cannot be made.
pub async fn core() -> TestCore {
    core_with(sqlite().await, CoreConfig::default()).await
}

/// The same on another database or with another configuration.
///
/// # Panics
/// When it cannot be made.
pub async fn core_with(store: TestStore, config: CoreConfig) -> TestCore {
    let clock = Arc::new(TestClock::default());
    let ids = Arc::new(TestIds::default());
    let core =
        Core::start(Arc::clone(&store.store), clock.clone(), ids.clone(), config, Arc::new(NumberOnly)).await.unwrap();
    let test = TestCore { core, clock, ids, store };
    for part in city() {
        let id = part.stream_id();
        emit::<Catalog>(&test, id, [CatalogEvent::Imported { part, source: "tests".into() }]).await;
    }
    for (code, agency) in UNITS {
        let registered = UnitEvent::Registered {
            code: code.into(),
            agency: agency.into(),
            kind: "pemadam".into(),
            shareable: false,
            crew: vec!["Komandan regu".into()],
            equipment: vec!["pompa".into()],
        };
        emit::<Unit>(&test, Unit::id_of(code), [registered]).await;
    }
    test.context.reload_city().await.unwrap();
    test
}

/// Call signs and agencies of the units.
pub const UNITS: [(&str, &str); 4] =
    [("DAMKAR-01", "damkar"), ("DAMKAR-02", "damkar"), ("PSC-01", "psc119"), ("POLRES-01", "polres")];

/// The city: agencies damkar, psc119, polres and the neighbour sambas-112; types kebakaran-bangunan (priority 1, damkar
/// leads, psc119 and polres support), kecelakaan-lalu-lintas (2, psc119 leads) and the sensitive kekerasan-anak (1,
/// polres leads, psc119 supports); two kelurahan side by side and a neighbour in the north.
#[expect(clippy::too_many_lines, reason = "one table of words")]
pub fn city() -> Vec<CatalogPart> {
    let agency = |code: &str, name_id: &str, name_en: &str, kind: &str| Agency {
        code: code.into(),
        name_id: name_id.into(),
        name_en: name_en.into(),
        kind: kind.into(),
    };
    let contact = |agency: &str, from_hour, to_hour, label: &str| DutyContact {
        agency: agency.into(),
        from_hour,
        to_hour,
        label: label.into(),
        channel: Channel::Telephone,
        number: "0562 0000 011".into(),
    };
    let outcome = |code: &str, name_id: &str, name_en: &str| OutcomeKind {
        code: code.into(),
        name_id: name_id.into(),
        name_en: name_en.into(),
    };
    let place = |name: &str, kind: &str, point, kelurahan: &str| NamedPlace {
        name: name.into(),
        kind: kind.into(),
        point,
        kelurahan: kelurahan.into(),
    };
    vec![
        CatalogPart::Agencies(vec![
            agency("damkar", "Pemadam Kebakaran", "Fire service", "fire"),
            agency("psc119", "PSC 119", "Ambulance", "medical"),
            agency("polres", "Polres", "Police", "police"),
            agency("sambas-112", "112 Sambas", "112 Sambas", "neighbour"),
        ]),
        CatalogPart::Types(vec![
            incident_type(
                "kebakaran-bangunan",
                "Kebakaran bangunan",
                "Structure fire",
                1,
                "damkar",
                &["psc119", "polres"],
            ),
            incident_type(
                "kecelakaan-lalu-lintas",
                "Kecelakaan lalu lintas",
                "Traffic collision",
                2,
                "psc119",
                &["polres"],
            ),
            IncidentType {
                sensitive: true,
                ..incident_type("kekerasan-anak", "Kekerasan terhadap anak", "Child abuse", 1, "polres", &["psc119"])
            },
        ]),
        CatalogPart::Contacts(vec![
            contact("damkar", 7, 19, "Piket siang"),
            contact("damkar", 19, 7, "Piket malam"),
            contact("psc119", 0, 24, "Piket"),
        ]),
        CatalogPart::Outcomes(vec![
            outcome("handled", "Ditangani", "Handled"),
            outcome("false-alarm", "Laporan palsu", "False alarm"),
        ]),
        CatalogPart::Areas(vec![
            area(KELURAHAN, "Pasiran", AreaLevel::Kelurahan, [108.98, 0.90], [108.99, 0.91]),
            area("61.72.02.1003", "Melayu", AreaLevel::Kelurahan, [108.99, 0.90], [109.00, 0.91]),
            area("61.01", "Kabupaten Sambas", AreaLevel::Neighbour, [108.90, 1.00], [109.10, 1.10]),
        ]),
        CatalogPart::Places(vec![
            place("Jalan Diponegoro", "street", INSIDE, "Pasiran"),
            place("Jalan Yos Sudarso", "street", (0.906, 108.995), "Melayu"),
            place("SDN 1 Diponegoro", "school", (0.907, 108.986), "Pasiran"),
        ]),
        CatalogPart::Letterhead(Letterhead {
            lines: vec!["Kota Contoh".into()],
            city_name: "Kota Contoh".into(),
            brand: "Sigap 112".into(),
            ..Letterhead::default()
        }),
    ]
}

fn incident_type(code: &str, name_id: &str, name_en: &str, priority: u8, lead: &str, support: &[&str]) -> IncidentType {
    IncidentType {
        code: code.into(),
        name_id: name_id.into(),
        name_en: name_en.into(),
        category: code.split('-').next().unwrap_or_default().into(),
        default_priority: priority,
        lead_agencies: vec![lead.into()],
        support_agencies: support.iter().map(|&agency| agency.into()).collect(),
        sensitive: false,
    }
}

fn area(code: &str, name: &str, level: AreaLevel, south_west: [f64; 2], north_east: [f64; 2]) -> Area {
    let ([west, south], [east, north]) = (south_west, north_east);
    Area {
        code: code.into(),
        name: name.into(),
        level,
        kecamatan_code: "61.72.02".into(),
        kecamatan_name: "Singkawang Barat".into(),
        label_point: ((south + north) / 2.0, (west + east) / 2.0),
        polygons: vec![vec![vec![[west, south], [east, south], [east, north], [west, north], [west, south]]]],
    }
}

/// An operator's account.
///
/// # Panics
/// When it cannot be made.
pub async fn operator(core: &Core, username: &str) -> Caller {
    account(core, username, Role::Operator, None, None).await
}

/// A supervisor's account.
///
/// # Panics
/// When it cannot be made.
pub async fn supervisor(core: &Core, username: &str) -> Caller {
    account(core, username, Role::Supervisor, None, None).await
}

/// A dispatcher's account of an agency.
///
/// # Panics
/// When it cannot be made.
pub async fn dispatcher(core: &Core, username: &str, agency: &str) -> Caller {
    account(core, username, Role::AgencyDispatcher, Some(agency), None).await
}

/// The account of a unit's crew, by call sign.
///
/// # Panics
/// When it cannot be made.
pub async fn crew(core: &Core, username: &str, unit: &str) -> Caller {
    let agency = UNITS.iter().find(|(code, _)| *code == unit).map(|(_, agency)| *agency);
    account(core, username, Role::FieldUnit, agency, Some(Unit::id_of(unit))).await
}

/// An account of any role.
///
/// # Panics
/// When it cannot be made.
pub async fn account(core: &Core, username: &str, role: Role, agency: Option<&str>, unit_id: Option<Uuid>) -> Caller {
    let agency = agency.map(str::to_owned);
    let label = format!("{role:?} {username}");
    let created = Account::create(username, &label, role, agency.clone(), unit_id, true).unwrap();
    let account_id = Account::id_of(username);
    emit::<Account>(core, account_id, [created]).await;
    Caller {
        account_id: Some(account_id),
        session_id: Some(core.context.ids.new_id(core.context.now())),
        role,
        label,
        agency,
        unit_id,
        expires_at: core.context.now().plus_ms(12 * 3_600_000),
    }
}

/// Writes events to one stream, as Siaga itself.
///
/// # Panics
/// When they cannot be written.
pub async fn emit<A: Aggregate>(core: &Core, id: impl ToString, events: impl IntoIterator<Item = A::Event>) {
    emit_as::<A>(core, &Caller::system(), id, events).await;
}

/// The same, as somebody.
///
/// # Panics
/// When they cannot be written.
pub async fn emit_as<A: Aggregate>(
    core: &Core,
    who: &Caller,
    id: impl ToString,
    events: impl IntoIterator<Item = A::Event>,
) {
    let work = Emit::<A> { id: id.to_string(), events: events.into_iter().collect() };
    core.writer.internal_as(Lane::Emergency, who.clone(), work).await.unwrap();
}

/// Puts a personal text beside the log.
///
/// # Panics
/// When it cannot be written.
pub async fn personal(
    core: &Core,
    subject: (&'static str, Uuid),
    incident_id: Option<Uuid>,
    field: &'static str,
    content: &str,
    index: PersonalIndex,
) -> PersonalRef {
    let work = PutPersonal { subject, incident_id, field, content: content.into(), index };
    let reply = core.writer.internal(Lane::Emergency, work).await.unwrap();
    serde_json::from_slice(&reply).unwrap()
}

/// Writes rows that are no history.
///
/// # Panics
/// When they cannot be written.
pub async fn side(core: &Core, writes: impl IntoIterator<Item = SideWrite>) {
    core.writer.internal(Lane::Emergency, Side(writes.into_iter().collect())).await.unwrap();
}

struct Side(Vec<SideWrite>);

#[async_trait]
impl Internal for Side {
    fn name(&self) -> &'static str {
        "test_side"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        self.0.iter().cloned().for_each(|write| work.side(write));
        Ok(Vec::new())
    }
}

/// Runs a client's command.
///
/// # Errors
/// As the command decides.
pub async fn run<C: Command>(core: &Core, who: &Caller, command: C) -> Result<C::Reply, SiagaError> {
    core.writer.command(Lane::Emergency, who.clone(), command).await
}

/// The name, number, narrative and place that [`open`] puts on a card. Invented; they occur nowhere else.
pub const CALLER: [&str; 4] =
    ["Pelapor Contoh", "0562 0000 777", "Asap tebal dari lantai dua", "Ruko contoh nomor tiga"];

/// Opens an incident of a type with [`CALLER`] on its card, from a call of its number; returns incident and call.
///
/// # Panics
/// When it cannot be opened.
pub async fn open(core: &TestCore, who: &Caller, type_code: &str) -> (Uuid, Uuid) {
    let [name, number, narrative, place] = CALLER.map(str::to_owned);
    let ring = v1::RingCallRequest {
        request_id: core.request_id(),
        line: "112-1".into(),
        number: number.clone(),
        ..v1::RingCallRequest::default()
    };
    let call_id = run(core, who, ring).await.unwrap().changed.unwrap().id;
    let answer = v1::AnswerCallRequest { request_id: core.request_id(), call_id: call_id.clone() };
    run(core, who, answer).await.unwrap();
    let point = v1::Point { latitude: INSIDE.0, longitude: INSIDE.1, accuracy_m: 20.0 };
    let open = v1::OpenIncidentRequest {
        request_id: core.request_id(),
        call_id: call_id.clone(),
        caller_name: name,
        caller_number: number,
        narrative,
        place: Some(v1::PlaceInput { text: place, point: Some(point), kelurahan_code: String::new() }),
        type_code: type_code.into(),
        ..v1::OpenIncidentRequest::default()
    };
    let incident_id = run(core, who, open).await.unwrap().changed.unwrap().id;
    (incident_id.parse().unwrap(), call_id.parse().unwrap())
}

/// Sends an incident to agencies and shows the caller to some; returns the assignments in their order.
///
/// # Panics
/// When it cannot be sent.
pub async fn dispatch(core: &TestCore, who: &Caller, incident: Uuid, agencies: &[&str], shared: &[&str]) -> Vec<Uuid> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let dispatch = v1::DispatchIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        agency_codes: texts(agencies),
        share_caller_with: texts(shared),
    };
    let ids = run(core, who, dispatch).await.unwrap().assignment_ids;
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

struct Emit<A: Aggregate> {
    id: String,
    events: Vec<A::Event>,
}

#[async_trait]
impl<A: Aggregate> Internal for Emit<A> {
    fn name(&self) -> &'static str {
        "test_emit"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        for event in &self.events {
            work.emit::<A>(&self.id, event.clone(), &meta).await?;
        }
        Ok(Vec::new())
    }
}

struct PutPersonal {
    subject: (&'static str, Uuid),
    incident_id: Option<Uuid>,
    field: &'static str,
    content: String,
    index: PersonalIndex,
}

#[async_trait]
impl Internal for PutPersonal {
    fn name(&self) -> &'static str {
        "test_put_personal"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let put = work.put_personal(self.subject, self.incident_id, self.field, self.content.clone(), self.index);
        serde_json::to_vec(&put).map_err(|error| SiagaError::internal(error.to_string()))
    }
}

#[tokio::test]
async fn the_city_and_accounts_are_there() {
    let core = core().await;
    let who = operator(&core, "operator1").await;
    assert_eq!(core.context.city().agencies.len(), 4);
    assert_eq!(core.context.city().locate(INSIDE.0, INSIDE.1).kelurahan_code.as_deref(), Some(KELURAHAN));
    assert!(core.context.city().locate(NEIGHBOUR.0, NEIGHBOUR.1).neighbour.is_some());
    let stored = crate::access::credentials::account(&core.context, who.account_id.unwrap()).await.unwrap();
    assert_eq!((stored.role, stored.label.as_str()), (Role::Operator, who.label.as_str()));
}
