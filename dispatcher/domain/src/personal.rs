//! Personal data lie beside the log. An event names a row by id and salted digest, so that the row can be removed for
//! good while the chain still proves that nothing else was changed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What an event knows of a personal row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonalRef {
    /// The row.
    pub personal_id: Uuid,
    /// SHA-256 over salt and content, hex.
    pub digest: String,
}

/// The digest that an event keeps of a personal row.
pub fn digest(salt: &[u8], content: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(content.as_bytes());
    hex::encode(hasher.finalize())
}

/// A telephone number reduced to what identifies it: its digits, with Indonesia's 62 or a leading 0 taken off. A
/// number without digits identifies nobody.
pub fn phone_key(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let international = number.trim_start().starts_with('+') || number.trim_start().starts_with("00");
    let stripped = match () {
        () if international => digits.trim_start_matches('0').strip_prefix("62").unwrap_or(&digits).to_owned(),
        () if digits.starts_with("62") && digits.len() > 9 => digits[2..].to_owned(),
        () => digits.strip_prefix('0').unwrap_or(&digits).to_owned(),
    };
    (!stripped.is_empty()).then_some(stripped)
}
