//! GetCallerHistory: earlier calls of the same number. Reading it is logged.

use super::viewed;
use crate::{
    Core,
    access::{Caller, sight::Reader},
    command::{Internal, account_of},
    convert,
    views::{
        load::{Histories, Wanted},
        phones::past_calls,
    },
    work::Work,
    writer::Lane,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};
use siaga_proto::v1;
use uuid::Uuid;

const LIMIT_MAX: u32 = 100;
const LIMIT: u32 = 20;

/// Earlier calls of the call's number, newest first.
///
/// # Errors
/// SIAGA-1002 when there is no such call.
pub(crate) async fn get_caller_history(
    core: &Core,
    who: &Caller,
    request: v1::GetCallerHistoryRequest,
) -> Result<v1::GetCallerHistoryResponse, SiagaError> {
    let call_id = convert::id("call_id", &request.call_id)?;
    let limit = if request.limit == 0 { LIMIT } else { request.limit.min(LIMIT_MAX) };
    let wanted = Wanted { calls: [call_id].into(), ..Wanted::default() };
    let call = viewed(&core.context, &wanted, Histories::None, |views| views.call(call_id, &Reader::Full)).await?;
    let call = call.ok_or_else(|| SiagaError::not_found("Panggilan", "The call"))?;
    let read = HistoryRead { account_id: account_of(who)?, call_id };
    core.writer.internal_as(Lane::Emergency, who.clone(), read).await?;
    if call.number.is_empty() {
        return Ok(v1::GetCallerHistoryResponse { calls: Vec::new() });
    }
    let past = past_calls(&core.context, &call.number).await?;
    let earlier: Vec<Uuid> =
        past.iter().map(|past| past.id).filter(|id| *id != call_id).take(limit as usize).collect();
    let wanted = Wanted { calls: earlier.iter().copied().collect(), ..Wanted::default() };
    let calls = viewed(&core.context, &wanted, Histories::None, |views| {
        earlier.iter().filter_map(|id| views.call(*id, &Reader::Full)).collect()
    });
    Ok(v1::GetCallerHistoryResponse { calls: calls.await? })
}

struct HistoryRead {
    account_id: Uuid,
    call_id: Uuid,
}

#[async_trait]
impl Internal for HistoryRead {
    fn name(&self) -> &'static str {
        "HistoryRead"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        let read = AccountEvent::CallerHistoryRead { call_id: self.call_id };
        work.emit::<Account>(self.account_id, read, &meta).await?;
        Ok(Vec::new())
    }
}
