//! AccessService: accounts, sessions and tokens.

use super::{Edge, admitted, status};
use crate::{
    access::{
        COOKIE_MAX_AGE_S_PER_H, Caller,
        credentials::{self, COOKIES},
        passwords, scope, sessions,
    },
    command::account_of,
    commands::CreateToken,
    context::store_error,
    convert, queries, views,
};
use prost::Message;
use siaga_domain::{Aggregate, SiagaError, account::Account};
use siaga_proto::v1::{self, access_service_server::AccessService};
use tonic::{Request, Response, Status, metadata::AsciiMetadataValue};
use uuid::Uuid;

/// Accounts listed at most.
const ACCOUNTS_MAX: u32 = 5_000;

#[tonic::async_trait]
impl AccessService for Edge {
    async fn sign_in(&self, request: Request<v1::SignInRequest>) -> Result<Response<v1::SignInResponse>, Status> {
        let v1::SignInRequest { username, password } = request.into_inner();
        let opened = sessions::sign_in(&self.core, &username, &password).await.map_err(status::of)?;
        let account = self.account_view(opened.account_id).await.map_err(status::of)?;
        let max_age_s = self.core.context.config.session_hours * COOKIE_MAX_AGE_S_PER_H;
        let cookie = self.cookie(&opened.token, max_age_s);
        let mut response = Response::new(v1::SignInResponse {
            account: Some(account),
            token: opened.token,
            expires_at: Some(convert::timestamp(opened.expires_at)),
        });
        set_cookie(&mut response, &cookie);
        Ok(response)
    }

    async fn sign_out(&self, request: Request<v1::SignOutRequest>) -> Result<Response<v1::SignOutResponse>, Status> {
        let (who, _) = admitted(&request)?;
        sessions::sign_out(&self.core, who).await.map_err(status::of)?;
        let mut response = Response::new(v1::SignOutResponse {});
        set_cookie(&mut response, &self.cookie("", 0));
        Ok(response)
    }

    async fn who_am_i(&self, request: Request<v1::WhoAmIRequest>) -> Result<Response<v1::WhoAmIResponse>, Status> {
        let (who, _) = admitted(&request)?;
        let account_id = account_of(&who).map_err(status::of)?;
        Ok(Response::new(v1::WhoAmIResponse {
            account: Some(self.account_view(account_id).await.map_err(status::of)?),
            expires_at: Some(convert::timestamp(who.expires_at)),
            server_time: Some(convert::timestamp(self.core.context.now())),
            audiences: scope::audiences(&who),
        }))
    }

    async fn change_password(
        &self,
        request: Request<v1::ChangePasswordRequest>,
    ) -> Result<Response<v1::ChangePasswordResponse>, Status> {
        let (who, _) = admitted(&request)?;
        let (metadata, extensions, mut message) = request.into_parts();
        self.check_old_password(&who, std::mem::take(&mut message.old_password)).await.map_err(status::of)?;
        message.new_password = passwords::hash_for_request("new_password", &message.new_password, &message.request_id)
            .await
            .map_err(status::of)?;
        self.run(Request::from_parts(metadata, extensions, message)).await
    }

    async fn create_account(
        &self,
        request: Request<v1::CreateAccountRequest>,
    ) -> Result<Response<v1::CreateAccountResponse>, Status> {
        let (metadata, extensions, mut message) = request.into_parts();
        message.password = passwords::hash_for_request("password", &message.password, &message.request_id)
            .await
            .map_err(status::of)?;
        self.run(Request::from_parts(metadata, extensions, message)).await
    }

    async fn update_account(
        &self,
        request: Request<v1::UpdateAccountRequest>,
    ) -> Result<Response<v1::UpdateAccountResponse>, Status> {
        let account_id = request.get_ref().account_id.clone();
        let response = self.run(request).await?;
        if let Ok(account_id) = Uuid::parse_str(&account_id) {
            self.core.credentials.forget(account_id, None);
        }
        Ok(response)
    }

    async fn reset_password(
        &self,
        request: Request<v1::ResetPasswordRequest>,
    ) -> Result<Response<v1::ResetPasswordResponse>, Status> {
        let (metadata, extensions, mut message) = request.into_parts();
        message.new_password = passwords::hash_for_request("new_password", &message.new_password, &message.request_id)
            .await
            .map_err(status::of)?;
        self.run(Request::from_parts(metadata, extensions, message)).await
    }

    async fn disable_account(
        &self,
        request: Request<v1::DisableAccountRequest>,
    ) -> Result<Response<v1::DisableAccountResponse>, Status> {
        let account_id = request.get_ref().account_id.clone();
        let response = self.run(request).await?;
        if let Ok(account_id) = Uuid::parse_str(&account_id) {
            self.core.credentials.forget(account_id, None);
        }
        Ok(response)
    }

    async fn enable_account(
        &self,
        request: Request<v1::EnableAccountRequest>,
    ) -> Result<Response<v1::EnableAccountResponse>, Status> {
        self.run(request).await
    }

    async fn list_accounts(
        &self,
        _: Request<v1::ListAccountsRequest>,
    ) -> Result<Response<v1::ListAccountsResponse>, Status> {
        let rows = self.core.context.store.list_streams(Account::KIND, false, None, ACCOUNTS_MAX).await;
        let rows = rows.map_err(|error| status::of(store_error(error)))?;
        let accounts = rows.into_iter().map(account_of_row).collect::<Result<Vec<_>, SiagaError>>();
        Ok(Response::new(v1::ListAccountsResponse { accounts: accounts.map_err(status::of)? }))
    }

    async fn create_token(
        &self,
        request: Request<v1::CreateTokenRequest>,
    ) -> Result<Response<v1::CreateTokenResponse>, Status> {
        let (who, lane) = admitted(&request)?;
        let request = request.into_inner();
        let (token, token_hash) = passwords::new_token(&*self.core.context.ids);
        let id = request.request_id.clone();
        let command = Box::new(CreateToken { request, token_hash: token_hash.clone() });
        let reply = self.core.writer.prepared(lane, who, &id, command).await.map_err(status::of)?;
        let mut reply = v1::CreateTokenResponse::decode(reply.as_slice())
            .map_err(|error| status::of(SiagaError::internal(error.to_string())))?;
        // A retry gets the id of the first token, whose text nobody has any more: it must not get this one's.
        let session = self.core.context.store.session_by_token(&token_hash).await;
        if session.map_err(|error| status::of(store_error(error)))?.is_some() {
            reply.token = token;
        }
        Ok(Response::new(reply))
    }

    async fn revoke_token(
        &self,
        request: Request<v1::RevokeTokenRequest>,
    ) -> Result<Response<v1::RevokeTokenResponse>, Status> {
        let account_id = request.get_ref().account_id.clone();
        let response = self.run(request).await?;
        if let Ok(account_id) = Uuid::parse_str(&account_id) {
            self.core.credentials.forget(account_id, None);
        }
        Ok(response)
    }

    async fn list_tokens(
        &self,
        request: Request<v1::ListTokensRequest>,
    ) -> Result<Response<v1::ListTokensResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::list_tokens(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }
}

impl Edge {
    pub(super) async fn account_view(&self, account_id: Uuid) -> Result<v1::AccountView, SiagaError> {
        let key = siaga_store::StreamKey::new(Account::KIND, account_id);
        let rows = self.core.context.store.load_streams(&[key]).await.map_err(store_error)?;
        rows.into_iter().next().map_or_else(|| Err(credentials::signed_out()), account_of_row)
    }

    async fn check_old_password(&self, who: &Caller, password: String) -> Result<(), SiagaError> {
        let account_id = account_of(who)?;
        let stored = self.core.context.store.credential(account_id).await.map_err(store_error)?;
        let stored = stored.ok_or_else(sessions::wrong)?;
        let fits = passwords::slowly(move || passwords::verify(&password, &stored)).await?;
        if fits { Ok(()) } else { Err(sessions::wrong().field("old_password")) }
    }

    fn cookie(&self, token: &str, max_age_s: u32) -> String {
        if self.core.context.config.secure_cookies {
            format!("{}={token}; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age={max_age_s}", COOKIES[0])
        } else {
            format!("{}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}", COOKIES[1])
        }
    }
}

fn set_cookie<T>(response: &mut Response<T>, cookie: &str) {
    if let Ok(cookie) = AsciiMetadataValue::try_from(cookie) {
        response.metadata_mut().insert("set-cookie", cookie);
    }
}

/// An account as its own session and administrators see it.
fn account_of_row(row: siaga_store::StreamRow) -> Result<v1::AccountView, SiagaError> {
    let id = Uuid::parse_str(&row.key.id).map_err(|error| SiagaError::internal(format!("{}: {error}", row.key)))?;
    let account: Account = serde_json::from_value(row.state)
        .map_err(|error| SiagaError::internal(format!("state of {}: {error}", row.key)))?;
    Ok(views::account::view(id, &account, row.position))
}
