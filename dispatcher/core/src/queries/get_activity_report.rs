//! GetActivityReport: a day, week or month as a PDF. It leaves the house: sensitive types stand together, whoever asks.

use super::get_activity::activity;
use crate::{
    Core,
    access::Caller,
    convert, report,
    statistics::{
        calendar::Calendar,
        export::{Language, file_name},
        printed::Print,
    },
};
use siaga_domain::SiagaError;
use siaga_proto::v1;

/// The report of a period as a PDF.
///
/// # Errors
/// SIAGA-1001 for a period or language that there is not, SIAGA-1907 when too many reports are being made.
pub(crate) async fn get_activity_report(
    core: &Core,
    who: &Caller,
    request: v1::GetActivityReportRequest,
) -> Result<v1::GetActivityReportResponse, SiagaError> {
    let language = report::language(&request.language)?;
    let _turn = report::turn(&report::PERIODS).await?;
    let context = &core.context;
    let figures = activity(core, request.period(), &request.day, true).await?;
    let calendar = Calendar::new(context.config.utc_offset_minutes);
    let city = context.city();
    let print = Print {
        city: &city,
        language: Language::from(language),
        period: request.period(),
        at: context.now(),
        by: &who.label,
    };
    let printed = print.report(&figures);
    let day = convert::time("from", figures.from)?.map(|from| calendar.day_text(from)).unwrap_or_default();
    let pdf = report::set(context, move |renderer| renderer.render_activity(&printed, language)).await?;
    Ok(v1::GetActivityReportResponse { file_name: format!("{}.pdf", file_name(request.period(), &day)), pdf })
}
