//! ChangePassword: the own password; other sessions of the account end. The old one was checked at the edge.

use crate::{
    access::passwords,
    command::{Command, account_of},
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};
use siaga_proto::v1::{ChangePasswordRequest, ChangePasswordResponse};
use siaga_store::{Revoke, SideWrite};

#[async_trait]
impl Command for ChangePasswordRequest {
    type Reply = ChangePasswordResponse;
    const NAME: &'static str = "ChangePassword";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ChangePasswordResponse, SiagaError> {
        let account_id = account_of(work.who)?;
        let password_hash = passwords::hashed(&self.new_password)?;
        let meta = work.meta();
        work.emit::<Account>(account_id, AccountEvent::PasswordSet {}, &meta).await?;
        work.side(SideWrite::PutCredential { account_id, password_hash });
        let which = match work.who.session_id {
            Some(session_id) => Revoke::AccountExcept { account_id, session_id },
            None => Revoke::Account(account_id),
        };
        work.side(SideWrite::RevokeSessions { which, at: work.now });
        Ok(ChangePasswordResponse { changed: convert::changed(account_id, work.version::<Account>(account_id)) })
    }
}
