//! SearchPlaces: streets, places and kelurahan whose name contains the words.

use crate::{Core, access::Caller, city::City};
use siaga_domain::{SiagaError, limits};
use siaga_proto::v1;

const LIMIT: u32 = 10;
const LIMIT_MAX: u32 = 50;

/// Names that begin with the words first, then those that contain them.
///
/// # Errors
/// SIAGA-1001 when the words are too long.
pub(crate) async fn search_places(
    core: &Core,
    _: &Caller,
    request: v1::SearchPlacesRequest,
) -> Result<v1::SearchPlacesResponse, SiagaError> {
    let words = limits::text("words", &request.words, limits::NAME_CHARS)?.to_lowercase();
    let limit = if request.limit == 0 { LIMIT } else { request.limit.min(LIMIT_MAX) };
    if words.is_empty() {
        return Ok(v1::SearchPlacesResponse { places: Vec::new() });
    }
    let city = core.context.city();
    let mut found: Vec<(bool, v1::Place)> = places(&city)
        .filter_map(|place| {
            let name = place.name.to_lowercase();
            name.contains(&words).then(|| (!name.starts_with(&words), place))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
    found.truncate(limit as usize);
    Ok(v1::SearchPlacesResponse { places: found.into_iter().map(|(_, place)| place).collect() })
}

fn places(city: &City) -> impl Iterator<Item = v1::Place> + '_ {
    let point = |(latitude, longitude): (f64, f64)| Some(v1::Point { latitude, longitude, accuracy_m: 0.0 });
    let kelurahan = city.kelurahan.iter().map(move |area| v1::Place {
        name: area.name.clone(),
        kind: "kelurahan".into(),
        point: point(area.label_point),
        kelurahan_name: area.name.clone(),
        kelurahan_code: area.code.clone(),
    });
    let named = city.places.iter().map(move |place| {
        let located = city.locate(place.point.0, place.point.1);
        v1::Place {
            name: place.name.clone(),
            kind: place.kind.clone(),
            point: point(place.point),
            kelurahan_name: located.kelurahan_name,
            kelurahan_code: located.kelurahan_code.unwrap_or_default(),
        }
    });
    kelurahan.chain(named)
}
