//! The task that owns the socket.

use super::{
    Backoff, Credential, LiveEvent, LiveOptions,
    outbox::{Outbox, encode},
};
use crate::agency_client::rpc::{RpcError, words};
use futures_util::{SinkExt, StreamExt};
use siaga_proto::v1::{
    Command, CommandResult, ErrorDetail, Heartbeat, Hello, Receipt, ServerFrame, Welcome, client_frame,
    server_frame::Frame,
};
use std::{ops::ControlFlow, time::Duration};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::HeaderValue,
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// Connecting, and the wait for the welcome, take at most this long.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// One frame is at most this large, in bytes.
const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Heartbeat when the server names none.
const HEARTBEAT_DEFAULT: Duration = Duration::from_secs(10);
/// Sign-ins in a row without a welcome, before the account counts as refused.
const SIGN_INS_MAX: u32 = 3;

/// The credential is not valid, or no longer.
const NOT_SIGNED_IN: &str = "SIAGA-1102";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What is asked of the task.
pub(super) enum Ask {
    /// Send this receipt until it is confirmed.
    Receipt(Receipt),
    /// Send this command until its result is here.
    Command(Command, oneshot::Sender<CommandResult>),
}

/// Why a connection ended.
enum Gone {
    /// It may come back.
    Lost(String),
    /// The session or its credential is not valid any more.
    Session(String),
    /// Nobody needs it any more.
    Unused,
    /// It cannot come back.
    Refused(String),
}

pub(super) struct Link {
    options: LiveOptions,
    asks: mpsc::Receiver<Ask>,
    events: mpsc::Sender<LiveEvent>,
    outbox: Outbox,
    backoff: Backoff,
    /// When the connection was lost, or the first attempt began.
    down_since: Instant,
    sign_ins: u32,
    /// The last error frame of this connection: why it is closed, when it is.
    last_error: Option<ErrorDetail>,
    /// The server has asked for a heartbeat.
    is_asked: bool,
}

impl Link {
    pub(super) fn new(options: LiveOptions, asks: mpsc::Receiver<Ask>, events: mpsc::Sender<LiveEvent>) -> Self {
        let backoff = options.backoff.clone();
        Self {
            options,
            asks,
            events,
            outbox: Outbox::default(),
            backoff,
            down_since: Instant::now(),
            sign_ins: 0,
            last_error: None,
            is_asked: false,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let gone = self.connection().await;
            let reason = match self.judge(gone).await {
                ControlFlow::Continue(reason) => reason,
                ControlFlow::Break(end) => {
                    if let Some(reason) = end {
                        let _ = self.events.send(LiveEvent::Ended(reason)).await;
                    }
                    return;
                }
            };
            let retry_in = self.backoff.next(self.options.sources.chance());
            if self.events.send(LiveEvent::Lost { reason, retry_in }).await.is_err() {
                return;
            }
            if self.pause(retry_in).await.is_break() {
                return;
            }
        }
    }

    /// Whether to go on after a connection that ended; the reason, or none when nobody needs it.
    async fn judge(&mut self, gone: Gone) -> ControlFlow<Option<String>, String> {
        let reason = match (gone, &self.options.credential) {
            (Gone::Unused, _) => return ControlFlow::Break(None),
            (Gone::Refused(reason), _) | (Gone::Session(reason), Credential::Token(_)) => {
                return ControlFlow::Break(Some(reason));
            }
            (Gone::Session(reason), Credential::Account(_)) if self.sign_ins >= SIGN_INS_MAX => {
                return ControlFlow::Break(Some(reason));
            }
            (Gone::Session(reason), Credential::Account(session)) => {
                self.sign_ins += 1;
                if let Ok(token) = session.token().await {
                    session.forget_token(&token).await;
                }
                reason
            }
            (Gone::Lost(reason), _) => reason,
        };
        let down = self.down_since.elapsed();
        match self.options.patience {
            Some(patience) if down >= patience => {
                ControlFlow::Break(Some(format!("no connection for {} s: {reason}", down.as_secs())))
            }
            _ => ControlFlow::Continue(reason),
        }
    }

    /// Waits, and keeps what is asked meanwhile.
    async fn pause(&mut self, wait: Duration) -> ControlFlow<()> {
        let until = Instant::now() + wait;
        loop {
            tokio::select! {
                () = sleep_until(until) => return ControlFlow::Continue(()),
                () = self.events.closed() => return ControlFlow::Break(()),
                ask = self.asks.recv() => match ask {
                    Some(ask) => self.keep(ask).await,
                    None => return ControlFlow::Break(()),
                },
            }
        }
    }

    async fn keep(&mut self, ask: Ask) {
        let now = Instant::now();
        match ask {
            Ask::Command(command, reply) => self.outbox.command(command, reply, now),
            Ask::Receipt(receipt) => {
                if !self.outbox.receipt(receipt, now) {
                    let problem = "too many receipts wait for their confirmation".to_owned();
                    let _ = self.events.send(LiveEvent::Problem(problem)).await;
                }
            }
        }
    }

    /// One connection, from the first byte to its end.
    async fn connection(&mut self) -> Gone {
        self.last_error = None;
        let opened = async {
            let mut socket = self.open().await?;
            let welcome = self.greet(&mut socket).await?;
            Ok((socket, welcome))
        };
        let (socket, welcome) = match timeout(CONNECT_LIMIT, opened).await {
            Ok(Ok(connected)) => connected,
            Ok(Err(gone)) => return gone,
            Err(_) => return Gone::Lost(format!("no welcome within {} s", CONNECT_LIMIT.as_secs())),
        };
        self.backoff.reset();
        self.sign_ins = 0;
        let heartbeat = match welcome.heartbeat_interval_ms {
            0 => HEARTBEAT_DEFAULT,
            interval_ms => Duration::from_millis(u64::from(interval_ms).max(100)),
        };
        if self.events.send(LiveEvent::Connected(Box::new(welcome))).await.is_err() {
            return Gone::Unused;
        }
        self.outbox.all_due(Instant::now());
        let gone = self.serve(socket, heartbeat).await;
        self.down_since = Instant::now();
        gone
    }

    async fn open(&self) -> Result<Socket, Gone> {
        let token = match &self.options.credential {
            Credential::Token(token) => token.clone(),
            Credential::Account(session) => session.token().await.map_err(|error| match error {
                RpcError::Refused(_) => Gone::Refused(error.to_string()),
                RpcError::Unreachable { .. } => Gone::Lost(error.to_string()),
            })?,
        };
        let url = self.options.address.websocket_url();
        let mut request = url.into_client_request().map_err(|e| Gone::Refused(format!("bad address: {e}")))?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| Gone::Refused("the token has characters that no token has".into()))?;
        bearer.set_sensitive(true);
        request.headers_mut().insert("authorization", bearer);
        let limits =
            WebSocketConfig::default().max_message_size(Some(FRAME_BYTES_MAX)).max_frame_size(Some(FRAME_BYTES_MAX));
        let connector = self.options.address.tls().map(Connector::Rustls);
        match connect_async_tls_with_config(request, Some(limits), true, connector).await {
            Ok((socket, _)) => Ok(socket),
            Err(error) => Err(refusal(error)),
        }
    }

    async fn greet(&mut self, socket: &mut Socket) -> Result<Welcome, Gone> {
        let hello = Hello {
            audience: self.options.audience.clone(),
            cursor: self.options.cursor.clone(),
            client: self.options.client.clone(),
        };
        let hello = encode(client_frame::Frame::Hello(hello));
        socket.send(Message::text(hello)).await.map_err(|e| Gone::Lost(e.to_string()))?;
        loop {
            let message = socket.next().await.ok_or_else(|| Gone::Lost("closed before the welcome".into()))?;
            let Heard::Frame(frame) = self.read(message)? else { continue };
            match frame.frame {
                Some(Frame::Welcome(welcome)) => return Ok(welcome),
                Some(Frame::SessionEnded(ended)) => {
                    return Err(Gone::Session(format!("{} {}", ended.reason_id, ended.reason_en)));
                }
                Some(Frame::Error(detail)) => self.last_error = Some(detail),
                _ => {}
            }
        }
    }

    fn read(&self, message: Result<Message, tungstenite::Error>) -> Result<Heard, Gone> {
        match message.map_err(|error| Gone::Lost(error.to_string()))? {
            // A newer server may say what this program does not know; the rest of the connection is still good.
            Message::Text(text) => Ok(match serde_json::from_str(text.as_str()) {
                Ok(frame) => Heard::Frame(Box::new(frame)),
                Err(error) => Heard::Unreadable(format!("an unreadable frame: {error}")),
            }),
            Message::Close(close) => Err(self.closed(close)),
            _ => Ok(Heard::Nothing),
        }
    }

    /// What the server's close means, with the error before it.
    fn closed(&self, close: Option<CloseFrame>) -> Gone {
        let code = close.as_ref().map(|close| close.code);
        let said = self.last_error.as_ref().map(words);
        let reason =
            said.or_else(|| close.map(|close| format!("closed by the server: {} {}", close.code, close.reason)));
        let reason = reason.unwrap_or_else(|| "closed by the server".into());
        let is_session = self.last_error.as_ref().is_some_and(|detail| detail.code == NOT_SIGNED_IN);
        match code {
            _ if is_session => Gone::Session(reason),
            // The same again would be refused again.
            Some(CloseCode::Policy | CloseCode::Size) => Gone::Refused(reason),
            _ => Gone::Lost(reason),
        }
    }

    async fn serve(&mut self, mut socket: Socket, heartbeat: Duration) -> Gone {
        let mut sequence = 0;
        let mut last_heard = Instant::now();
        let mut next_heartbeat = Instant::now() + heartbeat;
        loop {
            let due = self.outbox.next_due().unwrap_or(next_heartbeat).min(next_heartbeat);
            tokio::select! {
                message = socket.next() => {
                    last_heard = Instant::now();
                    let Some(message) = message else { return Gone::Lost("the server closed the connection".into()) };
                    if let Err(gone) = self.hear(message).await {
                        return gone;
                    }
                }
                ask = self.asks.recv() => match ask {
                    Some(ask) => self.keep(ask).await,
                    None => {
                        // Best effort: the server notices a lost connection anyway.
                        let _ = socket.close(None).await;
                        return Gone::Unused;
                    }
                },
                () = self.events.closed() => return Gone::Unused,
                () = sleep_until(due) => {}
            }
            let now = Instant::now();
            if now.duration_since(last_heard) > heartbeat * 3 {
                return Gone::Lost("the server has been silent for three heartbeats".into());
            }
            let mut frames = self.outbox.take_due(now);
            if now >= next_heartbeat || std::mem::take(&mut self.is_asked) {
                sequence += 1;
                next_heartbeat = now + heartbeat;
                frames.push(encode(client_frame::Frame::Heartbeat(Heartbeat { sequence })));
            }
            for frame in frames {
                if let Err(error) = socket.send(Message::text(frame)).await {
                    return Gone::Lost(error.to_string());
                }
            }
        }
    }

    async fn hear(&mut self, message: Result<Message, tungstenite::Error>) -> Result<(), Gone> {
        match self.read(message)? {
            Heard::Frame(frame) => self.take(frame).await,
            Heard::Nothing => Ok(()),
            Heard::Unreadable(problem) => self.events.send(LiveEvent::Problem(problem)).await.map_err(|_| Gone::Unused),
        }
    }

    /// Settles what the frame answers, remembers how far it went, and hands it on.
    async fn take(&mut self, frame: Box<ServerFrame>) -> Result<(), Gone> {
        match &frame.frame {
            Some(Frame::CommandResult(result)) => {
                self.outbox.settle_command(result.clone());
                return Ok(());
            }
            Some(Frame::Heartbeat(heartbeat)) => {
                // 0 asks for a sign of life.
                self.is_asked |= heartbeat.sequence == 0;
                return Ok(());
            }
            Some(Frame::Error(detail)) => {
                if let Some(assignment_id) = detail.field.strip_prefix("receipt:") {
                    self.outbox.settle_receipt(assignment_id);
                }
                self.last_error = Some(detail.clone());
            }
            None => return Ok(()),
            Some(Frame::SessionEnded(ended)) => {
                return Err(Gone::Session(format!("{} {}", ended.reason_id, ended.reason_en)));
            }
            Some(Frame::ReceiptConfirmed(confirmed)) => self.outbox.settle_receipt(&confirmed.assignment_id),
            Some(Frame::Snapshot(part)) if part.last => self.options.cursor.clone_from(&part.cursor),
            Some(Frame::Change(change)) => {
                self.options.cursor.clone_from(&change.cursor);
                if let Some(entity) = change.entity.as_ref().filter(|entity| entity.removed) {
                    self.outbox.settle_receipt(entity.key.trim_start_matches("assignment:"));
                }
            }
            _ => {}
        }
        self.events.send(LiveEvent::Frame(frame)).await.map_err(|_| Gone::Unused)
    }
}

/// What a message was.
enum Heard {
    Frame(Box<ServerFrame>),
    Nothing,
    Unreadable(String),
}

/// What a failed upgrade means.
fn refusal(error: tungstenite::Error) -> Gone {
    let tungstenite::Error::Http(response) = error else { return Gone::Lost(error.to_string()) };
    let status = response.status();
    let said = response.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let said: String = said.chars().filter(|c| !c.is_control()).take(300).collect();
    let reason = format!("the server answered {status} {said}");
    match status.as_u16() {
        401 => Gone::Session(reason),
        408 | 429 | 500..=599 => Gone::Lost(reason),
        _ => Gone::Refused(reason),
    }
}
