//! The one writer of this process: groups the commands that wait into one commit.
//!
//! Each command is decided on the state that the earlier ones of its group left, emergencies first. A refused one
//! leaves the group. Nothing is confirmed before the group is on disk. When another process changed a stream
//! meanwhile, the group is decided again on fresh state, and at last one by one.

use crate::{
    access::Caller,
    command::{AnyCommand, Command, Internal, InternalCommand},
    context::{Context, store_error},
    work::{Group, Work},
};
use futures_util::FutureExt;
use prost::Message;
use siaga_domain::{ErrorKind, SiagaError, Timestamp};
use siaga_store::{CommandCommit, StoreError, StoredRequest, StreamKey};
use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Commands of one commit at most; more wait for the next one.
const GROUP_MAX: usize = 256;
/// A command with more than this, a photo, is the last of its commit, in bytes: calls wait for one at most.
const LARGE_BYTES: usize = 64 * 1024;
/// How often a command is decided again after another process changed what it read.
const CONFLICT_RETRIES: u32 = 24;
/// How often a group is tried as a whole before each of its commands is tried by itself.
const GROUP_ROUNDS: u32 = 6;
/// A client's clock may be this far ahead before its request ids are refused, in ms: a day.
const ID_TIME_AHEAD_MS: i64 = 24 * 3_600_000;

/// Which queue a command waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Calls, incidents, dispatch: always first.
    Emergency,
    /// Everything that can wait.
    Routine,
}

struct Job {
    command: Box<dyn AnyCommand>,
    who: Caller,
    request_id: Option<Uuid>,
    is_large: bool,
    reply: oneshot::Sender<Result<Vec<u8>, SiagaError>>,
}

/// The way to the log's writer.
#[derive(Clone)]
pub struct Writer {
    context: Arc<Context>,
    emergency: mpsc::Sender<Job>,
    routine: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer's task. It ends, after what waits is written, when all handles are gone.
    pub fn start(context: Arc<Context>) -> (Self, tokio::task::JoinHandle<()>) {
        let (emergency, emergency_jobs) = mpsc::channel(context.config.queue_commands);
        let (routine, routine_jobs) = mpsc::channel(context.config.queue_commands);
        let task = tokio::spawn(run(Arc::clone(&context), emergency_jobs, routine_jobs));
        (Self { context, emergency, routine }, task)
    }

    /// Runs a client's command: the same request id gives the same reply.
    ///
    /// # Errors
    /// The command's refusals; SIAGA-1003, SIAGA-1005 for its request id; SIAGA-1906 when the queue is full.
    pub async fn command<C: Command>(&self, lane: Lane, who: Caller, command: C) -> Result<C::Reply, SiagaError> {
        let request_id = request_id(command.request_id(), self.context.now(), self.context.config.request_days)?;
        let reply = self.submit(lane, Box::new(command), who, Some(request_id)).await?;
        C::Reply::decode(reply.as_slice())
            .map_err(|error| SiagaError::internal(format!("stored reply of {}: {error}", C::NAME)))
    }

    /// Runs a client's command that carries more than its message, e.g. the hash of a secret that must not be stored.
    pub(crate) async fn prepared(
        &self,
        lane: Lane,
        who: Caller,
        id: &str,
        command: Box<dyn AnyCommand>,
    ) -> Result<Vec<u8>, SiagaError> {
        let request_id = request_id(id, self.context.now(), self.context.config.request_days)?;
        self.submit(lane, command, who, Some(request_id)).await
    }

    /// Runs work of Siaga itself.
    ///
    /// # Errors
    /// As the work decides; SIAGA-1906 when the queue is full.
    pub async fn internal<I: Internal + 'static>(&self, lane: Lane, work: I) -> Result<Vec<u8>, SiagaError> {
        self.submit(lane, Box::new(InternalCommand(work)), Caller::system(), None).await
    }

    /// The same, as somebody: the command line as its administrator.
    ///
    /// # Errors
    /// As the work decides; SIAGA-1906 when the queue is full.
    pub async fn internal_as<I: Internal + 'static>(
        &self,
        lane: Lane,
        who: Caller,
        work: I,
    ) -> Result<Vec<u8>, SiagaError> {
        self.submit(lane, Box::new(InternalCommand(work)), who, None).await
    }

    async fn submit(
        &self,
        lane: Lane,
        command: Box<dyn AnyCommand>,
        who: Caller,
        request_id: Option<Uuid>,
    ) -> Result<Vec<u8>, SiagaError> {
        let (reply, answer) = oneshot::channel();
        let queue = match lane {
            Lane::Emergency => &self.emergency,
            Lane::Routine => &self.routine,
        };
        let is_large = command.bytes() > LARGE_BYTES;
        queue.try_send(Job { command, who, request_id, is_large, reply }).map_err(|_| {
            SiagaError::new(
                "SIAGA-1906",
                ErrorKind::Exhausted,
                "Server sedang sangat sibuk. Coba lagi sebentar; isian Anda tetap ada.",
                "The server is very busy. Try again in a moment; what you typed is kept.",
            )
            .retry_after_ms(500)
        })?;
        answer.await.map_err(|_| SiagaError::internal("the writer stopped").retry_after_ms(1000))?
    }
}

/// The id a client made for a command, checked.
fn request_id(text: &str, now: Timestamp, days: u32) -> Result<Uuid, SiagaError> {
    let id = Uuid::parse_str(text).ok();
    let made_at = id.and_then(Timestamp::of_uuid_v7);
    let (Some(id), Some(made_at)) = (id, made_at) else {
        return Err(SiagaError::invalid(
            "request_id",
            "Setiap perintah butuh request_id berupa UUIDv7.",
            "Every command needs a request_id that is a UUIDv7.",
        ));
    };
    let age_ms = now.ms_since(made_at);
    if age_ms > i64::from(days) * 24 * 3_600_000 || age_ms < -ID_TIME_AHEAD_MS {
        return Err(SiagaError::new(
            "SIAGA-1005",
            ErrorKind::Invalid,
            "Perintah ini terlalu lama tersimpan, atau jam perangkat salah. Buat perintah baru.",
            "This command is too old, or the device's clock is wrong. Make a new one.",
        )
        .field("request_id"));
    }
    Ok(id)
}

async fn run(context: Arc<Context>, mut emergency: mpsc::Receiver<Job>, mut routine: mpsc::Receiver<Job>) {
    loop {
        let first = tokio::select! {
            biased;
            Some(job) = emergency.recv() => job,
            Some(job) = routine.recv() => job,
            else => return,
        };
        write_group(&context, gather(first, &mut emergency, &mut routine)).await;
    }
}

/// What is written together: what waits, emergencies first, up to a large one.
fn gather(first: Job, emergency: &mut mpsc::Receiver<Job>, routine: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut is_full = first.is_large;
    let mut jobs = vec![first];
    while jobs.len() < GROUP_MAX && !is_full {
        let Ok(job) = emergency.try_recv().or_else(|_| routine.try_recv()) else { break };
        is_full = job.is_large;
        jobs.push(job);
    }
    jobs
}

/// A decided command that waits for the commit of its group.
struct Waiting {
    job: Job,
    hash: String,
    reply: Vec<u8>,
}

async fn write_group(context: &Context, mut jobs: Vec<Job>) {
    let started = Instant::now();
    let mut alone = Vec::new();
    for round in 0..GROUP_ROUNDS {
        let left = write_together(context, jobs).await;
        alone.extend(left.alone);
        jobs = left.together;
        if jobs.is_empty() {
            break;
        }
        pause(context, round).await;
    }
    jobs.extend(alone);
    for job in jobs {
        write_one(context, job).await;
    }
    metrics::histogram!("siaga_writer_group_seconds").record(started.elapsed().as_secs_f64());
}

/// What a try left unwritten.
#[derive(Default)]
struct Left {
    /// Another process came first; one new commit may still serve them all.
    together: Vec<Job>,
    /// Each needs a look of its own.
    alone: Vec<Job>,
}

async fn write_together(context: &Context, jobs: Vec<Job>) -> Left {
    let mut group = Group::default();
    let mut waiting: Vec<Waiting> = Vec::with_capacity(jobs.len());
    let mut commits: Vec<CommandCommit> = Vec::with_capacity(jobs.len());
    let mut left = Left::default();
    for job in jobs {
        let hash = job.command.hash();
        if waiting.iter().any(|other| same_request(&other.job, &job)) {
            // The same request twice in one group: the second finds the first one's reply.
            left.alone.push(job);
            continue;
        }
        if let Some(answer) = known_reply(context, &job, &hash) {
            answer_job(job, answer);
            continue;
        }
        match decide(context, &group, &job, &hash).await {
            Ok((decided, reply)) => {
                commits.push(decided.join(&mut group));
                waiting.push(Waiting { job, hash, reply });
            }
            Err(refused) => match stored_reply(context, &job, &hash).await {
                Some(answer) => answer_job(job, answer),
                None if is_stale(context, &refused.read).await => left.alone.push(job),
                None => answer_job(job, Err(refused.error)),
            },
        }
    }
    let jobs_of = |waiting: Vec<Waiting>| waiting.into_iter().map(|waiting| waiting.job);
    match append(context, &commits).await {
        Ok(()) => {
            for (key, entry) in group.streams {
                context.streams.insert(key, entry);
            }
            for done in waiting {
                confirm(context, done);
            }
        }
        Err(StoreError::Conflict { .. }) => {
            metrics::counter!("siaga_writer_group_conflicts_total").increment(1);
            left.together = jobs_of(waiting).collect();
        }
        Err(StoreError::DuplicateRequest { .. } | StoreError::AlreadyThere { .. }) => {
            metrics::counter!("siaga_writer_group_conflicts_total").increment(1);
            left.alone.splice(0..0, jobs_of(waiting));
        }
        Err(error) => {
            tracing::error!(%error, commands = waiting.len(), "the log could not be written");
            let refusal = store_error(error);
            for done in waiting {
                answer_job(done.job, Err(refusal.clone()));
            }
        }
    }
    left
}

/// Lets the other process come to its end: two that try again at once would meet again. A little longer each time, and
/// never equally long.
async fn pause(context: &Context, round: u32) {
    let mut random = [0; 2];
    context.ids.fill(&mut random);
    let most_us = 1_000_u64 << round.min(4);
    let pause_us = u64::from(u16::from_be_bytes(random)) * most_us / u64::from(u16::MAX);
    tokio::time::sleep(Duration::from_micros(pause_us)).await;
}

/// One command by itself, decided again on fresh state until it is written or refused.
async fn write_one(context: &Context, job: Job) {
    let hash = job.command.hash();
    for round in 0..CONFLICT_RETRIES {
        if round > 0 {
            pause(context, round).await;
        }
        if let Some(answer) = stored_reply(context, &job, &hash).await {
            return answer_job(job, answer);
        }
        let mut group = Group::default();
        let (decided, reply) = match decide(context, &group, &job, &hash).await {
            Ok(decided) => decided,
            Err(refused) if is_stale(context, &refused.read).await => continue,
            Err(refused) => return answer_job(job, Err(refused.error)),
        };
        let commit = decided.join(&mut group);
        match append(context, std::slice::from_ref(&commit)).await {
            Ok(()) => {
                for (key, entry) in group.streams {
                    context.streams.insert(key, entry);
                }
                return confirm(context, Waiting { job, hash, reply });
            }
            Err(
                StoreError::Conflict { .. } | StoreError::DuplicateRequest { .. } | StoreError::AlreadyThere { .. },
            ) => {
                for stream in &commit.streams {
                    context.streams.remove(&stream.key);
                }
            }
            Err(error) => {
                tracing::error!(%error, "the log could not be written");
                return answer_job(job, Err(store_error(error)));
            }
        }
    }
    let refusal = SiagaError::new(
        "SIAGA-1905",
        ErrorKind::Unavailable,
        "Terlalu banyak orang mengubah hal yang sama. Coba lagi.",
        "Too many are changing the same thing. Try again.",
    )
    .retry_after_ms(200);
    answer_job(job, Err(refusal));
}

async fn append(context: &Context, commits: &[CommandCommit]) -> Result<(), StoreError> {
    if commits.is_empty() {
        return Ok(());
    }
    let result = context.store.append(commits).await;
    if let Err(StoreError::Conflict { keys }) = &result {
        for key in keys {
            context.streams.remove(key);
        }
    }
    result.map(|_| ())
}

/// Why a command was refused, and the versions of the streams that it was refused on.
struct Refused {
    error: SiagaError,
    read: BTreeMap<StreamKey, u64>,
}

/// Whether another process changed what a command was refused on: it then deserves another look. Forgets what is stale.
async fn is_stale(context: &Context, read: &BTreeMap<StreamKey, u64>) -> bool {
    if read.is_empty() {
        return false;
    }
    let keys: Vec<StreamKey> = read.keys().cloned().collect();
    let Ok(rows) = context.store.load_streams(&keys).await else { return false };
    let mut stale = false;
    for row in rows.into_iter().filter(|row| read.get(&row.key).is_some_and(|version| *version < row.version)) {
        context.streams.remove(&row.key);
        stale = true;
    }
    stale
}

async fn decide(
    context: &Context,
    group: &Group,
    job: &Job,
    hash: &str,
) -> Result<(crate::work::Decided, Vec<u8>), Refused> {
    let mut work = Work::new(context, group, &job.who, job.request_id);
    let now = work.now;
    // A fault in one command must not end the writer, and with it the centre.
    let reply = AssertUnwindSafe(job.command.decide(&mut work))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(SiagaError::internal(format!("{} panicked", job.command.name()))));
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return Err(Refused { error, read: work.into_read() }),
    };
    let mut decided = work.finish().map_err(|error| Refused { error, read: BTreeMap::new() })?;
    if let (Some(account_id), Some(request_id)) = (job.who.account_id, job.request_id) {
        decided.commit.request = Some(StoredRequest {
            account_id,
            request_id,
            request_hash: hash.to_owned(),
            reply: reply.clone(),
            recorded_at: now,
        });
    }
    Ok((decided, reply))
}

fn same_request(a: &Job, b: &Job) -> bool {
    a.request_id.is_some() && a.request_id == b.request_id && a.who.account_id == b.who.account_id
}

/// A retry's answer from memory.
fn known_reply(context: &Context, job: &Job, hash: &str) -> Option<Result<Vec<u8>, SiagaError>> {
    let known = context.replies.get(&(job.who.account_id?, job.request_id?))?;
    Some(if known.0 == hash { Ok(known.1.clone()) } else { Err(SiagaError::request_id_reused()) })
}

/// A retry's answer from the store. Looked up only when a command is refused or collides: the good case of a fresh
/// command costs no read.
async fn stored_reply(context: &Context, job: &Job, hash: &str) -> Option<Result<Vec<u8>, SiagaError>> {
    let (account_id, request_id) = (job.who.account_id?, job.request_id?);
    match context.store.find_request(account_id, request_id).await {
        Ok(Some(stored)) if stored.request_hash == hash || stored.request_hash == siaga_store::ERASED => {
            Some(Ok(stored.reply))
        }
        Ok(Some(_)) => Some(Err(SiagaError::request_id_reused())),
        Ok(None) => None,
        Err(error) => Some(Err(store_error(error))),
    }
}

fn confirm(context: &Context, done: Waiting) {
    if let (Some(account_id), Some(request_id)) = (done.job.who.account_id, done.job.request_id) {
        context.replies.insert((account_id, request_id), Arc::new((done.hash, done.reply.clone())));
    }
    answer_job(done.job, Ok(done.reply));
}

fn answer_job(job: Job, answer: Result<Vec<u8>, SiagaError>) {
    if let Err(refusal) = &answer {
        metrics::counter!("siaga_command_refusals_total", "code" => refusal.code).increment(1);
        if let Some(private) = &refusal.private {
            tracing::warn!(command = job.command.name(), code = refusal.code, private, "command refused");
        }
    }
    // A client that went away finds the reply by its request id.
    let _ = job.reply.send(answer);
}

#[cfg(test)]
mod tests;
