//! Frames of the client. A bad one is answered, never fatal, unless they do not end.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use siaga_proto::v1::{
    ClientFrame, Command, ErrorDetail, Heartbeat, ServerFrame, client_frame::Frame, command, server_frame,
};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::ending::Ending;
use super::{Session, Sink, Socket, commands};
use crate::codes::{
    BINARY, GatewayErrorCode, HELLO_EXPECTED, NOT_JSON, NOT_UTF8, TOO_LARGE, TOO_MANY_BAD, UNKNOWN_SHAPE, error_frame,
};
use crate::options::Limits;
use crate::socket::Kinds;

/// The frames of `ClientFrame` that have a handler here; a test compares them with the contract.
pub const HANDLED_FRAMES: &[&str] = &["hello", "heartbeat", "receipt", "command"];

const MINUTE: Duration = Duration::from_secs(60);
const REASON_CHARS: usize = 200;

/// What came.
#[derive(Debug)]
pub(crate) enum Incoming {
    Frame(Frame),
    Bad(ErrorDetail),
}

/// The reading half.
pub(crate) struct Reader {
    stream: SplitStream<Socket>,
    kinds: Kinds,
    frame_bytes: usize,
    bad_max: usize,
    bad: VecDeque<Instant>,
}

impl Reader {
    pub(crate) fn new(stream: SplitStream<Socket>, kinds: Kinds, limits: &Limits) -> Self {
        Self {
            stream,
            kinds,
            frame_bytes: limits.frame_bytes,
            bad_max: limits.bad_frames_per_minute,
            bad: VecDeque::new(),
        }
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> Result<Incoming, Ending> {
        loop {
            let bytes = match self.stream.next().await {
                Some(Ok(Message::Binary(bytes))) => bytes,
                Some(Ok(Message::Close(_))) | None => return Err(Ending::gone()),
                // Pings are answered by the library. They show that a machine is there, not that its program works.
                Some(Ok(_)) => continue,
                Some(Err(Error::Capacity(_))) => return Err(Ending::too_large(TOO_LARGE.detail())),
                Some(Err(_)) => return Err(Ending::gone()),
            };
            let is_text = self.kinds.next_is_text();
            return match decode(is_text, &bytes, self.frame_bytes) {
                Ok(frame) => Ok(Incoming::Frame(frame)),
                Err(problem) => self.count_bad(*problem).map(Incoming::Bad),
            };
        }
    }

    /// A good frame at the wrong time.
    pub(crate) fn misplaced(&mut self, code: &GatewayErrorCode) -> Result<ErrorDetail, Ending> {
        self.count_bad(code.detail())
    }

    fn count_bad(&mut self, problem: ErrorDetail) -> Result<ErrorDetail, Ending> {
        metrics::counter!("siaga_gateway_bad_frames_total", "code" => problem.code.clone()).increment(1);
        let now = Instant::now();
        self.bad.push_back(now);
        while self.bad.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            self.bad.pop_front();
        }
        if self.bad.len() > self.bad_max {
            Err(Ending::refused(TOO_MANY_BAD.detail(), "bad_frames"))
        } else {
            Ok(problem)
        }
    }

    /// The whole socket again.
    pub(crate) fn reunite(self, sink: Sink) -> Option<Socket> {
        self.stream.reunite(sink).ok()
    }

    /// Reads until the client has closed.
    pub(crate) async fn drain(&mut self) {
        while let Some(Ok(_)) = self.stream.next().await {}
    }
}

fn decode(is_text: bool, bytes: &[u8], bytes_max: usize) -> Result<Frame, Box<ErrorDetail>> {
    if bytes.len() > bytes_max {
        return Err(because(&TOO_LARGE, &format!("{} > {bytes_max} bytes", bytes.len())));
    }
    if !is_text {
        return Err(Box::new(BINARY.detail()));
    }
    let text = str::from_utf8(bytes).map_err(|error| because(&NOT_UTF8, &error.to_string()))?;
    let frame = serde_json::from_str::<ClientFrame>(text).map_err(|error| {
        let code = if error.is_data() { &UNKNOWN_SHAPE } else { &NOT_JSON };
        because(code, &error.to_string())
    })?;
    match frame.frame {
        None => Err(Box::new(UNKNOWN_SHAPE.detail())),
        Some(Frame::Command(Command { command: None })) => Err(because(&UNKNOWN_SHAPE, "command")),
        Some(frame) => Ok(frame),
    }
}

fn because(code: &GatewayErrorCode, reason: &str) -> Box<ErrorDetail> {
    let reason: String = reason.chars().take(REASON_CHARS).collect();
    let detail = code.detail();
    Box::new(ErrorDetail {
        message_id: format!("{} ({reason})", detail.message_id),
        message_en: format!("{} ({reason})", detail.message_en),
        ..detail
    })
}

/// Takes the client's frames after Hello.
pub(crate) async fn read(
    session: &Session,
    reader: &mut Reader,
    replies: &mpsc::Sender<ServerFrame>,
    queue: &mpsc::Sender<command::Command>,
) -> Ending {
    let receipts = commands::Receipts::new(session);
    loop {
        let incoming = match reader.next().await {
            Ok(incoming) => incoming,
            Err(ending) => return ending,
        };
        if matches!(incoming, Incoming::Frame(_)) {
            session.heard();
        }
        let reply = match incoming {
            Incoming::Bad(problem) => Some(error_frame(problem)),
            Incoming::Frame(Frame::Hello(_)) => match reader.misplaced(&HELLO_EXPECTED) {
                Ok(problem) => Some(error_frame(problem)),
                Err(ending) => return ending,
            },
            Incoming::Frame(Frame::Heartbeat(heartbeat)) => echo(&heartbeat),
            Incoming::Frame(Frame::Receipt(receipt)) => {
                receipts.take(receipt, replies);
                None
            }
            Incoming::Frame(Frame::Command(command)) => command
                .command
                .and_then(|command| queue.try_send(command).err().map(|refused| commands::busy(&refused.into_inner()))),
        };
        if let Some(reply) = reply
            && replies.try_send(reply).is_err()
        {
            return Ending::slow();
        }
    }
}

/// The answer to a heartbeat. 0 is the answer to the server's own question, and is not answered again.
fn echo(heartbeat: &Heartbeat) -> Option<ServerFrame> {
    let frame = server_frame::Frame::Heartbeat(Heartbeat { sequence: heartbeat.sequence });
    (heartbeat.sequence > 0).then_some(ServerFrame { frame: Some(frame) })
}
