//! Takes an account's right to sign in away, from the command line; its sessions and tokens end.

use crate::{command::Internal, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
    limits,
};
use siaga_store::{Revoke, SideWrite};

/// The account, and why.
pub struct DisableAccount {
    /// Name to sign in with.
    pub username: String,
    /// Why.
    pub reason: String,
}

#[async_trait]
impl Internal for DisableAccount {
    fn name(&self) -> &'static str {
        "DisableAccount"
    }

    /// An account that is disabled already stays as it is.
    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let account_id = Account::id_of(&self.username);
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let account = work.get::<Account>(account_id, ("Akun", "The account")).await?;
        if !account.disabled {
            let meta = work.meta();
            work.emit::<Account>(account_id, AccountEvent::Disabled { reason }, &meta).await?;
            work.emit::<Account>(account_id, AccountEvent::SignedOut { session_id: None }, &meta).await?;
            work.side(SideWrite::RevokeSessions { which: Revoke::Account(account_id), at: work.now });
        }
        Ok(Vec::new())
    }
}
