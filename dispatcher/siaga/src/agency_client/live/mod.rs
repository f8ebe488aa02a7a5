//! The WebSocket of the contract, as a client: one connection that comes back by itself.
//!
//! [`LiveClient`] owns the socket in a task of its own. It says hello with the last cursor, keeps the heartbeat, repeats
//! receipts and commands until they are answered, and hands every frame on. What the frames mean is [`View`]'s business.

mod address;
mod backoff;
#[cfg(test)]
pub(crate) mod fake;
mod link;
mod outbox;
#[cfg(test)]
mod tests;
mod view;

pub use address::{AddressError, ServerAddress};
pub use backoff::Backoff;
pub use outbox::request_id_of;
pub use view::View;

use super::rpc::{RpcSession, Sources, words};
use link::{Ask, Link};
use siaga_proto::v1::{Changed, Command, CommandResult, ErrorDetail, Receipt, ServerFrame, Welcome};
use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout_at},
};

/// Frames that may wait for their reader before the socket is read no further.
const EVENTS_WAITING: usize = 256;
/// Asks that may wait for the socket's task.
const ASKS_WAITING: usize = 64;
/// Pause before a command is repeated that the server could not take now and named no time for.
const BUSY_PAUSE: Duration = Duration::from_millis(500);

/// Who connects.
#[derive(Clone)]
pub enum Credential {
    /// A machine's token. When it is refused, nothing can be done.
    Token(String),
    /// An account that signs in, and again when its session ends.
    Account(RpcSession),
}

/// How a [`LiveClient`] connects.
pub struct LiveOptions {
    /// The server.
    pub address: ServerAddress,
    /// Who connects.
    pub credential: Credential,
    /// `agency:<code>`, `board`, `unit:<id>`; empty: the first that the credential may follow.
    pub audience: String,
    /// Cursor of the last frame that is stored; empty: from the beginning.
    pub cursor: String,
    /// Name and version of the program.
    pub client: String,
    /// Give up after this long without a connection; none: never.
    pub patience: Option<Duration>,
    /// First and longest wait between two attempts.
    pub backoff: Backoff,
    /// Clock and ids.
    pub sources: Sources,
}

/// What happens on the connection.
#[derive(Debug)]
pub enum LiveEvent {
    /// Connected; snapshot or changes follow.
    Connected(Box<Welcome>),
    /// A snapshot part, a change, a confirmed receipt, or a word of the gateway.
    Frame(Box<ServerFrame>),
    /// The connection is gone and comes back by itself.
    Lost {
        /// Why.
        reason: String,
        /// Wait before the next attempt.
        retry_in: Duration,
    },
    /// Something that needs a look, but ends nothing.
    Problem(String),
    /// It will not come back; nothing follows.
    Ended(String),
}

/// A command over the WebSocket that did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LiveError {
    /// The server said no.
    #[error("{}", words(.0))]
    Refused(Box<ErrorDetail>),
    /// No result within the patience.
    #[error("no answer within {0} s")]
    NoAnswer(u64),
    /// The connection has ended for good, or too much waits on it.
    #[error("the connection has ended, or too many commands wait on it")]
    Ended,
}

impl LiveError {
    /// The stable code, e.g. "SIAGA-1501"; empty when nobody answered.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(detail) => &detail.code,
            Self::NoAnswer(_) | Self::Ended => "",
        }
    }
}

/// A live connection.
pub struct LiveClient {
    handle: LiveHandle,
    events: mpsc::Receiver<LiveEvent>,
}

/// Sends over a live connection. Clones share it; the connection ends with the last of them, or with its reader.
#[derive(Clone)]
pub struct LiveHandle {
    asks: mpsc::Sender<Ask>,
    sources: Sources,
}

impl LiveClient {
    /// Begins to connect.
    pub fn start(options: LiveOptions) -> Self {
        let (asks, asked) = mpsc::channel(ASKS_WAITING);
        let (events, event_reader) = mpsc::channel(EVENTS_WAITING);
        let handle = LiveHandle { asks, sources: options.sources.clone() };
        tokio::spawn(Link::new(options, asked, events).run());
        Self { handle, events: event_reader }
    }

    /// The next event; none after [`LiveEvent::Ended`].
    pub async fn next(&mut self) -> Option<LiveEvent> {
        self.events.recv().await
    }

    /// The next event if one waits already.
    pub fn next_waiting(&mut self) -> Option<LiveEvent> {
        self.events.try_recv().ok()
    }

    /// To send with.
    pub fn handle(&self) -> LiveHandle {
        self.handle.clone()
    }
}

impl LiveHandle {
    /// A new request id: made once for a command, kept over its repeats.
    pub fn request_id(&self) -> String {
        self.sources.request_id()
    }

    /// "This assignment is stored and drawn here": repeated until `ReceiptConfirmed`.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn receipt(&self, assignment_id: &str) -> Result<(), LiveError> {
        let receipt = Receipt { assignment_id: assignment_id.to_owned(), request_id: self.request_id() };
        self.asks.send(Ask::Receipt(receipt)).await.map_err(|_| LiveError::Ended)
    }

    /// Sends a command, over lost connections too, until its result is here or the patience ends.
    ///
    /// # Errors
    /// What the server refused, or that nobody answered.
    pub async fn command(&self, command: Command, patience: Duration) -> Result<Changed, LiveError> {
        let deadline = Instant::now() + patience;
        loop {
            let result = self.attempt(command.clone(), deadline, patience).await?;
            if result.ok {
                return Ok(result.changed.unwrap_or_default());
            }
            let detail = result.error.unwrap_or_default();
            let Some(wait) = busy(&detail).filter(|wait| Instant::now() + *wait < deadline) else {
                return Err(LiveError::Refused(Box::new(detail)));
            };
            sleep(wait).await;
        }
    }

    async fn attempt(
        &self,
        command: Command,
        deadline: Instant,
        patience: Duration,
    ) -> Result<CommandResult, LiveError> {
        let (reply, result) = oneshot::channel();
        let asked = async {
            self.asks.send(Ask::Command(command, reply)).await.map_err(|_| LiveError::Ended)?;
            result.await.map_err(|_| LiveError::Ended)
        };
        timeout_at(deadline, asked).await.unwrap_or(Err(LiveError::NoAnswer(patience.as_secs())))
    }
}

/// How long to wait when the server could not take a command now. None: it does not want it at all.
fn busy(detail: &ErrorDetail) -> Option<Duration> {
    // 19xx are faults of the system and parts that are down; 1814 and 1815: too much at once, or nobody knows.
    let is_passing = detail.code.starts_with("SIAGA-19") || ["SIAGA-1814", "SIAGA-1815"].contains(&&*detail.code);
    match detail.retry_after_ms {
        0 => is_passing.then_some(BUSY_PAUSE),
        wait_ms => Some(Duration::from_millis(wait_ms)),
    }
}
