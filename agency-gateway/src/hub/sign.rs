//! Signatures as Standard Webhooks describes them (symmetric keys, `v1`).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Why a key cannot be used. Never carries the key itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookKeyError {
    /// It does not begin with `whsec_`.
    #[error("a webhook key begins with \"whsec_\"")]
    Prefix,
    /// What follows is not base64.
    #[error("a webhook key is \"whsec_\" and base64")]
    Base64,
    /// Fewer than 24 or more than 64 bytes.
    #[error("a webhook key holds 24 to 64 bytes, this one {0}")]
    Length(usize),
}

/// One key in force.
pub(crate) struct Key(Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(..)")
    }
}

impl Key {
    pub(crate) fn parse(text: &str) -> Result<Self, WebhookKeyError> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(WebhookKeyError::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| WebhookKeyError::Base64)?;
        if BYTES.contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(WebhookKeyError::Length(bytes.len())) }
    }

    fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// `webhook-signature`: one for every key in force, so that keys can be changed without losing a delivery.
pub(crate) fn signatures(keys: &[Key], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let all: Vec<String> = keys.iter().map(|key| key.sign(id, timestamp_s, body)).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_standards_own_example() {
        let key = Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signatures(&[key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn bad_keys_are_named_without_being_shown() {
        for (text, error) in [
            ("secret", WebhookKeyError::Prefix),
            ("whsec_???", WebhookKeyError::Base64),
            ("whsec_AAAA", WebhookKeyError::Length(3)),
        ] {
            assert_eq!(Key::parse(text).unwrap_err(), error);
        }
        assert_eq!(format!("{:?}", Key(vec![7; 24])), "Key(..)");
    }
}
