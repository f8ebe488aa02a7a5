//! Passwords (Argon2id) and bearer tokens.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use sha2::{Digest, Sha256};
use siaga_domain::{IdSource, SiagaError};

/// Characters a password has at least.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Characters a password has at most.
pub const PASSWORD_CHARS_MAX: usize = 200;

/// Refuses passwords that are too short or too long.
///
/// # Errors
/// SIAGA-1001.
pub fn check(field: &str, password: &str) -> Result<(), SiagaError> {
    let chars = password.chars().count();
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) {
        return Ok(());
    }
    Err(SiagaError::invalid(
        field,
        format!("Kata sandi harus {PASSWORD_CHARS_MIN} sampai {PASSWORD_CHARS_MAX} karakter."),
        format!("A password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters."),
    ))
}

/// Hashes a password; takes tens of milliseconds of a core, so never on the writer's task.
///
/// # Errors
/// SIAGA-1900 when the library refuses its input.
pub fn hash(password: &str, ids: &dyn IdSource) -> Result<String, SiagaError> {
    let mut salt = [0; 16];
    ids.fill(&mut salt);
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| SiagaError::internal(format!("password hash: {error}")))
}

/// The password fits the hash.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A new bearer token and what is kept of it.
pub fn new_token(ids: &dyn IdSource) -> (String, String) {
    let mut bytes = [0; 32];
    ids.fill(&mut bytes);
    let token = format!("siaga_{}", hex::encode(bytes));
    let kept = token_hash(&token);
    (token, kept)
}

/// What is kept of a token: its SHA-256, which is enough for 256 random bits.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
