//! AddPhoto: a photo from the scene, by who may note on the case.

mod jpeg;
#[cfg(test)]
mod tests;

use crate::{
    command::Command,
    commands::{add_note::may_note, card},
    convert,
    work::Work,
};
use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jpeg::Plain;
use siaga_domain::{
    SiagaError,
    incident::{Incident, PhotoFile},
    limits,
};
use siaga_proto::v1::{AddPhotoRequest, AddPhotoResponse};
use siaga_store::PersonalIndex;
use std::sync::Arc;
use uuid::Uuid;

/// Photos are rows of a kind of their own, so that what reads a case's texts does not load them.
pub(crate) const SUBJECT: &str = "photo";

#[async_trait]
impl Command for AddPhotoRequest {
    type Reply = AddPhotoResponse;
    const NAME: &'static str = "AddPhoto";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AddPhotoResponse, SiagaError> {
        let (incident_id, incident) = case_now(work, convert::id("incident_id", &self.incident_id)?).await?;
        may_note(work, &incident).await?;
        let picture = plain("jpeg", &self.jpeg, limits::PHOTO_BYTES)?;
        let thumbnail = match self.thumbnail.as_slice() {
            [] => None,
            small => Some(plain("thumbnail", small, limits::THUMBNAIL_BYTES)?),
        };
        let mut meta = work.meta();
        if let Some(occurred_at) = convert::time("occurred_at", self.occurred_at)? {
            meta.occurred_at = limits::recent("occurred_at", occurred_at, work.now)?;
        }
        let mut put = |field: &str, kept: &Plain| {
            let content = STANDARD.encode(&kept.jpeg);
            work.put_personal((SUBJECT, incident_id), Some(incident_id), field, content, PersonalIndex::None)
        };
        let file = PhotoFile {
            picture: put("photo", &picture),
            thumbnail: thumbnail.as_ref().map(|small| put("thumbnail", small)),
            size_bytes: u32::try_from(picture.jpeg.len()).unwrap_or(u32::MAX),
            width_px: picture.width_px,
            height_px: picture.height_px,
        };
        let photo_id = file.picture.personal_id.to_string();
        work.emit::<Incident>(incident_id, incident.add_photo(file)?, &meta).await?;
        Ok(AddPhotoResponse { changed: card::changed(work, incident_id).await?, photo_id })
    }
}

/// The case that a photo counts for: one that was taken before a merge may arrive after it.
async fn case_now(work: &mut Work<'_>, id: Uuid) -> Result<(Uuid, Arc<Incident>), SiagaError> {
    let mut id = id;
    loop {
        let incident = work.get::<Incident>(id, ("Kejadian", "The incident")).await?;
        match &incident.merged_into {
            Some((into, _)) => id = *into,
            None => return Ok((id, incident)),
        }
    }
}

/// What may be kept of a picture: a whole JPEG, not too large, without what it carries along.
fn plain(field: &str, file: &[u8], bytes_max: usize) -> Result<Plain, SiagaError> {
    if file.len() > bytes_max {
        let (kib, max) = (file.len().div_ceil(1024), bytes_max / 1024);
        return Err(SiagaError::invalid(
            field,
            format!("Foto terlalu besar: {kib} KB, paling banyak {max} KB."),
            format!("The photo is too large: {kib} KB, at most {max} KB."),
        ));
    }
    let plain = jpeg::plain(file)
        .ok_or_else(|| SiagaError::invalid(field, "Bukan foto JPEG yang utuh.", "Not a whole JPEG photo."))?;
    let side = limits::PHOTO_SIDE_PX;
    if plain.width_px.max(plain.height_px) > side {
        return Err(SiagaError::invalid(
            field,
            format!("Sisi foto paling panjang {side} piksel."),
            format!("A photo's longer side has at most {side} pixels."),
        ));
    }
    Ok(plain)
}
