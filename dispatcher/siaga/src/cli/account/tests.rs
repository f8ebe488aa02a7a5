use std::sync::Arc;

use siaga_core::access::passwords;
use siaga_core::command::Internal;
use siaga_core::setup::{RegisterUnits, UnitSeed};
use siaga_core::work::Work;
use siaga_core::{Core, CoreConfig};
use siaga_domain::{Clock as _, IdSource as _, SiagaError};
use siaga_store::{Session, SessionKind, SideWrite};

use super::*;
use crate::cli::init::tests::{initialised, tools_of};
use crate::stores;
use crate::system::{SystemClock, SystemIds};

const TOKEN: &str = "siaga_token-of-a-test";

fn options(folder: &tempfile::TempDir) -> ConfigOptions {
    ConfigOptions::of_data(&folder.path().join("data"))
}

fn password(folder: &tempfile::TempDir, text: &str) -> NewPassword {
    let file = folder.path().join("password");
    std::fs::write(&file, text).unwrap();
    NewPassword::of_file(&file)
}

fn adding(folder: &tempfile::TempDir, name: &str, role: AccountRole) -> Add {
    Add {
        name: name.into(),
        role,
        agency: None,
        unit: None,
        label: format!("Pos {name}"),
        password: password(folder, "kata sandi pertama"),
        options: options(folder),
    }
}

async fn disabling(folder: &tempfile::TempDir, name: &str) -> Result<(), Failure> {
    disable(Disable { name: name.into(), reason: "pindah tugas".into(), options: options(folder) }).await
}

/// Signs an account in, past the sign-in.
struct OpenSession(&'static str);

#[async_trait::async_trait]
impl Internal for OpenSession {
    fn name(&self) -> &'static str {
        "test"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let session = Session {
            id: SystemIds.new_id(SystemClock.now()),
            token_hash: passwords::token_hash(TOKEN),
            account_id: Account::id_of(self.0),
            kind: SessionKind::Machine,
            label: None,
            created_at: work.now,
            expires_at: work.now.plus_ms(3_600_000),
            last_seen_at: work.now,
            revoked_at: None,
        };
        work.side(SideWrite::CreateSession(session));
        Ok(Vec::new())
    }
}

async fn is_revoked(tools: &Tools, name: &str) -> bool {
    let sessions = tools.context.store.sessions_of_account(Account::id_of(name)).await.unwrap();
    assert!(!sessions.is_empty());
    sessions.iter().all(|session| session.revoked_at.is_some())
}

#[tokio::test]
async fn accounts_of_every_role_are_made_where_they_belong() {
    let folder = initialised(false).await;
    let tools = tools_of(&folder).await;
    let unit = UnitSeed {
        code: "DAMKAR-01".into(),
        agency: "damkar".into(),
        kind: "pemadam".into(),
        shareable: false,
        crew: Vec::new(),
        equipment: Vec::new(),
    };
    tools.run(RegisterUnits(vec![unit])).await.unwrap();
    for (name, role) in [
        ("operator1", AccountRole::Operator),
        ("pengawas1", AccountRole::Supervisor),
        ("analis1", AccountRole::HubAnalyst),
        ("admin2", AccountRole::Administrator),
    ] {
        add(adding(&folder, name, role)).await.unwrap();
    }
    let dispatcher = Add { agency: Some("damkar".into()), ..adding(&folder, "damkar1", AccountRole::AgencyDispatcher) };
    add(dispatcher).await.unwrap();
    add(Add { unit: Some("DAMKAR-01".into()), ..adding(&folder, "regu1", AccountRole::FieldUnit) }).await.unwrap();

    let crew = tools.find::<Account>(Account::id_of("regu1")).await.unwrap().unwrap();
    assert_eq!((crew.agency.as_deref(), crew.unit_id), (Some("damkar"), Some(Unit::id_of("DAMKAR-01"))));
    assert!(!crew.demo);
    let kept = tools.context.store.credential(Account::id_of("regu1")).await.unwrap().unwrap();
    assert!(passwords::verify("kata sandi pertama", &kept));
    list(options(&folder)).await.unwrap();
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_what_would() {
    let folder = initialised(false).await;
    let head = tools_of(&folder).await.context.store.head().await.unwrap();
    let dispatcher = || adding(&folder, "damkar1", AccountRole::AgencyDispatcher);
    let crew = || adding(&folder, "regu1", AccountRole::FieldUnit);
    let operator = || adding(&folder, "operator1", AccountRole::Operator);
    for (command, said) in [
        (dispatcher(), "needs --agency"),
        (Add { agency: Some("damkart".into()), ..dispatcher() }, "there are: "),
        (Add { agency: Some("damkar".into()), ..operator() }, "this role has none"),
        (crew(), "needs --unit"),
        (Add { unit: Some("DAMKAR-99".into()), ..crew() }, "there is no unit `DAMKAR-99`"),
        (Add { unit: Some("DAMKAR-01".into()), ..operator() }, "no other role has one"),
        (Add { name: "Operator Satu".into(), ..operator() }, "Account name"),
        (Add { label: String::new(), ..operator() }, "label"),
        (Add { name: "admin.utama".into(), ..operator() }, "exists already"),
        (Add { password: password(&folder, "pendek"), ..operator() }, "12 to 200"),
    ] {
        // The file is read late: each has its own content.
        let short = said == "12 to 200";
        std::fs::write(folder.path().join("password"), if short { "pendek" } else { "kata sandi pertama" }).unwrap();
        let refused = add(command).await.unwrap_err().to_string();
        assert!(refused.contains(said), "{said} in {refused}");
    }
    for refused in [
        disabling(&folder, "nobody").await,
        enable(Named { name: "nobody".into(), options: options(&folder) }).await,
        reset(Reset { name: "nobody".into(), password: NewPassword::default(), options: options(&folder) }).await,
    ] {
        assert!(refused.unwrap_err().to_string().contains("siaga account list"));
    }
    assert_eq!(tools_of(&folder).await.context.store.head().await.unwrap(), head);
}

#[tokio::test]
async fn a_reset_ends_sessions_and_a_disabled_account_stays_so_until_it_is_enabled() {
    let folder = initialised(true).await;
    add(adding(&folder, "operator1", AccountRole::Operator)).await.unwrap();
    let tools = tools_of(&folder).await;
    tools.run(OpenSession("operator1")).await.unwrap();
    let password = password(&folder, "kata sandi kedua");
    reset(Reset { name: "operator1".into(), password, options: options(&folder) }).await.unwrap();
    assert!(is_revoked(&tools, "operator1").await);
    let kept = tools.context.store.credential(Account::id_of("operator1")).await.unwrap().unwrap();
    assert!(passwords::verify("kata sandi kedua", &kept) && !passwords::verify("kata sandi pertama", &kept));

    let disabled = async || tools.find::<Account>(Account::id_of("operator1")).await.unwrap().unwrap().disabled;
    disabling(&folder, "operator1").await.unwrap();
    assert!(disabled().await);
    let head = tools.context.store.head().await.unwrap();
    disabling(&folder, "operator1").await.unwrap();
    assert_eq!(tools.context.store.head().await.unwrap(), head, "the second time does nothing");
    enable(Named { name: "operator1".into(), options: options(&folder) }).await.unwrap();
    assert!(!disabled().await);
}

struct NoReports;

impl siaga_domain::report::ReportRenderer for NoReports {
    fn render(
        &self,
        _: &siaga_domain::report::IncidentReport,
        _: siaga_domain::report::ReportLanguage,
    ) -> Result<Vec<u8>, siaga_domain::report::ReportError> {
        Err(siaga_domain::report::ReportError::Busy)
    }

    fn render_activity(
        &self,
        _: &siaga_domain::report::activity::ActivityReport,
        _: siaga_domain::report::ReportLanguage,
    ) -> Result<Vec<u8>, siaga_domain::report::ReportError> {
        Err(siaga_domain::report::ReportError::Busy)
    }
}

#[tokio::test]
async fn a_running_server_lets_a_disabled_account_go() {
    let folder = initialised(true).await;
    add(adding(&folder, "operator1", AccountRole::Operator)).await.unwrap();
    tools_of(&folder).await.run(OpenSession("operator1")).await.unwrap();
    let config = options(&folder).load().unwrap();
    let _server = stores::take_folder(&config.data).unwrap();
    let store = stores::open(&config).await.unwrap();
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let core = Core::start(store, clock, ids, CoreConfig::default(), Arc::new(NoReports)).await.unwrap();
    let headers: http::HeaderMap =
        [(http::header::AUTHORIZATION, format!("Bearer {TOKEN}").parse().unwrap())].into_iter().collect();
    let asks = async || core.credentials.caller(&core.context, &headers).await;
    assert_eq!(asks().await.unwrap().account_id, Some(Account::id_of("operator1")));

    disabling(&folder, "operator1").await.unwrap();
    let let_go = async {
        while asks().await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), let_go).await.expect("the server lets it go");
    core.stop().await;
}
