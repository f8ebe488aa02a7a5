//! RestoreCatalogSection: an earlier version of a section becomes the newest one again.

use super::update_catalog_section::{current, fits};
use crate::{command::Command, convert, section, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    catalog::{Catalog, CatalogEvent},
    limits,
};
use siaga_proto::v1::{RestoreCatalogSectionRequest, RestoreCatalogSectionResponse};

#[async_trait]
impl Command for RestoreCatalogSectionRequest {
    type Reply = RestoreCatalogSectionResponse;
    const NAME: &'static str = "RestoreCatalogSection";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<RestoreCatalogSectionResponse, SiagaError> {
        let key = section::stream(self.section())?;
        let note = limits::text("note", &self.note, limits::REASON_CHARS)?;
        let event = section::event_of(&*work.context.store, &key, self.restored_version).await?;
        let part = section::part_of(event);
        let stream = part.stream_id();
        let current = current(work, stream, self.version, &part).await?;
        if current.as_ref() == Some(&part) {
            return Ok(RestoreCatalogSectionResponse { changed: convert::changed(stream, self.version) });
        }
        fits(work, &part).await?;
        let meta = work.meta();
        let restored = CatalogEvent::Restored { part, version: self.restored_version, note };
        work.emit::<Catalog>(stream, restored, &meta).await?;
        Ok(RestoreCatalogSectionResponse { changed: convert::changed(stream, self.version + 1) })
    }
}
