//! RevokeToken: takes a machine's token away; its connections end at once.

use crate::{command::Command, context::store_error, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};
use siaga_proto::v1::{RevokeTokenRequest, RevokeTokenResponse};
use siaga_store::{Revoke, SideWrite};

#[async_trait]
impl Command for RevokeTokenRequest {
    type Reply = RevokeTokenResponse;
    const NAME: &'static str = "RevokeToken";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<RevokeTokenResponse, SiagaError> {
        let token_id = convert::id("token_id", &self.token_id)?;
        let account_id = convert::id("account_id", &self.account_id)?;
        let sessions = work.context.store.sessions_of_account(account_id).await.map_err(store_error)?;
        if !sessions.iter().any(|session| session.id == token_id) {
            return Err(SiagaError::not_found("Token", "The token"));
        }
        let meta = work.meta();
        work.emit::<Account>(account_id, AccountEvent::TokenRevoked { token_id }, &meta).await?;
        work.side(SideWrite::RevokeSessions { which: Revoke::Session(token_id), at: work.now });
        Ok(RevokeTokenResponse { changed: convert::changed(account_id, work.version::<Account>(account_id)) })
    }
}
