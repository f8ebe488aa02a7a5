//! The server's end of a WebSocket on which no frame of a client is fatal by its content.
//!
//! The library ends a connection at the first text message that is not UTF-8, and no option changes that. A client that
//! makes this mistake would lose its live data in the middle of an emergency. So the kind of each message is noted and
//! text is read as bytes; what is not UTF-8 is answered with an error frame like every other bad frame.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

const OPCODE: u8 = 0x0f;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
/// Most sockets are quiet; thousands of them must not hold large buffers.
const BUFFER_BYTES: usize = 4 * 1024;

/// The kinds of the messages read so far, oldest first: true is text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds(Arc<Mutex<VecDeque<bool>>>);

impl Kinds {
    /// Whether the next message was sent as text.
    pub(crate) fn next_is_text(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(false)
    }

    fn note(&self, is_text: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(is_text);
    }
}

/// A connection whose text messages arrive as binary ones.
#[derive(Debug)]
pub(crate) struct AsBinary<S> {
    inner: S,
    kinds: Kinds,
    reader: Header,
}

/// Takes over an upgraded connection. A message over `bytes_max` ends it.
pub(crate) async fn accept<S>(inner: S, bytes_max: usize) -> (WebSocketStream<AsBinary<S>>, Kinds)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(bytes_max))
        .max_frame_size(Some(bytes_max));
    let kinds = Kinds::default();
    let stream = AsBinary { inner, kinds: kinds.clone(), reader: Header::default() };
    (WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await, kinds)
}

/// Where in a frame the next byte lies (RFC 6455, 5.2).
#[derive(Debug, Default)]
struct Header {
    /// Bytes of the frame's header that were read.
    read: usize,
    /// Of the header; known after its second byte.
    header_bytes: usize,
    length: u64,
    payload_left: u64,
}

impl Header {
    /// Goes over the bytes of a read, and turns text frames into binary ones.
    fn pass(&mut self, bytes: &mut [u8], kinds: &Kinds) {
        let mut at = 0;
        while at < bytes.len() {
            if self.payload_left > 0 {
                let skip = usize::try_from(self.payload_left).unwrap_or(usize::MAX).min(bytes.len() - at);
                self.payload_left -= skip as u64;
                at += skip;
                continue;
            }
            bytes[at] = self.header_byte(bytes[at], kinds);
            at += 1;
        }
    }

    fn header_byte(&mut self, byte: u8, kinds: &Kinds) -> u8 {
        let mut passed_on = byte;
        match self.read {
            0 => {
                let opcode = byte & OPCODE;
                if opcode == TEXT || opcode == BINARY {
                    kinds.note(opcode == TEXT);
                    passed_on = (byte & !OPCODE) | BINARY;
                }
            }
            1 => {
                let mask_bytes = if byte & MASKED == 0 { 0 } else { 4 };
                let (length_bytes, length) = match byte & LENGTH {
                    126 => (2, 0),
                    127 => (8, 0),
                    short => (0, u64::from(short)),
                };
                self.length = length;
                self.header_bytes = 2 + length_bytes + mask_bytes;
                // The length ends where the mask begins.
                self.payload_left = 0;
            }
            index if self.is_length(index) => self.length = (self.length << 8) | u64::from(byte),
            _ => {}
        }
        self.read += 1;
        if self.read >= 2 && self.read == self.header_bytes {
            *self = Self { payload_left: self.length, ..Self::default() };
        }
        passed_on
    }

    fn is_length(&self, index: usize) -> bool {
        // 2, 4, 6 bytes after the first two, mask included: with a mask, the last four are not length.
        let after = self.header_bytes - 2;
        let length_bytes = match after {
            2 | 6 => 2,
            8 | 12 => 8,
            _ => 0,
        };
        index < 2 + length_bytes
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for AsBinary<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
        this.reader.pass(&mut buf.filled_mut()[before..], &this.kinds);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for AsBinary<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame with the mask 0, so that the payload stays readable.
    fn frame(first: u8, payload: &[u8], masked: bool) -> Vec<u8> {
        let mask = if masked { MASKED } else { 0 };
        let mut bytes = vec![first];
        match payload.len() {
            short @ 0..126 => bytes.push(mask | u8::try_from(short).unwrap()),
            middle @ 126..=65_535 => {
                bytes.push(mask | 126);
                bytes.extend(u16::try_from(middle).unwrap().to_be_bytes());
            }
            long => {
                bytes.push(mask | 127);
                bytes.extend((long as u64).to_be_bytes());
            }
        }
        if masked {
            bytes.extend([0; 4]);
        }
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn kinds_are_noted_at_any_split_and_payloads_are_left_alone() {
        let sizes = [0, 1, 125, 126, 300, 65_535, 65_536];
        for (chunk, masked) in [(1, true), (3, true), (7, false), (4_096, true), (1 << 20, false)] {
            let (mut sent, mut expected, mut kinds_expected) = (Vec::new(), Vec::new(), Vec::new());
            for size in sizes {
                // Payloads full of what looks like text frames.
                let payload = vec![0x81; size];
                for (first, turned) in [(0x81, 0x82), (0x82, 0x82), (0x01, 0x02), (0x80, 0x80), (0x89, 0x89)] {
                    sent.extend(frame(first, &payload, masked));
                    expected.extend(frame(turned, &payload, masked));
                }
                kinds_expected.extend([true, false, true]);
            }
            let (mut header, kinds) = (Header::default(), Kinds::default());
            sent.chunks_mut(chunk).for_each(|bytes| header.pass(bytes, &kinds));
            assert!(sent == expected, "chunks of {chunk}");
            for kind in kinds_expected {
                assert_eq!(kinds.next_is_text(), kind);
            }
        }
    }
}
