//! UpdateCatalogSection: a whole section of the catalog in the place of the one it was made on.

use crate::{command::Command, convert, section, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    Aggregate, ErrorKind, FieldConflict, SiagaError,
    catalog::{Catalog, CatalogEvent, CatalogPart},
    limits,
};
use siaga_proto::v1::{UpdateCatalogSectionRequest, UpdateCatalogSectionResponse};
use siaga_store::StreamKey;
use std::collections::BTreeSet;

/// Bytes of one section at most: it is one event.
const SECTION_BYTES: usize = 512 * 1024;

#[async_trait]
impl Command for UpdateCatalogSectionRequest {
    type Reply = UpdateCatalogSectionResponse;
    const NAME: &'static str = "UpdateCatalogSection";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<UpdateCatalogSectionResponse, SiagaError> {
        let part = section::part(self.content.as_ref())?;
        let note = limits::text("note", &self.note, limits::REASON_CHARS)?;
        let stream = part.stream_id();
        let current = current(work, stream, self.version, &part).await?;
        if current.as_ref() == Some(&part) {
            return Ok(UpdateCatalogSectionResponse { changed: convert::changed(stream, self.version) });
        }
        fits(work, &part).await?;
        let meta = work.meta();
        work.emit::<Catalog>(stream, CatalogEvent::Edited { part, note }, &meta).await?;
        Ok(UpdateCatalogSectionResponse { changed: convert::changed(stream, self.version + 1) })
    }
}

/// The section as it is now; refuses an edit that was made on another version, and says what differs.
pub(super) async fn current(
    work: &mut Work<'_>,
    stream: &'static str,
    version: u64,
    wanted: &CatalogPart,
) -> Result<Option<CatalogPart>, SiagaError> {
    let catalog = work.find::<Catalog>(stream).await?;
    let current = catalog.and_then(|catalog| catalog.part.clone());
    // Work counts streams that it has seen; `find` has just brought this one.
    let now = match work.version::<Catalog>(stream) {
        0 if current.is_some() => stored_version(work, stream).await?,
        now => now,
    };
    if now == version {
        return Ok(current);
    }
    let conflicts = current.as_ref().map_or_else(Vec::new, |current| differences(current, wanted));
    Err(SiagaError::stale(now, conflicts))
}

async fn stored_version(work: &Work<'_>, stream: &str) -> Result<u64, SiagaError> {
    let rows = work.context.store.load_streams(&[StreamKey::new(Catalog::KIND, stream)]).await;
    Ok(rows.map_err(crate::context::store_error)?.first().map_or(0, |row| row.version))
}

/// Items by their name in words, where the two differ; at most 50.
fn differences(current: &CatalogPart, wanted: &CatalogPart) -> Vec<FieldConflict> {
    let (now, then) = (words(current), words(wanted));
    let keys: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let text = |map: &std::collections::BTreeMap<String, String>, key| map.get(key).cloned().unwrap_or_default();
    keys.into_iter()
        .filter(|key| now.get(*key) != then.get(*key))
        .take(50)
        .map(|key| FieldConflict { field: key.clone(), current: text(&now, key), wanted: text(&then, key) })
        .collect()
}

fn words(part: &CatalogPart) -> std::collections::BTreeMap<String, String> {
    match part {
        CatalogPart::Agencies(list) => {
            list.iter().map(|one| (one.code.clone(), format!("{} ({})", one.name_id, one.kind))).collect()
        }
        CatalogPart::Types(list) => list
            .iter()
            .map(|one| {
                let plan = format!("{} | {}", one.lead_agencies.join(", "), one.support_agencies.join(", "));
                (one.code.clone(), format!("{}, P{}: {plan}", one.name_id, one.default_priority))
            })
            .collect(),
        CatalogPart::Outcomes(list) => list.iter().map(|one| (one.code.clone(), one.name_id.clone())).collect(),
        CatalogPart::Contacts(list) => list
            .iter()
            .map(|one| {
                let key = format!("{} {}-{} {}", one.agency, one.from_hour, one.to_hour, one.label);
                (key, one.number.clone())
            })
            .collect(),
        CatalogPart::Letterhead(head) => [
            ("lines", head.lines.join(" / ")),
            ("contacts", head.contacts.join(" / ")),
            ("legal_basis", head.legal_basis.join(" / ")),
            ("city_name", head.city_name.clone()),
            ("brand", head.brand.clone()),
            ("map_credits", head.map_credits.join(" / ")),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect(),
        CatalogPart::Clocks(limits) => {
            let clocks = limits.after_s.iter().map(|(kind, after_s)| (kind.name().to_owned(), format!("{after_s:?}")));
            clocks.chain([("escalate_after_s".to_owned(), limits.escalate_after_s.to_string())]).collect()
        }
        CatalogPart::Areas(_) | CatalogPart::Places(_) => std::collections::BTreeMap::new(),
    }
}

/// Plans and contacts name agencies that are there, whichever of the two is edited; and the event is not too large.
pub(super) async fn fits(work: &mut Work<'_>, part: &CatalogPart) -> Result<(), SiagaError> {
    let bytes = serde_json::to_vec(part).map_err(|error| SiagaError::internal(error.to_string()))?.len();
    if bytes > SECTION_BYTES {
        return Err(SiagaError::invalid(
            "content",
            format!("Terlalu besar: {bytes} byte, paling banyak {SECTION_BYTES}."),
            format!("Too large: {bytes} bytes, at most {SECTION_BYTES}."),
        ));
    }
    if let CatalogPart::Agencies(list) = part {
        let codes: BTreeSet<&str> = list.iter().map(|agency| agency.code.as_str()).collect();
        for stream in ["types", "contacts"] {
            let Some(named) = work.find::<Catalog>(stream).await?.and_then(|catalog| catalog.part.clone()) else {
                continue;
            };
            if let Some((_, code)) = named.agencies_named().iter().find(|(_, code)| !codes.contains(code)) {
                return Err(still_named("agencies", code));
            }
        }
        return Ok(());
    }
    let agencies = work.find::<Catalog>("agencies").await?.and_then(|catalog| catalog.part.clone());
    let Some(CatalogPart::Agencies(agencies)) = agencies else {
        return match part.agencies_named().first() {
            None => Ok(()),
            Some((field, code)) => Err(still_named(field, code)),
        };
    };
    let codes: BTreeSet<&str> = agencies.iter().map(|agency| agency.code.as_str()).collect();
    match part.agencies_named().iter().find(|(_, code)| !codes.contains(code)) {
        None => Ok(()),
        Some((field, code)) => Err(still_named(field, code)),
    }
}

/// SIAGA-1705: a plan or contact would name an agency that is not there.
fn still_named(field: &str, code: &str) -> SiagaError {
    let code = crate::city::shown(code);
    SiagaError::new(
        "SIAGA-1705",
        ErrorKind::Conflict,
        format!("Instansi \"{code}\" disebut dalam rencana atau kontak piket, tetapi tidak ada dalam daftar instansi."),
        format!("The agency \"{code}\" is named by a plan or duty contact, and is not among the agencies."),
    )
    .field(field)
}

#[cfg(test)]
mod tests;
