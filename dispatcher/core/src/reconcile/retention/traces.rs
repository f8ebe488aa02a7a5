//! What an erasure leaves behind in the database's files.
//!
//! A reader of the log like any other: behind its position nothing erased has left a trace. So it stands what is still
//! to be done, whoever erased, whoever is at work and however often Siaga was started since.

use super::EVERY_MS;
use crate::{Core, command::Internal, context::store_error, reconcile::Reconciler, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{SiagaError, Timestamp};
use siaga_store::{Cleared, CommandCommit, SideWrite, Store};

/// The reader's name in the store.
const READER: &str = "erased-traces";
/// Events read at once, and pages of them in one run.
const PAGE: u32 = 1_000;
const PAGES: usize = 10;
/// A file up to this size is rewritten while calls are taken: the log's writer waits for about a second, in bytes.
const REWRITTEN_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Files are rewritten at most this often, however much is erased, in ms.
const REST_MS: i64 = 3_600_000;
/// A file that is too large is looked at, and said, once a day, in ms.
const TOO_LARGE_REST_MS: i64 = 24 * 3_600_000;
/// Readers in the way are short; the next try waits twice as long each time, from here up to [`REST_MS`], in ms.
const FIRST_WAIT_MS: i64 = 60_000;

/// Clears the traces of erased rows from the database's files.
#[derive(Default)]
pub(super) struct Traces {
    /// Not to be tried before.
    rest_until: Option<Timestamp>,
    /// The wait after the last try that readers were in the way of, in ms.
    waited_ms: i64,
}

#[async_trait]
impl Reconciler for Traces {
    fn name(&self) -> &'static str {
        READER
    }

    fn every_ms(&self) -> i64 {
        EVERY_MS
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError> {
        let (store, now) = (&*core.context.background, core.context.now());
        if self.rest_until.is_some_and(|until| now < until) {
            return Ok(0);
        }
        let Some(upto) = erased_upto(core, store).await? else {
            metrics::gauge!("siaga_erased_traces_due").set(0);
            return Ok(0);
        };
        metrics::gauge!("siaga_erased_traces_due").set(1);
        let wait_ms = match store.after_erase(Some(REWRITTEN_BYTES_MAX)).await.map_err(store_error)? {
            Cleared::Done => {
                core.writer.internal(Lane::Routine, ReadUpTo(upto)).await?;
                metrics::gauge!("siaga_erased_traces_due").set(0);
                *self = Self { rest_until: Some(now.plus_ms(REST_MS)), waited_ms: 0 };
                return Ok(1);
            }
            Cleared::ReadersInTheWay => {
                self.waited_ms = (self.waited_ms * 2).clamp(FIRST_WAIT_MS, REST_MS);
                self.waited_ms
            }
            Cleared::TooLarge { bytes } => {
                tracing::warn!(
                    mebibytes = bytes / 1024 / 1024,
                    "erased data may have left traces in the database file, which is too large to be rewritten while \
                     calls are taken: run `siaga compact` when the server is stopped for maintenance"
                );
                TOO_LARGE_REST_MS
            }
        };
        self.rest_until = Some(now.plus_ms(wait_ms));
        Ok(0)
    }
}

/// Reads on in the log: up to which event something was erased whose traces may be there, none if nothing was. What
/// has no erasures is behind from then on.
async fn erased_upto(core: &Core, store: &dyn Store) -> Result<Option<u64>, SiagaError> {
    let start = store.reader_position(READER).await.map_err(store_error)?;
    let (mut position, mut found) = (start, None);
    for _ in 0..PAGES {
        let events = store.events_after(position, PAGE).await.map_err(store_error)?;
        let Some(last) = events.last() else { break };
        position = last.position;
        if events.iter().any(|event| event.event_type.ends_with("personal_erased")) {
            found = Some(position);
        }
        if events.len() < PAGE as usize {
            break;
        }
    }
    if found.is_none() && position > start {
        core.writer.internal(Lane::Routine, ReadUpTo(position)).await?;
    }
    Ok(found)
}

/// Written by the log's writer, with whatever else is written just then.
struct ReadUpTo(u64);

impl ReadUpTo {
    fn write(&self) -> SideWrite {
        SideWrite::ReaderAt { name: READER.to_owned(), position: self.0 }
    }
}

#[async_trait]
impl Internal for ReadUpTo {
    fn name(&self) -> &'static str {
        "ErasedTracesReadUpTo"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        work.side(self.write());
        Ok(Vec::new())
    }
}

/// Clears the traces of everything erased so far, whatever the size of the file. On SQLite no server may run: all its
/// writers would wait.
///
/// # Errors
/// SIAGA-1901 and the like, as the store says.
pub async fn clear_traces(store: &dyn Store) -> Result<Cleared, SiagaError> {
    let head = store.head().await.map_err(store_error)?;
    let cleared = store.after_erase(None).await.map_err(store_error)?;
    if cleared == Cleared::Done {
        let extra = vec![ReadUpTo(head.position).write()];
        store.append(&[CommandCommit { extra, ..CommandCommit::default() }]).await.map_err(store_error)?;
    }
    Ok(cleared)
}
