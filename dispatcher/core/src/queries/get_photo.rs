//! GetPhoto: one photo of a case. Looking at one of a sensitive case is logged, before it is shown, as its card is.

use super::note_reading;
use crate::{
    Core,
    access::{
        Caller,
        sight::{self, Reader},
    },
    context::store_error,
    convert,
    views::{
        after_end_ms,
        load::{Histories, Loaded, Wanted},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use siaga_domain::{
    Role, SiagaError,
    account::AccountEvent,
    incident::{Incident, Photo},
};
use siaga_proto::v1;
use tokio::sync::Semaphore;

/// Photos read at once, of up to a megabyte each; more wait their turn.
static READING: Semaphore = Semaphore::const_new(8);

/// The picture.
///
/// # Errors
/// SIAGA-1002 when there is none, or none that the caller may see.
pub(crate) async fn get_photo(
    core: &Core,
    who: &Caller,
    request: v1::GetPhotoRequest,
) -> Result<v1::GetPhotoResponse, SiagaError> {
    let incident_id = convert::id("incident_id", &request.incident_id)?;
    let photo_id = convert::id("photo_id", &request.photo_id)?;
    let store = &*core.context.background;
    let head = store.head().await.map_err(store_error)?;
    let wanted = Wanted { incidents: [incident_id].into(), ..Wanted::default() };
    let loaded = Loaded::load_from(store, &wanted, head.position, Histories::None).await?;
    let (case_id, case) = loaded.case(incident_id).ok_or_else(missing)?;
    let photo = case.state.photo(photo_id).ok_or_else(missing)?;
    if !sees(core, who, &loaded, &case.state, photo) {
        return Err(missing());
    }
    if who.is_centre() && case.state.is_sensitive() {
        note_reading(core, who, AccountEvent::SensitiveCaseRead { incident_id: case_id }).await?;
    }
    let row = match &photo.file.thumbnail {
        Some(thumbnail) if request.thumbnail => thumbnail.personal_id,
        _ => photo_id,
    };
    let _turn = READING.acquire().await.map_err(|error| SiagaError::internal(error.to_string()))?;
    let rows = store.personal(&[row]).await.map_err(store_error)?;
    let picture = rows.into_iter().next().ok_or_else(missing)?.content;
    let jpeg = STANDARD.decode(picture).map_err(|error| SiagaError::internal(format!("photo {photo_id}: {error}")))?;
    Ok(v1::GetPhotoResponse { jpeg })
}

/// The centre sees all; an agency or a crew what stands in its own view of the case.
fn sees(core: &Core, who: &Caller, loaded: &Loaded, case: &Incident, photo: &Photo) -> bool {
    let reader = match (who.role, &who.agency, who.unit_id) {
        (Role::Operator | Role::Supervisor, _, _) => return true,
        (Role::AgencyDispatcher, Some(agency), _) => Reader::Agency(agency.clone()),
        (Role::FieldUnit, _, Some(unit_id)) => Reader::Unit(unit_id),
        _ => return false,
    };
    let (now, after_end_ms) = (core.context.now(), after_end_ms(&core.context.config));
    case.assignments.iter().filter_map(|id| loaded.assignments.get(id)).map(|row| &row.state).any(|held| {
        sight::task(&reader, held, case, now, after_end_ms).is_some_and(|sight| sight.words)
            && sight::is_for_agency(&photo.by, &held.agency)
    })
}

fn missing() -> SiagaError {
    SiagaError::not_found("Foto", "The photo")
}
