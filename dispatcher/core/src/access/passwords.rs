//! Passwords (Argon2id) and bearer tokens.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use sha2::{Digest, Sha256};
use siaga_domain::{IdSource, SiagaError};
use tokio::sync::Semaphore;

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

/// Hashes the password of a command. The salt comes from the request id, which is as good as random and different for
/// every command, so that a retry of the command has the same body.
///
/// # Errors
/// SIAGA-1001 when it is too short or long.
pub async fn hash_for_request(field: &str, password: &str, request_id: &str) -> Result<String, SiagaError> {
    check(field, password)?;
    let salt = Sha256::digest(format!("siaga:password:{request_id}").as_bytes());
    let password = password.to_owned();
    slowly(move || {
        Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt[..16])
            .map(|hash| hash.to_string())
            .map_err(|error| SiagaError::internal(format!("password hash: {error}")))
    })
    .await?
}

/// The hash that the edge put in place of a command's password; a plain password never gets this far.
///
/// # Errors
/// SIAGA-1900 when it is none.
pub fn hashed(password: &str) -> Result<String, SiagaError> {
    if PasswordHash::new(password).is_ok() {
        Ok(password.to_owned())
    } else {
        Err(SiagaError::internal("a password reached the writer unhashed"))
    }
}

/// Hashing takes tens of milliseconds of a core: few at once, and never on a task that others wait for.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Runs password work on a thread of its own.
///
/// # Errors
/// SIAGA-1900 when the thread died.
pub async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, SiagaError> {
    let _place = HASHING.acquire().await.map_err(|error| SiagaError::internal(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| SiagaError::internal(error.to_string()))
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
