//! GetCatalogSection and ListCatalogVersions: what an administrator edits, and what it was before.

use crate::{Core, access::Caller, context::store_error, section};
use siaga_domain::{SiagaError, catalog::Catalog};
use siaga_proto::v1;

/// Versions listed at most.
const VERSIONS_MAX: u32 = 50;
/// Versions listed when nothing is said.
const VERSIONS_DEFAULT: u32 = 20;

/// One section, now or as it was.
///
/// # Errors
/// SIAGA-1001, SIAGA-1002 for a version that is not there, SIAGA-1901.
pub(crate) async fn get_catalog_section(
    core: &Core,
    _: &Caller,
    request: v1::GetCatalogSectionRequest,
) -> Result<v1::GetCatalogSectionResponse, SiagaError> {
    let key = section::stream(request.section())?;
    let store = &core.context.store;
    if request.version != 0 {
        let part = section::part_of(section::event_of(&**store, &key, request.version).await?);
        return Ok(v1::GetCatalogSectionResponse { content: section::content(&part), version: request.version });
    }
    let rows = store.load_streams(std::slice::from_ref(&key)).await.map_err(store_error)?;
    let row = rows.into_iter().next();
    let version = row.as_ref().map_or(0, |row| row.version);
    let stored = row.map(|row| serde_json::from_value::<Catalog>(row.state)).transpose();
    let stored = stored.map_err(|error| SiagaError::internal(format!("catalog {}: {error}", key.id)))?;
    let part = stored.and_then(|catalog| catalog.part).or_else(|| {
        let clocks = request.section() == v1::CatalogSection::Clocks;
        clocks.then(|| section::configured_clocks(&core.context.config))
    });
    Ok(v1::GetCatalogSectionResponse { content: part.as_ref().and_then(section::content), version })
}

/// Versions of a section, newest first.
///
/// # Errors
/// SIAGA-1001, SIAGA-1901.
pub(crate) async fn list_catalog_versions(
    core: &Core,
    _: &Caller,
    request: v1::ListCatalogVersionsRequest,
) -> Result<v1::ListCatalogVersionsResponse, SiagaError> {
    let key = section::stream(request.section())?;
    let store = &core.context.store;
    let limit = if request.limit == 0 { VERSIONS_DEFAULT } else { request.limit.min(VERSIONS_MAX) };
    let rows = store.load_streams(std::slice::from_ref(&key)).await.map_err(store_error)?;
    let newest = rows.first().map_or(0, |row| row.version);
    let upto = if request.before == 0 { newest } else { newest.min(request.before - 1) };
    let after = upto.saturating_sub(u64::from(limit));
    let count = u32::try_from(upto - after).unwrap_or(limit);
    if count == 0 {
        return Ok(v1::ListCatalogVersionsResponse::default());
    }
    let rows = store.events_of_stream(&key, after, count).await.map_err(store_error)?;
    let versions = rows.iter().rev().map(section::version_view).collect::<Result<_, _>>()?;
    Ok(v1::ListCatalogVersionsResponse { versions })
}
