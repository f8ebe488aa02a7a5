//! GetCall: one call, as the centre sees it.

use super::viewed;
use crate::{
    Core,
    access::{Caller, sight::Reader},
    convert,
    views::load::{Histories, Wanted},
};
use siaga_domain::SiagaError;
use siaga_proto::v1;

/// The call, with how often its number called before.
///
/// # Errors
/// SIAGA-1002 when there is none.
pub(crate) async fn get_call(
    core: &Core,
    _: &Caller,
    request: v1::GetCallRequest,
) -> Result<v1::GetCallResponse, SiagaError> {
    let call_id = convert::id("call_id", &request.call_id)?;
    let wanted = Wanted { calls: [call_id].into(), ..Wanted::default() };
    let call =
        viewed(&core.context, &wanted, Histories::Fresh, |views| views.call(call_id, &Reader::Full)).await?;
    let call = call.ok_or_else(|| SiagaError::not_found("Panggilan", "The call"))?;
    Ok(v1::GetCallResponse { call: Some(call) })
}
