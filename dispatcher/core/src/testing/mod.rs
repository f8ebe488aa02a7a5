//! A core on a throwaway database with a small invented city, for tests: fixed time, ids in order, no sleeping.
//!
//! `testing::core().await` is a running core; `testing::operator(&core, "operator1").await` an account in it. [`emit`]
//! writes domain events past the commands, for tests of what follows from events. [`tell_on_each`] tells a story on each
//! database.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod city;
mod databases;
mod fixed;
mod people;
mod story;
mod write;

pub use city::{INSIDE, KELURAHAN, NEIGHBOUR, UNITS, city};
#[cfg(test)]
pub(crate) use databases::on_each;
pub use databases::{fresh, tell_on_each};
pub use fixed::{START, TestClock, TestIds};
pub use people::{account, crew, dispatcher, operator, supervisor};
pub use story::{CALLER, dispatch, jpeg, open, photo};
pub use write::{emit, emit_as, personal, run, side};

use crate::{Core, CoreConfig};
use siaga_domain::{
    Clock, IdSource,
    catalog::{Catalog, CatalogEvent},
    report::{IncidentReport, ReportError, ReportLanguage, ReportRenderer, activity::ActivityReport},
    unit::{Unit, UnitEvent},
};
use siaga_store::testing::TestStore;
use std::sync::Arc;

/// Prints nothing but the number, and a period's figures as they came, so that tests see that the right ones came.
#[derive(Debug)]
struct NumberOnly;

impl ReportRenderer for NumberOnly {
    fn render(&self, report: &IncidentReport, _: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        Ok(format!("%PDF {}", report.number).into_bytes())
    }

    fn render_activity(&self, report: &ActivityReport, _: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        let report = serde_json::to_string(report).map_err(|error| ReportError::Failed(error.to_string()))?;
        Ok(format!("%PDF {report}").into_bytes())
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

/// A core on a fresh database, with the small city loaded.
///
/// # Panics
/// When it cannot be made.
pub async fn core() -> TestCore {
    core_with(fresh().await, CoreConfig::default()).await
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

#[cfg(test)]
on_each!(the_city_and_accounts_are_there);

#[cfg(test)]
async fn the_city_and_accounts_are_there() {
    let core = core().await;
    let who = operator(&core, "operator1").await;
    assert_eq!(core.context.city().agencies.len(), 4);
    assert_eq!(core.context.city().locate(INSIDE.0, INSIDE.1).kelurahan_code.as_deref(), Some(KELURAHAN));
    assert!(core.context.city().locate(NEIGHBOUR.0, NEIGHBOUR.1).neighbour.is_some());
    let stored = crate::access::credentials::account(&core.context, who.account_id.unwrap()).await.unwrap();
    assert_eq!((stored.role, stored.label.as_str()), (siaga_domain::Role::Operator, who.label.as_str()));
}
