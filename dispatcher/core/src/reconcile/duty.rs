//! Desks that nobody sits at any more: an operator whose last session ran out or was revoked has signed off, so that
//! open cases get another owner and no call waits for somebody who went home.

use super::Reconciler;
use crate::{Core, command::Internal, context::store_error, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{
    Aggregate, SiagaError, Timestamp,
    account::{Account, DutyState},
};
use siaga_store::Store;
use uuid::Uuid;

/// Accounts read at once.
const PAGE: u32 = 500;
/// Desks cleared by one command.
const BATCH: usize = 50;

/// Signs accounts off that are on duty without a session.
pub(super) struct Desks;

#[async_trait]
impl Reconciler for Desks {
    fn name(&self) -> &'static str {
        "desks"
    }

    fn every_ms(&self) -> i64 {
        15_000
    }

    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError> {
        let store = &core.context.store;
        let now = core.context.now();
        let mut empty = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let rows = store.list_streams(Account::KIND, true, after.as_deref(), PAGE).await.map_err(store_error)?;
            for row in &rows {
                let account: Account = serde_json::from_value(row.state.clone())
                    .map_err(|error| SiagaError::internal(format!("state of {}: {error}", row.key)))?;
                let Ok(account_id) = Uuid::parse_str(&row.key.id) else { continue };
                if account.duty != DutyState::SignedOff && !has_session(&**store, account_id, now).await? {
                    empty.push((account_id, row.version));
                }
            }
            match rows.last() {
                Some(last) if rows.len() == PAGE as usize => after = Some(last.key.id.clone()),
                _ => break,
            }
        }
        let mut signed_off = 0;
        for batch in empty.chunks(BATCH) {
            let reply = core.writer.internal(Lane::Emergency, ClearDesks(batch.to_vec())).await?;
            signed_off += super::count(&reply);
        }
        Ok(signed_off)
    }
}

async fn has_session(store: &dyn Store, account_id: Uuid, now: Timestamp) -> Result<bool, SiagaError> {
    let sessions = store.sessions_of_account(account_id).await.map_err(store_error)?;
    Ok(sessions.iter().any(|session| session.revoked_at.is_none() && session.expires_at > now))
}

/// Accounts, with the version each was looked at.
struct ClearDesks(Vec<(Uuid, u64)>);

#[async_trait]
impl Internal for ClearDesks {
    fn name(&self) -> &'static str {
        "ClearDesks"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        let mut cleared = 0;
        for (account_id, version) in &self.0 {
            let Some(account) = work.find::<Account>(account_id).await? else { continue };
            // Somebody may have signed in meanwhile, in a command of the same commit even.
            if work.version::<Account>(account_id) != *version {
                continue;
            }
            if let Some(off) = account.move_to(DutyState::SignedOff) {
                work.emit::<Account>(account_id, off, &meta).await?;
                cleared += 1;
            }
        }
        Ok(super::counted(cleared))
    }
}
