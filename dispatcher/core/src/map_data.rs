//! What a map draws of the city, made once for each import: small enough to be sent to a browser, which keeps it.

use geo::{CoordsIter, LineString, Polygon, Simplify};
use prost::Message;
use sha2::{Digest, Sha256};
use siaga_domain::catalog::{Area, AreaLevel, NamedPlace};
use siaga_proto::v1;
use std::sync::OnceLock;

/// Corners of all borders together; a browser draws as many without a pause.
const CORNERS_MAX: usize = 200_000;
/// Places of one map.
const PLACES_MAX: usize = 20_000;
/// The first tolerance where there are too many corners, in degrees (about 5 m); doubled until they are few enough.
const TOLERANCE_DEG: f64 = 0.000_05;
/// Millionths of a degree (0.1 m) are finer than any border was surveyed.
const STEPS_A_DEGREE: f64 = 1e6;
/// Digits of the version: 96 bits tell every two contents apart.
const VERSION_DIGITS: usize = 24;

/// Areas, places and credits, and the version that names them.
#[derive(Debug, Default)]
pub struct MapData {
    areas: Vec<v1::MapArea>,
    simplified: bool,
    places: Vec<v1::MapPlace>,
    places_left_out: u32,
    credits: Vec<String>,
    reply: OnceLock<v1::GetMapDataResponse>,
}

impl MapData {
    /// Takes the areas of all levels.
    pub fn set_areas(&mut self, areas: &[Area]) {
        let corners: usize = areas.iter().flat_map(|area| &area.polygons).flatten().map(Vec::len).sum();
        let mut drawn: Vec<v1::MapArea> = areas.iter().map(|area| map_area(area, 0.0)).collect();
        self.simplified = corners > CORNERS_MAX;
        let mut tolerance = TOLERANCE_DEG;
        // A degree of tolerance leaves nothing of a city: what is too much even then is drawn as it is.
        while count(&drawn) > CORNERS_MAX && tolerance < 1.0 {
            drawn = areas.iter().map(|area| map_area(area, tolerance)).collect();
            tolerance *= 2.0;
        }
        self.areas = drawn;
        self.reply = OnceLock::new();
    }

    /// Takes streets and places, the first ones where there are too many.
    pub fn set_places(&mut self, places: &[NamedPlace]) {
        self.places = places.iter().take(PLACES_MAX).map(map_place).collect();
        self.places_left_out = u32::try_from(places.len().saturating_sub(PLACES_MAX)).unwrap_or(u32::MAX);
        self.reply = OnceLock::new();
    }

    /// Takes the lines that a map has to show.
    pub fn set_credits(&mut self, credits: &[String]) {
        self.credits = credits.to_vec();
        self.reply = OnceLock::new();
    }

    /// All of it under its version.
    pub fn reply(&self) -> &v1::GetMapDataResponse {
        self.reply.get_or_init(|| {
            let mut reply = v1::GetMapDataResponse {
                areas: self.areas.clone(),
                places: self.places.clone(),
                credits: self.credits.clone(),
                places_left_out: self.places_left_out,
                simplified: self.simplified,
                ..v1::GetMapDataResponse::default()
            };
            let digest = hex::encode(Sha256::digest(reply.encode_to_vec()));
            reply.version = digest[..VERSION_DIGITS].to_owned();
            reply
        })
    }
}

fn count(areas: &[v1::MapArea]) -> usize {
    areas
        .iter()
        .flat_map(|area| &area.polygons)
        .flat_map(|polygon| &polygon.rings)
        .map(|ring| ring.deltas.len() / 2)
        .sum()
}

fn map_area(area: &Area, tolerance: f64) -> v1::MapArea {
    let level = match area.level {
        AreaLevel::Kota => v1::AreaLevel::City,
        AreaLevel::Kecamatan => v1::AreaLevel::Kecamatan,
        AreaLevel::Kelurahan => v1::AreaLevel::Kelurahan,
        AreaLevel::Neighbour => v1::AreaLevel::Neighbour,
    };
    v1::MapArea {
        code: area.code.clone(),
        name: area.name.clone(),
        level: level.into(),
        kecamatan_code: area.kecamatan_code.clone(),
        label_point: Some(point(area.label_point)),
        polygons: area.polygons.iter().filter_map(|rings| map_polygon(rings, tolerance)).collect(),
    }
}

fn map_polygon(rings: &[Vec<[f64; 2]>], tolerance: f64) -> Option<v1::MapPolygon> {
    let (outer, holes) = rings.split_first()?;
    let line = |ring: &Vec<[f64; 2]>| LineString::from(ring.clone());
    let mut polygon = Polygon::new(line(outer), holes.iter().map(line).collect());
    if tolerance > 0.0 {
        polygon = polygon.simplify(tolerance);
    }
    // What is thinner than the tolerance is no longer seen: an island with its lakes, or a lake.
    let is_seen = |ring: &&LineString| ring.coords_count() >= 4;
    let outer = Some(polygon.exterior()).filter(is_seen)?;
    let holes = polygon.interiors().iter().filter(is_seen);
    Some(v1::MapPolygon { rings: std::iter::once(outer).chain(holes).map(map_ring).collect() })
}

/// A ring of differences; the repeated last corner is left out.
fn map_ring(ring: &LineString) -> v1::MapRing {
    let mut deltas = Vec::with_capacity(ring.0.len() * 2);
    let (mut east, mut north) = (0, 0);
    for corner in &ring.0[..ring.0.len().saturating_sub(1)] {
        let here = (steps(corner.x), steps(corner.y));
        deltas.extend([here.0 - east, here.1 - north]);
        (east, north) = here;
    }
    v1::MapRing { deltas }
}

#[expect(clippy::cast_possible_truncation, reason = "180 million steps fit, and importers refuse other degrees")]
fn steps(degrees: f64) -> i32 {
    (degrees * STEPS_A_DEGREE).round() as i32
}

fn map_place(place: &NamedPlace) -> v1::MapPlace {
    v1::MapPlace { name: place.name.clone(), kind: place.kind.clone(), point: Some(point(place.point)) }
}

const fn point((latitude, longitude): (f64, f64)) -> v1::Point {
    v1::Point { latitude, longitude, accuracy_m: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(corners: usize) -> Area {
        let mut ring: Vec<[f64; 2]> = (0..corners)
            .map(|corner| {
                let angle = std::f64::consts::TAU * corner as f64 / corners as f64;
                [109.0 + 0.1 * angle.cos(), 0.9 + 0.1 * angle.sin()]
            })
            .collect();
        ring.push(ring[0]);
        Area {
            code: "61.72".into(),
            name: "Kota".into(),
            level: AreaLevel::Kota,
            kecamatan_code: String::new(),
            kecamatan_name: String::new(),
            label_point: (0.9, 109.0),
            polygons: vec![vec![ring]],
        }
    }

    #[test]
    fn a_ring_comes_back_from_its_differences() {
        let mut map = MapData::default();
        let city = area(64);
        map.set_areas(std::slice::from_ref(&city));
        let reply = map.reply();
        let (mut east, mut north) = (0, 0);
        let deltas = &reply.areas[0].polygons[0].rings[0].deltas;
        assert_eq!(deltas.len(), 128, "the last corner is the first one");
        for (pair, corner) in deltas.chunks(2).zip(&city.polygons[0][0]) {
            (east, north) = (east + pair[0], north + pair[1]);
            assert!((f64::from(east) / STEPS_A_DEGREE - corner[0]).abs() < 1e-6);
            assert!((f64::from(north) / STEPS_A_DEGREE - corner[1]).abs() < 1e-6);
        }
        assert!(!reply.simplified);
    }

    #[test]
    fn too_many_corners_are_drawn_coarser_and_too_many_places_counted() {
        let mut map = MapData::default();
        map.set_areas(&[area(CORNERS_MAX + 1)]);
        let place =
            NamedPlace { name: "Jalan".into(), kind: "street".into(), point: (0.9, 109.0), kelurahan: String::new() };
        map.set_places(&vec![place; PLACES_MAX + 3]);
        let reply = map.reply();
        assert!(reply.simplified && count(&reply.areas) <= CORNERS_MAX && count(&reply.areas) > 10);
        assert_eq!((reply.places.len(), reply.places_left_out), (PLACES_MAX, 3));
    }

    #[test]
    fn another_content_has_another_version() {
        let mut map = MapData::default();
        map.set_areas(&[area(64)]);
        let first = map.reply().version.clone();
        assert_eq!(first.len(), VERSION_DIGITS);
        map.set_areas(&[area(64)]);
        assert_eq!(map.reply().version, first);
        map.set_credits(&["Batas wilayah: contoh".into()]);
        assert_ne!(map.reply().version, first);
    }
}
