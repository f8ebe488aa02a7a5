//! ExportActivity: a report as tables and as CSV. What leaves is masked, whoever asks.

use super::get_activity::activity;
use crate::{
    Core,
    access::Caller,
    convert,
    statistics::{
        calendar::Calendar,
        export::{Language, csv, tables, views},
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
    let language = match request.language.as_str() {
        "" | "id" => Language::Indonesian,
        "en" => Language::English,
        _ => return Err(SiagaError::invalid("language", "Pilih id atau en.", "Choose id or en.")),
    };
    let report = activity(core, request.period(), &request.day, true).await?;
    let calendar = Calendar::new(core.context.config.utc_offset_minutes);
    let day = convert::time("from", report.from)?.map(|from| calendar.day_text(from)).unwrap_or_default();
    let period = match request.period() {
        v1::Period::Week => "minggu",
        v1::Period::Month => "bulan",
        v1::Period::Day | v1::Period::Unspecified => "hari",
    };
    let tables = tables(&report, calendar, language);
    Ok(v1::ExportActivityResponse {
        file_name: format!("siaga-laporan-{period}-{day}"),
        csv: csv(&tables)?,
        tables: views(tables),
    })
}
