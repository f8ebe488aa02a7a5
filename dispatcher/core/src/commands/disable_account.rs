//! DisableAccount: the account may not sign in any more; its sessions and live connections end at once.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    ErrorKind, SiagaError,
    account::{Account, AccountEvent},
    limits,
};
use siaga_proto::v1::{DisableAccountRequest, DisableAccountResponse};
use siaga_store::{Revoke, SideWrite};

#[async_trait]
impl Command for DisableAccountRequest {
    type Reply = DisableAccountResponse;
    const NAME: &'static str = "DisableAccount";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<DisableAccountResponse, SiagaError> {
        let account_id = convert::id("account_id", &self.account_id)?;
        let account = work.get::<Account>(account_id, ("Akun", "The account")).await?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        if work.who.account_id == Some(account_id) {
            return Err(SiagaError::new(
                "SIAGA-1107",
                ErrorKind::Conflict,
                "Akun sendiri tidak dapat dinonaktifkan.",
                "You cannot disable your own account.",
            ));
        }
        if !account.disabled {
            let meta = work.meta();
            work.emit::<Account>(account_id, AccountEvent::Disabled { reason }, &meta).await?;
            work.side(SideWrite::RevokeSessions { which: Revoke::Account(account_id), at: work.now });
        }
        Ok(DisableAccountResponse { changed: convert::changed(account_id, work.version::<Account>(account_id)) })
    }
}
