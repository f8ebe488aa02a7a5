//! What the command line works with where it changes an installation: the core's writer over the installation's store,
//! without a feed and without reconcilers.
//!
//! It works beside a running server: stream versions and positions are checked in the transaction, and the server reads
//! on in the log by its timer.

use std::sync::Arc;

use siaga_core::access::{Caller, passwords};
use siaga_core::command::Internal;
use siaga_core::writer::{Lane, Writer};
use siaga_core::{Context, CoreConfig};
use siaga_domain::catalog::{Catalog, CatalogPart};
use siaga_domain::report::{IncidentReport, ReportError, ReportLanguage, ReportRenderer, activity::ActivityReport};
use siaga_domain::{Aggregate, ErrorKind, Role, SiagaError};
use siaga_store::{Store, StreamKey};

use crate::cli::Failure;
use crate::config::Config;
use crate::stores;
use crate::system::{SystemClock, SystemIds};

/// How the log names whoever works at the command line: the machine knows no account.
const LABEL: &str = "Baris perintah (administrator)";
/// Streams read at once.
const PAGE: u32 = 1_000;

/// The core's writer over an installation's store.
pub struct Tools {
    /// Store, clock, ids and city.
    pub context: Arc<Context>,
    writer: Writer,
}

impl Tools {
    /// Works on an installation that exists.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub async fn open_existing(config: &Config) -> Result<Self, Failure> {
        Self::over(stores::open_existing(config).await?).await
    }

    /// Works on a store.
    ///
    /// # Errors
    /// The city's data in it cannot be read.
    pub async fn over(store: Arc<dyn Store>) -> Result<Self, Failure> {
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let context = Arc::new(Context::new(store, clock, ids, CoreConfig::default(), Arc::new(NoReports)));
        context.reload_city().await.map_err(|error| explain(&error))?;
        let (writer, _ended_by_dropping) = Writer::start(Arc::clone(&context));
        Ok(Self { context, writer })
    }

    /// Does something that changes the installation. On disk when it returns.
    ///
    /// # Errors
    /// It was refused, or could not be written.
    pub async fn run(&self, work: impl Internal + 'static) -> Result<(), Failure> {
        let who = Caller { role: Role::Administrator, label: LABEL.to_owned(), ..Caller::system() };
        let done = self.writer.internal_as(Lane::Routine, who, work).await;
        done.map(|_| ()).map_err(|error| explain(&error))
    }

    /// What the events of one stream come to, if there are any.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn find<A: Aggregate>(&self, id: impl ToString) -> Result<Option<A>, Failure> {
        let rows = self.context.store.load_streams(&[StreamKey::new(A::KIND, id)]).await.map_err(stores::explain)?;
        rows.into_iter().next().map(|row| state(row.state)).transpose()
    }

    /// All streams of a kind, or the open ones, by id.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn list<A: Aggregate>(&self, open_only: bool) -> Result<Vec<A>, Failure> {
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.context.store.list_streams(A::KIND, open_only, after.as_deref(), PAGE).await;
            let page = page.map_err(stores::explain)?;
            after = page.last().filter(|_| page.len() == PAGE as usize).map(|row| row.key.id.clone());
            for row in page {
                found.push(state(row.state)?);
            }
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// One kind of the catalog in the order it was imported, if it ever was.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn catalog(&self, stream_id: &str) -> Result<Option<CatalogPart>, Failure> {
        Ok(self.find::<Catalog>(stream_id).await?.and_then(|catalog| catalog.part))
    }
}

fn state<A: Aggregate>(stored: serde_json::Value) -> Result<A, Failure> {
    let advice = "run `siaga rebuild` while no server runs, then try again";
    serde_json::from_value(stored)
        .map_err(|error| Failure::failed(format!("a stored {} cannot be read: {error}", A::KIND), advice))
}

/// Checks a password and hashes it, away from the writer.
///
/// # Errors
/// It is too short or too long.
pub async fn hashed(password: String) -> Result<String, Failure> {
    passwords::check("password", &password).map_err(|error| explain(&error))?;
    let hash = passwords::slowly(move || passwords::hash(&password, &SystemIds)).await;
    hash.and_then(|hash| hash).map_err(|error| explain(&error))
}

/// What an error of the core is to whoever started the command.
#[must_use]
pub fn explain(error: &SiagaError) -> Failure {
    let field = error.field.as_ref().map_or_else(String::new, |field| format!(" ({field})"));
    match error.kind {
        ErrorKind::Internal | ErrorKind::Unavailable | ErrorKind::Exhausted => {
            let why = error.private.as_ref().map_or_else(String::new, |private| format!(" [{private}]"));
            Failure::failed(
                format!("{error}{why}"),
                "nothing was changed; docs/errors.md says what to do about this code, then run the command again",
            )
        }
        _ => Failure::Refused(format!("{error}{field}\n  nothing was changed; correct it and run the command again")),
    }
}

/// The command line makes no reports.
struct NoReports;

impl ReportRenderer for NoReports {
    fn render(&self, _: &IncidentReport, _: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        Err(ReportError::Failed("the command line makes no reports".to_owned()))
    }

    fn render_activity(&self, _: &ActivityReport, _: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        Err(ReportError::Failed("the command line makes no reports".to_owned()))
    }
}
