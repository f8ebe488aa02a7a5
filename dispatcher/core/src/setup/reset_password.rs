//! Sets an account's password from the command line; its sessions and tokens end.

use crate::{command::Internal, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};
use siaga_store::{Revoke, SideWrite};

/// The account, with its new password's hash.
pub struct ResetPassword {
    /// Name to sign in with.
    pub username: String,
    /// Argon2id hash.
    pub password_hash: String,
}

#[async_trait]
impl Internal for ResetPassword {
    fn name(&self) -> &'static str {
        "ResetPassword"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let account_id = Account::id_of(&self.username);
        work.get::<Account>(account_id, ("Akun", "The account")).await?;
        let meta = work.meta();
        work.emit::<Account>(account_id, AccountEvent::PasswordSet {}, &meta).await?;
        work.emit::<Account>(account_id, AccountEvent::SignedOut { session_id: None }, &meta).await?;
        work.side(SideWrite::PutCredential { account_id, password_hash: self.password_hash.clone() });
        work.side(SideWrite::RevokeSessions { which: Revoke::Account(account_id), at: work.now });
        Ok(Vec::new())
    }
}
