//! Frames to the client, each within its time.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::SinkExt as _;
use siaga_proto::v1::{ServerFrame, server_frame::Frame};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::Sink;
use super::ending::Ending;
use crate::fanout::text;

/// The writing half.
pub(crate) struct Out {
    pub(crate) sink: Sink,
    replies: mpsc::Receiver<ServerFrame>,
    write_timeout: Duration,
}

impl Out {
    pub(crate) fn new(sink: Sink, replies: mpsc::Receiver<ServerFrame>, write_timeout: Duration) -> Self {
        Self { sink, replies, write_timeout }
    }

    /// Sends one frame.
    pub(crate) async fn send(&mut self, frame: ServerFrame) -> Result<(), Ending> {
        count(&frame);
        let Some(text) = text(&frame) else { return Ok(()) };
        self.feed(text).await?;
        self.flush().await
    }

    /// Hands a frame over; it is on its way after [`Out::flush`] at the latest.
    pub(crate) async fn feed(&mut self, text: Utf8Bytes) -> Result<(), Ending> {
        let written = tokio::time::timeout(self.write_timeout, self.sink.feed(Message::Text(text)));
        outcome(written.await)
    }

    pub(crate) async fn flush(&mut self) -> Result<(), Ending> {
        outcome(tokio::time::timeout(self.write_timeout, self.sink.flush()).await)
    }

    /// The next reply that waits.
    pub(crate) async fn reply(&mut self) -> Option<ServerFrame> {
        self.replies.recv().await
    }

    /// Sends the replies that wait already.
    pub(crate) async fn send_replies(&mut self) -> Result<(), Ending> {
        while let Ok(reply) = self.replies.try_recv() {
            self.send(reply).await?;
        }
        Ok(())
    }

    /// Waits for something, and sends replies meanwhile.
    pub(crate) async fn during<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Ending> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                Some(reply) = self.replies.recv() => self.send(reply).await?,
            }
        }
    }
}

fn outcome(result: Result<Result<(), Error>, tokio::time::error::Elapsed>) -> Result<(), Ending> {
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Ending::gone()),
        Err(_) => Err(Ending::slow()),
    }
}

fn count(frame: &ServerFrame) {
    let kind = match frame.frame {
        Some(Frame::Welcome(_)) => "welcome",
        Some(Frame::Snapshot(_)) => "snapshot",
        Some(Frame::Change(_)) => "change",
        Some(Frame::Heartbeat(_)) => "heartbeat",
        Some(Frame::ReceiptConfirmed(_)) => "receipt_confirmed",
        Some(Frame::CommandResult(_)) => "command_result",
        Some(Frame::Error(_)) => "error",
        Some(Frame::SessionEnded(_)) => "session_ended",
        Some(Frame::FeedState(_)) => "feed_state",
        None => "none",
    };
    metrics::counter!("siaga_gateway_frames_sent_total", "kind" => kind).increment(1);
}
