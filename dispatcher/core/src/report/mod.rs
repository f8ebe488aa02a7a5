//! GetReport: the *Laporan Penanganan Kejadian Darurat* of a case, for one reader.

mod build;
mod lines;
#[cfg(test)]
mod simple_case;
#[cfg(test)]
mod tests;
mod words;

use crate::{
    Core,
    access::{
        Caller,
        sight::{self, Reader},
    },
    command::Internal,
    context::Context,
    convert,
    views::{
        after_end_ms,
        load::{Histories, Loaded, Wanted},
    },
    work::Work,
    writer::Lane,
};
use async_trait::async_trait;
use build::Sight;
use siaga_domain::{
    ErrorKind, Role, SiagaError,
    account::{Account, AccountEvent},
    report::{ReportError, ReportLanguage, ReportRenderer},
};
use siaga_proto::v1::{GetReportRequest, GetReportResponse};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// Reports of one kind: how many are made at once, and how many there may be with those that wait.
pub(crate) struct Queue {
    making: Semaphore,
    waiting: Semaphore,
}

/// Of cases; each takes a core for a while.
static CASES: Queue = Queue::new(2, 32);
/// Of days, weeks and months: one at a time, so that no case waits behind several.
pub(crate) static PERIODS: Queue = Queue::new(1, 4);

impl Queue {
    const fn new(making: usize, waiting: usize) -> Self {
        Self { making: Semaphore::const_new(making), waiting: Semaphore::const_new(waiting) }
    }

    /// A place among those that wait.
    pub(crate) fn try_wait(&self) -> Option<SemaphorePermit<'_>> {
        self.waiting.try_acquire().ok()
    }
}

/// Held while a report is made.
pub(crate) struct Turn<'a> {
    _waiting: SemaphorePermit<'a>,
    _making: SemaphorePermit<'a>,
}

/// Waits for a report's turn.
///
/// # Errors
/// SIAGA-1907 when too many wait.
pub(crate) async fn turn(queue: &Queue) -> Result<Turn<'_>, SiagaError> {
    let waiting = queue.try_wait().ok_or_else(busy)?;
    let making = queue.making.acquire().await.map_err(|error| SiagaError::internal(error.to_string()))?;
    Ok(Turn { _waiting: waiting, _making: making })
}

/// The language that a report is asked for in; empty: Indonesian.
///
/// # Errors
/// SIAGA-1001 for one that there is not.
pub(crate) fn language(asked: &str) -> Result<ReportLanguage, SiagaError> {
    match asked {
        "" | "id" => Ok(ReportLanguage::Indonesian),
        "en" => Ok(ReportLanguage::English),
        _ => {
            let error = SiagaError::invalid("language", "Pilih \"id\" atau \"en\".", "Choose \"id\" or \"en\".");
            Err(error.allowed(["id", "en"]))
        }
    }
}

/// Sets a document away from the threads that serve calls.
///
/// # Errors
/// SIAGA-1907 when the typesetter's own queue is full, SIAGA-1900 when it fails.
pub(crate) async fn set(
    context: &Context,
    job: impl FnOnce(&dyn ReportRenderer) -> Result<Vec<u8>, ReportError> + Send + 'static,
) -> Result<Vec<u8>, SiagaError> {
    let renderer = Arc::clone(&context.renderer);
    tokio::task::spawn_blocking(move || job(&*renderer))
        .await
        .map_err(|error| SiagaError::internal(format!("the report's thread ended: {error}")))?
        .map_err(|error| match error {
            ReportError::Busy => busy(),
            ReportError::Failed(words) => SiagaError::internal(format!("report: {words}")),
        })
}

/// Makes the report of a case.
///
/// # Errors
/// SIAGA-1001 for an unknown language, SIAGA-1002 for a case that is not there or not for this reader, SIAGA-1907 when
/// too many are being made.
pub async fn get_report(core: &Core, who: &Caller, request: GetReportRequest) -> Result<GetReportResponse, SiagaError> {
    let language = language(&request.language)?;
    let incident_id = convert::id("incident_id", &request.incident_id)?;
    let _turn = turn(&CASES).await?;
    let context = &core.context;
    let loaded = load(context, incident_id).await?;
    let sight = sight_of(context, who, incident_id, &loaded)?;
    let report = build::report(context, who, incident_id, &loaded, sight, language).await?;
    if report.sensitive {
        log_reading(core, who, incident_id).await?;
    }
    let file_name = format!("Laporan-{}.pdf", report.number);
    let pdf = set(context, move |renderer| renderer.render(&report, language)).await?;
    Ok(GetReportResponse { file_name, pdf })
}

async fn load(context: &Context, incident_id: Uuid) -> Result<Loaded, SiagaError> {
    let one = BTreeSet::from([incident_id]);
    let wanted = Wanted { incidents: one.clone(), calls_of: one, ..Wanted::default() };
    let loaded = Loaded::load(context, &wanted, 0, Histories::None).await?;
    if loaded.incidents.contains_key(&incident_id) { Ok(loaded) } else { Err(not_here()) }
}

/// The centre sees everything; an agency what its own assignment lets it see, for as long as it does.
fn sight_of(context: &Context, who: &Caller, incident_id: Uuid, loaded: &Loaded) -> Result<Sight, SiagaError> {
    if who.is_centre() {
        return Ok(Sight { caller: true, words: true });
    }
    let (Role::AgencyDispatcher, Some(agency)) = (who.role, &who.agency) else { return Err(not_here()) };
    let reader = Reader::Agency(agency.clone());
    let Some((_, case)) = loaded.case(incident_id) else { return Err(not_here()) };
    let named = loaded.incidents.get(&incident_id).map(|row| row.state.assignments.as_slice()).unwrap_or_default();
    let own = named.iter().chain(&case.state.assignments).filter_map(|id| loaded.assignments.get(id));
    own.filter_map(|assignment| {
        sight::task(&reader, &assignment.state, &case.state, context.now(), after_end_ms(&context.config))
    })
    .map(|sight| Sight { caller: sight.caller, words: sight.words })
    .reduce(|a, b| Sight { caller: a.caller || b.caller, words: a.words || b.words })
    .ok_or_else(not_here)
}

fn not_here() -> SiagaError {
    SiagaError::not_found("Kejadian", "The incident").field("incident_id")
}

/// SIAGA-1907: too many reports at once.
fn busy() -> SiagaError {
    SiagaError::new(
        "SIAGA-1907",
        ErrorKind::Exhausted,
        "Terlalu banyak laporan sedang dibuat. Coba lagi sebentar.",
        "Too many reports are being made. Try again in a moment.",
    )
    .retry_after_ms(2_000)
}

/// Whoever reads a sensitive case in full is on record.
async fn log_reading(core: &Core, who: &Caller, incident_id: Uuid) -> Result<(), SiagaError> {
    let Some(account_id) = who.account_id else { return Ok(()) };
    core.writer.internal_as(Lane::Routine, who.clone(), ReadSensitive { account_id, incident_id }).await.map(|_| ())
}

struct ReadSensitive {
    account_id: Uuid,
    incident_id: Uuid,
}

#[async_trait]
impl Internal for ReadSensitive {
    fn name(&self) -> &'static str {
        "ReadSensitiveReport"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        let read = AccountEvent::SensitiveCaseRead { incident_id: self.incident_id };
        work.emit::<Account>(self.account_id, read, &meta).await?;
        Ok(Vec::new())
    }
}
