//! ExportActivity: a report as tables and as CSV. What leaves is masked, whoever asks.

use super::get_activity::activity;
use crate::{
    Core,
    access::Caller,
    convert, report,
    statistics::{
        calendar::Calendar,
        export::{Language, csv, file_name, tables, views},
    },
};
use siaga_domain::SiagaError;
use siaga_proto::v1;

/// The report of a period as tables and as CSV.
///
/// # Errors
/// SIAGA-1001 for a period or language that there is not.
pub(crate) async fn export_activity(
    core: &Core,
    _: &Caller,
    request: v1::ExportActivityRequest,
) -> Result<v1::ExportActivityResponse, SiagaError> {
    let language = Language::from(report::language(&request.language)?);
    let report = activity(core, request.period(), &request.day, true).await?;
    let calendar = Calendar::new(core.context.config.utc_offset_minutes);
    let day = convert::time("from", report.from)?.map(|from| calendar.day_text(from)).unwrap_or_default();
    let tables = tables(&report, calendar, language);
    Ok(v1::ExportActivityResponse {
        file_name: file_name(request.period(), &day),
        csv: csv(&tables)?,
        tables: views(tables),
    })
}
