//! Lets an account sign in again, from the command line.

use crate::{command::Internal, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};

/// The account.
pub struct EnableAccount {
    /// Name to sign in with.
    pub username: String,
}

#[async_trait]
impl Internal for EnableAccount {
    fn name(&self) -> &'static str {
        "EnableAccount"
    }

    /// An account that may sign in already stays as it is.
    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let account_id = Account::id_of(&self.username);
        let account = work.get::<Account>(account_id, ("Akun", "The account")).await?;
        if account.disabled {
            let meta = work.meta();
            work.emit::<Account>(account_id, AccountEvent::Enabled {}, &meta).await?;
        }
        Ok(Vec::new())
    }
}
