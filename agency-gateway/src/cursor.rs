//! The place of a client in the log, opaque to it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Everything of one audience up to a position of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) log_id: String,
    pub(crate) position: u64,
    /// A client that asks for another audience than the cursor is of has none of its data yet.
    pub(crate) audience: String,
}

const VERSION: &str = "1";
const SEPARATOR: char = '\u{1f}';

impl Cursor {
    /// As given to a client.
    pub(crate) fn encode(log_id: &str, position: u64, audience: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{VERSION}{SEPARATOR}{position}{SEPARATOR}{log_id}{SEPARATOR}{audience}"))
    }

    /// What a client gave back. Anything else than what was given out is none, and gets a snapshot.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.splitn(4, SEPARATOR);
        if parts.next()? != VERSION {
            return None;
        }
        let position = parts.next()?.parse().ok()?;
        Some(Self { position, log_id: parts.next()?.to_owned(), audience: parts.next()?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_out_and_nothing_else_does() {
        let text = Cursor::encode("log-a", u64::MAX, "agency:damkar");
        let cursor = Cursor { log_id: "log-a".into(), position: u64::MAX, audience: "agency:damkar".into() };
        assert_eq!(Cursor::decode(&text), Some(cursor));
        for foreign in ["", "42", "????", "MQ", &text[..8], &URL_SAFE_NO_PAD.encode([0xff, 0xfe])] {
            assert_eq!(Cursor::decode(foreign), None, "{foreign}");
        }
    }
}
