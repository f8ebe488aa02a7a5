//! ListFigure: the calls, cases or assignments behind a figure. It lists what was counted, by the same verdicts.

use super::{limit, limit_text};
use crate::{
    Core,
    access::Caller,
    convert,
    statistics::{
        calendar::Calendar,
        levels::ServiceLevel,
        list::{Place, Wanted, page},
        read::{Want, read},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use siaga_domain::{SiagaError, Timestamp};
use siaga_proto::v1;
use uuid::Uuid;

/// A page of them, newest first.
///
/// # Errors
/// SIAGA-1001 naming the field that is not acceptable.
pub(crate) async fn list_figure(
    core: &Core,
    _: &Caller,
    request: v1::ListFigureRequest,
) -> Result<v1::ListFigureResponse, SiagaError> {
    let filter = request.filter.unwrap_or_default();
    let now = core.context.now();
    let calendar = Calendar::new(core.context.config.utc_offset_minutes);
    let from = convert::time("filter.from", filter.from)?;
    let window = calendar.window(from, convert::time("filter.to", filter.to)?, now)?;
    let level = level(core, &filter.level_code)?;
    let subject = level.map_or(filter.subject(), ServiceLevel::subject);
    let text = |field: &str, text: &str| limit_text(field, text).map(Option::unwrap_or_default);
    let type_code = text("filter.type_code", &filter.type_code)?;
    let kelurahan_code = text("filter.kelurahan_code", &filter.kelurahan_code)?;
    let agency_code = text("filter.agency_code", &filter.agency_code)?;
    let limit = limit(request.limit, 50, 200)?;
    let after = after(&request.page_token)?;
    let want = match subject {
        v1::FigureSubject::Calls => Want::Calls,
        v1::FigureSubject::Cases | v1::FigureSubject::Assignments => Want::Cases,
        v1::FigureSubject::Unspecified => {
            return Err(SiagaError::invalid(
                "filter.subject",
                "Pilih panggilan, kejadian, atau tugas.",
                "Choose calls, cases or assignments.",
            ));
        }
    };
    if core.context.city().types.get(&type_code).is_some_and(|kind| kind.sensitive) {
        // Which of the masked cases are of this type is just what the mask hides.
        return Ok(v1::ListFigureResponse::default());
    }
    let wanted = Wanted {
        subject,
        level,
        part: filter.part(),
        disposition: filter.disposition(),
        type_code: &type_code,
        kelurahan_code: &kelurahan_code,
        agency_code: &agency_code,
    };
    let counted = read(&*core.context.background, window, want).await?;
    let (rows, total, next) = page(&counted, &wanted, after, limit as usize, now);
    Ok(v1::ListFigureResponse {
        rows,
        next_page_token: next.map(token).unwrap_or_default(),
        total: u32::try_from(total).unwrap_or(u32::MAX),
    })
}

fn level<'c>(core: &'c Core, code: &str) -> Result<Option<&'c ServiceLevel>, SiagaError> {
    if code.is_empty() {
        return Ok(None);
    }
    let levels = &core.context.config.service_levels;
    levels.iter().find(|level| level.code == code).map(Some).ok_or_else(|| {
        SiagaError::invalid("filter.level_code", "Tidak ada tingkat layanan ini.", "There is no such service level.")
            .allowed(levels.iter().map(|level| level.code.as_str()))
    })
}

fn token((at, id): Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.unix_ms()))
}

fn after(token: &str) -> Result<Option<Place>, SiagaError> {
    if token.is_empty() {
        return Ok(None);
    }
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_unix_ms(at.parse().ok()?), Uuid::parse_str(id).ok()?))
    };
    let wrong = || SiagaError::invalid("page_token", "Ulangi daftar dari awal.", "List again from the beginning.");
    read().map(Some).ok_or_else(wrong)
}
