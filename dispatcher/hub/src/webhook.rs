//! Signing and verifying deliveries as Standard Webhooks describes it (symmetric keys, `v1`).
//!
//! What is signed is `"{webhook-id}.{webhook-timestamp}.{body}"`, the body byte for byte as sent. Several keys
//! may be in force at once, on either side, so that a key can be changed without losing a delivery:
//! add the new key to the hub, then to the sender, then take the old one away in the same order.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Header with the delivery's id: 1 to 128 of `A-Z a-z 0-9 _ . : -`; a retry keeps it.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the time of this attempt, Unix seconds in decimal digits.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with the signatures: `v1,<base64>`, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far the sender's clock may be from the receiver's, seconds, either way.
pub const TOLERANCE_S: i64 = 5 * 60;

/// A header with more signatures than this is cut: each one costs a comparison with every key.
const SIGNATURES_MAX: usize = 16;
const ID_CHARACTERS_MAX: usize = 128;
const SECRET_PREFIX: &str = "whsec_";

/// One shared secret: 24 to 64 bytes, written `whsec_<base64>`. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct WebhookKey(Vec<u8>);

impl fmt::Debug for WebhookKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookKey(..)")
    }
}

/// Why a secret cannot be used. Never carries the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookKeyError {
    /// The text does not begin with `whsec_`.
    #[error("a webhook secret begins with \"whsec_\"")]
    Prefix,
    /// What follows the prefix is not base64.
    #[error("a webhook secret is \"whsec_\" and base64")]
    Base64,
    /// Fewer than 24 or more than 64 bytes.
    #[error("a webhook secret holds 24 to 64 bytes, this one {0}")]
    Length(usize),
}

impl FromStr for WebhookKey {
    type Err = WebhookKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let encoded = text.trim().strip_prefix(SECRET_PREFIX).ok_or(WebhookKeyError::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| WebhookKeyError::Base64)?;
        match bytes.len() {
            24..=64 => Ok(Self(bytes)),
            length => Err(WebhookKeyError::Length(length)),
        }
    }
}

impl WebhookKey {
    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Signs deliveries with every key that is in force.
#[derive(Debug, Clone)]
pub struct Signer {
    keys: Vec<WebhookKey>,
}

impl Signer {
    /// A signer with these keys; a header made without any key is empty and verifies nowhere.
    pub fn new(keys: Vec<WebhookKey>) -> Self {
        Self { keys }
    }

    /// The value of `webhook-signature` for a body sent at `timestamp_s` (Unix seconds) under `id`.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let timestamp = timestamp_s.to_string();
        let signatures: Vec<String> =
            self.keys.iter().map(|key| format!("v1,{}", STANDARD.encode(key.mac(id, &timestamp, body)))).collect();
        signatures.join(" ")
    }
}

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A header is missing or has a shape that no sender makes.
    #[error("the webhook headers are missing or malformed")]
    Headers,
    /// The time is further than [`TOLERANCE_S`] from the receiver's clock.
    #[error("the webhook timestamp is outside the tolerance")]
    Timestamp,
    /// No signature fits any key.
    #[error("no signature fits")]
    Signature,
}

/// The three headers of a delivery, as text.
#[derive(Debug, Clone, Copy)]
pub struct WebhookHeaders<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
}

impl WebhookHeaders<'_> {
    /// Checks everything that needs no body, so that a body without a chance is not even read.
    ///
    /// # Errors
    /// [`WebhookError::Headers`] for a malformed id or time, [`WebhookError::Timestamp`] for one outside the tolerance.
    pub fn check(&self, now_s: i64) -> Result<(), WebhookError> {
        // An id of these characters can swallow no part of a JSON body, so that "{id}.{timestamp}.{body}" can be
        // read in one way only.
        let id_fits = (1..=ID_CHARACTERS_MAX).contains(&self.id.len())
            && self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte));
        let digits =
            (1..=18).contains(&self.timestamp.len()) && self.timestamp.bytes().all(|byte| byte.is_ascii_digit());
        if !id_fits || !digits {
            return Err(WebhookError::Headers);
        }
        let timestamp_s: i64 = self.timestamp.parse().map_err(|_| WebhookError::Headers)?;
        if now_s.abs_diff(timestamp_s) > TOLERANCE_S.unsigned_abs() {
            return Err(WebhookError::Timestamp);
        }
        Ok(())
    }

    /// Whether a key signed this body under these headers, at a time within the tolerance of `now_s` (Unix seconds).
    ///
    /// # Errors
    /// As [`WebhookHeaders::check`], and [`WebhookError::Signature`] when no signature fits any key.
    pub fn verify(&self, keys: &[WebhookKey], body: &[u8], now_s: i64) -> Result<(), WebhookError> {
        self.check(now_s)?;
        let given: Vec<Vec<u8>> = self
            .signature
            .split(' ')
            .take(SIGNATURES_MAX)
            .filter_map(|part| part.strip_prefix("v1,"))
            .filter_map(|encoded| STANDARD.decode(encoded).ok())
            .collect();
        // Every pair is compared, so that the time taken does not tell which key or how much of it fitted.
        let mut fits = subtle::Choice::from(0);
        for key in keys {
            let expected = key.mac(self.id, self.timestamp, body);
            for signature in &given {
                fits |= expected.as_slice().ct_eq(signature);
            }
        }
        if bool::from(fits) { Ok(()) } else { Err(WebhookError::Signature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The published reference vector of Standard Webhooks.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP_S: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn key(text: &str) -> WebhookKey {
        text.parse().unwrap()
    }

    fn headers<'a>(timestamp: &'a str, signature: &'a str) -> WebhookHeaders<'a> {
        WebhookHeaders { id: ID, timestamp, signature }
    }

    #[test]
    fn the_reference_vector_is_signed_and_verified() {
        let signer = Signer::new(vec![key(SECRET)]);
        assert_eq!(signer.sign(ID, TIMESTAMP_S, BODY), SIGNATURE);
        let verified = headers("1614265330", SIGNATURE).verify(&[key(SECRET)], BODY, TIMESTAMP_S);
        assert_eq!(verified, Ok(()));
    }

    #[test]
    fn one_of_several_keys_and_signatures_is_enough() {
        let other = key("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let both = Signer::new(vec![other.clone(), key(SECRET)]).sign(ID, TIMESTAMP_S, BODY);
        let both = format!("v1a,ignored {both}");
        for keys in [vec![key(SECRET)], vec![other.clone()], vec![other.clone(), key(SECRET)]] {
            assert_eq!(headers("1614265330", &both).verify(&keys, BODY, TIMESTAMP_S), Ok(()));
        }
        assert_eq!(headers("1614265330", SIGNATURE).verify(&[other], BODY, TIMESTAMP_S), Err(WebhookError::Signature));
    }

    #[test]
    fn what_was_changed_does_not_verify() {
        let keys = [key(SECRET)];
        let verify = |timestamp: &str, signature: &str, body: &[u8]| {
            headers(timestamp, signature).verify(&keys, body, TIMESTAMP_S)
        };
        assert_eq!(verify("1614265331", SIGNATURE, BODY), Err(WebhookError::Signature));
        assert_eq!(verify("1614265330", SIGNATURE, b"{}"), Err(WebhookError::Signature));
        assert_eq!(verify("1614265330", "", BODY), Err(WebhookError::Signature));
        assert_eq!(verify("1614265330", "v1,g0hM9SsE", BODY), Err(WebhookError::Signature));
        assert_eq!(verify("+1614265330", SIGNATURE, BODY), Err(WebhookError::Headers));
    }

    #[test]
    fn five_minutes_either_way_are_tolerated_and_no_more() {
        let keys = [key(SECRET)];
        for (offset_s, expected) in
            [(300, Ok(())), (-300, Ok(())), (301, Err(WebhookError::Timestamp)), (-301, Err(WebhookError::Timestamp))]
        {
            let verified = headers("1614265330", SIGNATURE).verify(&keys, BODY, TIMESTAMP_S + offset_s);
            assert_eq!(verified, expected, "{offset_s} s");
        }
    }

    #[test]
    fn secrets_of_the_wrong_shape_are_refused_and_none_is_shown() {
        for (text, error) in [
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", WebhookKeyError::Prefix),
            ("whsec_???", WebhookKeyError::Base64),
            ("whsec_c2hvcnQ=", WebhookKeyError::Length(5)),
        ] {
            assert_eq!(text.parse::<WebhookKey>().unwrap_err(), error);
        }
        assert_eq!(format!("{:?}", key(SECRET)), "WebhookKey(..)");
    }
}
