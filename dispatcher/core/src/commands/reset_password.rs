//! ResetPassword: an administrator sets a new password; the account's sessions end.

use crate::{access::passwords, command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};
use siaga_proto::v1::{ResetPasswordRequest, ResetPasswordResponse};
use siaga_store::{Revoke, SideWrite};

#[async_trait]
impl Command for ResetPasswordRequest {
    type Reply = ResetPasswordResponse;
    const NAME: &'static str = "ResetPassword";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ResetPasswordResponse, SiagaError> {
        let account_id = convert::id("account_id", &self.account_id)?;
        work.get::<Account>(account_id, ("Akun", "The account")).await?;
        let password_hash = passwords::hashed(&self.new_password)?;
        let meta = work.meta();
        work.emit::<Account>(account_id, AccountEvent::PasswordSet {}, &meta).await?;
        work.emit::<Account>(account_id, AccountEvent::SignedOut { session_id: None }, &meta).await?;
        work.side(SideWrite::PutCredential { account_id, password_hash });
        work.side(SideWrite::RevokeSessions { which: Revoke::Account(account_id), at: work.now });
        Ok(ResetPasswordResponse { changed: convert::changed(account_id, work.version::<Account>(account_id)) })
    }
}
