//! EnableAccount: the account may sign in again.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};
use siaga_proto::v1::{EnableAccountRequest, EnableAccountResponse};

#[async_trait]
impl Command for EnableAccountRequest {
    type Reply = EnableAccountResponse;
    const NAME: &'static str = "EnableAccount";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<EnableAccountResponse, SiagaError> {
        let account_id = convert::id("account_id", &self.account_id)?;
        let account = work.get::<Account>(account_id, ("Akun", "The account")).await?;
        if account.disabled {
            let meta = work.meta();
            work.emit::<Account>(account_id, AccountEvent::Enabled {}, &meta).await?;
        }
        Ok(EnableAccountResponse { changed: convert::changed(account_id, work.version::<Account>(account_id)) })
    }
}
