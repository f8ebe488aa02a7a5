//! One client's connection, from Hello to the close.
//!
//! Reading, writing, commands and the watch over silence are futures of one task; whichever ends first ends the
//! session, and says how.

mod commands;
mod ending;
mod open;
mod out;
mod read;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::SplitSink;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use siaga_proto::v1::{Heartbeat, Hello, ServerFrame, client_frame, server_frame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::codes::{HELLO_EXPECTED, HELLO_LATE, SILENT, error_frame};
use crate::credential::Credential;
use crate::fanout::{Cut, CutReason};
use crate::socket::{AsBinary, Kinds};
use crate::state::Shared;

use ending::Ending;
use out::Out;
use read::{Incoming, Reader};

pub use commands::HANDLED_COMMANDS;
pub use read::HANDLED_FRAMES;

type Socket = WebSocketStream<AsBinary<TokioIo<Upgraded>>>;
type Sink = SplitSink<Socket, Message>;

/// Replies that may wait for a client that sends and does not read.
const REPLIES_MAX: usize = 256;
/// A client may be silent for so many intervals.
const SILENT_INTERVALS: u32 = 3;

/// What one connection is.
pub(crate) struct Session {
    shared: Arc<Shared>,
    credential: Credential,
    cut: Arc<Cut>,
    started: Instant,
    /// When the client was last heard, ms after `started`.
    heard_ms: AtomicU64,
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, credential: Credential) -> Self {
        Self { shared, credential, cut: Arc::default(), started: Instant::now(), heard_ms: AtomicU64::new(0) }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn heard(&self) {
        self.heard_ms.store(self.elapsed_ms(), Ordering::Relaxed);
    }

    fn silent_ms(&self) -> u64 {
        self.elapsed_ms().saturating_sub(self.heard_ms.load(Ordering::Relaxed))
    }
}

/// Runs a connection to its end.
pub(crate) async fn run(session: Session, socket: Socket, kinds: Kinds) {
    let gauge = metrics::gauge!("siaga_gateway_sessions");
    gauge.increment(1.0);
    let (sink, stream) = socket.split();
    let mut reader = Reader::new(stream, kinds, &session.shared.limits);
    let (replies, waiting) = mpsc::channel(REPLIES_MAX);
    let mut out = Out::new(sink, waiting, Duration::from_millis(session.shared.limits.write_timeout_ms));
    let ending = match greet(&session, &mut reader, &mut out).await {
        Ok(hello) => live(&session, &mut reader, &mut out, replies, hello).await,
        Err(ending) => ending,
    };
    metrics::counter!("siaga_gateway_sessions_ended_total", "why" => ending.why).increment(1);
    tracing::debug!(why = ending.why, code = u16::from(ending.close_code), "a session ended");
    let patience = Duration::from_millis(session.shared.limits.close_timeout_ms);
    // A peer that does not read any more is not waited for.
    let _ = tokio::time::timeout(patience, async move {
        if ending.say(&mut out, &mut reader).await {
            linger(out, reader).await;
        }
    })
    .await;
    gauge.decrement(1.0);
}

/// Lets the client read what was said last: a connection that is dropped while something of the client is still unread
/// is reset, and takes the last frames with it.
async fn linger(out: Out, reader: Reader) {
    let Some(mut socket) = reader.reunite(out.sink) else { return };
    let raw = socket.get_mut();
    if raw.shutdown().await.is_ok() {
        let mut rest = [0; 4 * 1024];
        while let Ok(1..) = raw.read(&mut rest).await {}
    }
}

/// Waits for Hello; what is no Hello is answered, and waiting goes on.
async fn greet(session: &Session, reader: &mut Reader, out: &mut Out) -> Result<Hello, Ending> {
    let hello = async {
        loop {
            let problem = match reader.next().await? {
                Incoming::Frame(client_frame::Frame::Hello(hello)) => return Ok(hello),
                Incoming::Frame(_) => reader.misplaced(&HELLO_EXPECTED)?,
                Incoming::Bad(problem) => problem,
            };
            out.send(error_frame(problem)).await?;
        }
    };
    let patience = Duration::from_millis(session.shared.limits.hello_timeout_ms);
    tokio::select! {
        () = session.shared.stopping.cancelled() => Err(Ending::stopping()),
        hello = tokio::time::timeout(patience, hello) => {
            hello.unwrap_or_else(|_| Err(Ending::refused(HELLO_LATE.detail(), "late")))
        }
    }
}

async fn live(
    session: &Session,
    reader: &mut Reader,
    out: &mut Out,
    replies: mpsc::Sender<ServerFrame>,
    hello: Hello,
) -> Ending {
    session.heard();
    let (commands, queue) = mpsc::channel(session.shared.limits.commands);
    tokio::select! {
        biased;
        reason = session.cut.happened() => match reason {
            CutReason::Slow => Ending::slow(),
            CutReason::Ended => Ending::credential_ended(),
        },
        () = session.shared.stopping.cancelled() => Ending::stopping(),
        ending = write::write(session, out, &hello) => ending,
        ending = read::read(session, reader, &replies, &commands) => ending,
        ending = commands::work(session, queue, &replies) => ending,
        ending = watch(session, &replies) => ending,
    }
}

/// Asks a silent client for a sign of life, and gives up on one that stays silent.
async fn watch(session: &Session, replies: &mpsc::Sender<ServerFrame>) -> Ending {
    let interval_ms = session.shared.limits.heartbeat_interval_ms;
    let mut ticks = tokio::time::interval(Duration::from_millis(u64::from(interval_ms)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let silent_ms = session.silent_ms();
        if silent_ms >= u64::from(interval_ms) * u64::from(SILENT_INTERVALS) {
            return Ending::try_again(SILENT.detail(), "silent");
        }
        // Browsers slow down the timers of hidden tabs, but not what they receive: so the server asks.
        if silent_ms >= u64::from(interval_ms) {
            let question = ServerFrame { frame: Some(server_frame::Frame::Heartbeat(Heartbeat { sequence: 0 })) };
            if replies.try_send(question).is_err() {
                return Ending::slow();
            }
        }
    }
}
