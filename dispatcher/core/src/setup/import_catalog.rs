//! Takes one kind of the catalog whole.

use crate::{command::Internal, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    catalog::{Catalog, CatalogEvent, CatalogPart},
};

/// One kind of the catalog, checked by whoever read it.
pub struct ImportCatalog {
    /// All of it.
    pub part: CatalogPart,
    /// Where it came from, e.g. a file name.
    pub source: String,
}

#[async_trait]
impl Internal for ImportCatalog {
    fn name(&self) -> &'static str {
        "ImportCatalog"
    }

    /// Nothing happens when it is the same as before.
    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let stream = self.part.stream_id();
        let same = work.find::<Catalog>(stream).await?.is_some_and(|now| now.part.as_ref() == Some(&self.part));
        if !same {
            let meta = work.meta();
            let imported = CatalogEvent::Imported { part: self.part.clone(), source: self.source.clone() };
            work.emit::<Catalog>(stream, imported, &meta).await?;
        }
        Ok(Vec::new())
    }
}
