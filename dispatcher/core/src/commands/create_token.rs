//! CreateToken: a bearer token for a machine, shown once. What is stored is its hash.

use crate::{command::AnyCommand, convert, work::Work};
use async_trait::async_trait;
use prost::Message;
use sha2::{Digest, Sha256};
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
    limits,
};
use siaga_proto::v1::{CreateTokenRequest, CreateTokenResponse};
use siaga_store::{Session, SessionKind, SideWrite};
use uuid::Uuid;

/// Days a token may be valid at most.
const VALID_DAYS_MAX: u32 = 3_650;
/// Characters of its label.
const LABEL_CHARS: usize = 100;
const DAY_MS: i64 = 24 * 3_600_000;

/// The request, with the hash of the token that the edge has made for it.
pub(crate) struct CreateToken {
    pub(crate) request: CreateTokenRequest,
    pub(crate) token_hash: String,
}

#[async_trait]
impl AnyCommand for CreateToken {
    fn name(&self) -> &'static str {
        "CreateToken"
    }

    /// Without the token: a retry is made with another one, and is still the same request.
    fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(b"CreateToken\0");
        hasher.update(self.request.encode_to_vec());
        hex::encode(hasher.finalize())
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let account_id = convert::id("account_id", &self.request.account_id)?;
        work.get::<Account>(account_id, ("Akun", "The account")).await?;
        let label = limits::required("label", &self.request.label, LABEL_CHARS)?;
        if !(1..=VALID_DAYS_MAX).contains(&self.request.valid_days) {
            return Err(SiagaError::invalid(
                "valid_days",
                format!("Masa berlaku 1 sampai {VALID_DAYS_MAX} hari."),
                format!("Valid for 1 to {VALID_DAYS_MAX} days."),
            ));
        }
        let days = i64::from(self.request.valid_days);
        let token_id = add_token(work, account_id, label, self.token_hash.clone(), days * DAY_MS).await?;
        Ok(CreateTokenResponse { token_id: token_id.to_string(), token: String::new() }.encode_to_vec())
    }
}

/// Adds a machine's token to an account.
pub(crate) async fn add_token(
    work: &mut Work<'_>,
    account_id: Uuid,
    label: String,
    token_hash: String,
    valid_ms: i64,
) -> Result<Uuid, SiagaError> {
    let token_id = work.new_id();
    let meta = work.meta();
    let created = AccountEvent::TokenCreated { token_id, label: label.clone() };
    work.emit::<Account>(account_id, created, &meta).await?;
    work.side(SideWrite::CreateSession(Session {
        id: token_id,
        token_hash,
        account_id,
        kind: SessionKind::Machine,
        label: Some(label),
        created_at: work.now,
        expires_at: work.now.plus_ms(valid_ms),
        last_seen_at: work.now,
        revoked_at: None,
    }));
    Ok(token_id)
}
