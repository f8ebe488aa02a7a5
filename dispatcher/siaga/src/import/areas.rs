//! `siaga import areas FILE...`: GeoJSON of the city, its kecamatan and kelurahan, and its neighbours.

use std::collections::{BTreeMap, BTreeSet};

use geo::algorithm::Validation as _;
use geo::{Coord, InteriorPoint as _, LineString, MultiPolygon, Polygon};
use geojson::{Feature, FeatureCollection, GeoJson, GeometryValue, PolygonType};
use siaga_domain::catalog::{Area, AreaLevel};
use siaga_domain::limits::NAME_CHARS;

use super::table::text_of;
use super::{Problem, Refused, Source};

const AREAS_MAX: usize = 5_000;
const PROBLEMS_MAX: usize = 50;

/// Reads areas from one or more feature collections. Each feature has a Polygon or MultiPolygon in WGS84 and the
/// properties `code`, `name`, `level` (`kota`, `kecamatan`, `kelurahan`, or `kabupaten` for a neighbour), a kelurahan
/// also `kecamatan_code`; `label_lon` and `label_lat` where its name is to be written.
///
/// # Errors
/// All features that are wrong, and what does not go together: a code used twice, a kelurahan whose kecamatan is
/// missing, more or fewer than one city.
pub fn areas(sources: &[Source<'_>]) -> Result<Vec<Area>, Refused> {
    let (mut areas, mut problems): (Vec<Area>, Vec<Problem>) = (Vec::new(), Vec::new());
    let mut codes = BTreeSet::new();
    for source in sources {
        for (index, feature) in collection(*source)?.features.iter().enumerate() {
            let place = Place { file: source.name, feature: index as u64 + 1, properties: feature };
            match place.area(&codes) {
                Ok(area) => {
                    codes.insert(area.code.clone());
                    areas.push(area);
                }
                Err(problem) => problems.push(problem),
            }
            if problems.len() >= PROBLEMS_MAX || areas.len() > AREAS_MAX {
                break;
            }
        }
    }
    if areas.len() > AREAS_MAX {
        problems.push(of_all(sources, format!("there are more than {AREAS_MAX} areas")));
    }
    if problems.is_empty() {
        problems = connect(sources, &mut areas);
    }
    if problems.is_empty() { Ok(areas) } else { Err(Refused(problems)) }
}

fn of_all(sources: &[Source<'_>], message: String) -> Problem {
    let names: Vec<&str> = sources.iter().map(|source| source.name).collect();
    Problem { file: names.join(", "), row: None, column: None, message }
}

/// Fills in the names of the kecamatan, and checks what a single feature cannot show.
fn connect(sources: &[Source<'_>], areas: &mut [Area]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let kecamatan: BTreeMap<String, String> = areas
        .iter()
        .filter(|area| area.level == AreaLevel::Kecamatan)
        .map(|area| (area.code.clone(), area.name.clone()))
        .collect();
    let (mut cities, mut kelurahan) = (0_usize, 0_usize);
    for area in areas {
        match area.level {
            AreaLevel::Kota => cities += 1,
            AreaLevel::Kelurahan => {
                kelurahan += 1;
                match kecamatan.get(&area.kecamatan_code) {
                    Some(name) => area.kecamatan_name.clone_from(name),
                    None => problems.push(of_all(
                        sources,
                        format!(
                            "kelurahan {} ({}) names the kecamatan {}, which is not there; import all levels together",
                            area.code, area.name, area.kecamatan_code
                        ),
                    )),
                }
            }
            AreaLevel::Kecamatan | AreaLevel::Neighbour => {}
        }
    }
    if cities != 1 {
        problems.push(of_all(sources, format!("there must be one area of the level kota, and there are {cities}")));
    }
    if kelurahan == 0 {
        problems.push(of_all(sources, "there is no kelurahan; name the files of all levels".to_owned()));
    }
    problems
}

/// The features of a file.
pub(super) fn collection(source: Source<'_>) -> Result<FeatureCollection, Problem> {
    let text = text_of(source)?;
    let wrong = |message: String| Problem { file: source.name.to_owned(), row: None, column: None, message };
    match text.parse::<GeoJson>() {
        Ok(GeoJson::FeatureCollection(collection)) if collection.features.is_empty() => {
            Err(wrong("holds no feature".to_owned()))
        }
        Ok(GeoJson::FeatureCollection(collection)) => Ok(collection),
        Ok(_) => Err(wrong("is GeoJSON and no FeatureCollection; save the layer as a FeatureCollection".to_owned())),
        Err(error) => Err(wrong(format!("is not GeoJSON (RFC 7946): {error}"))),
    }
}

/// A feature and where it stands.
pub(super) struct Place<'a> {
    /// The file.
    pub(super) file: &'a str,
    /// From 1.
    pub(super) feature: u64,
    /// The feature.
    pub(super) properties: &'a Feature,
}

impl Place<'_> {
    /// A problem in this feature.
    pub(super) fn problem(&self, column: &str, message: impl Into<String>) -> Problem {
        Problem {
            file: self.file.to_owned(),
            row: Some(self.feature),
            column: Some(column.to_owned()),
            message: message.into(),
        }
    }

    /// A property that must be there.
    pub(super) fn text(&self, property: &str) -> Result<String, Problem> {
        match self.properties.property(property).and_then(|value| value.as_str()).map(str::trim) {
            Some(value) if !value.is_empty() && value.chars().count() <= NAME_CHARS => Ok(value.to_owned()),
            Some("") | None => Err(self.problem(property, "is missing or no text")),
            Some(_) => Err(self.problem(property, format!("has more than {NAME_CHARS} characters"))),
        }
    }

    fn number(&self, property: &str) -> Option<f64> {
        self.properties.property(property).and_then(serde_json::Value::as_f64)
    }

    fn area(&self, codes: &BTreeSet<String>) -> Result<Area, Problem> {
        let code = self.text("code")?;
        if !code.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(self.problem("code", format!("`{code}` is no wilayah code, such as 61.72.01.1001")));
        }
        if codes.contains(&code) {
            return Err(self.problem("code", format!("`{code}` was there before; each area may stand once")));
        }
        let level = match self.text("level")?.as_str() {
            "kota" => AreaLevel::Kota,
            "kecamatan" => AreaLevel::Kecamatan,
            "kelurahan" => AreaLevel::Kelurahan,
            "kabupaten" => AreaLevel::Neighbour,
            other => {
                let message = format!("there is no level `{other}`; there are kota, kecamatan, kelurahan, kabupaten");
                return Err(self.problem("level", message));
            }
        };
        let kecamatan_code = if level == AreaLevel::Kelurahan { self.text("kecamatan_code")? } else { String::new() };
        let polygons = self.polygons()?;
        let label_point = self.label_point(&polygons)?;
        let name = self.text("name")?;
        Ok(Area { code, name, level, kecamatan_code, kecamatan_name: String::new(), label_point, polygons })
    }

    fn polygons(&self) -> Result<Vec<Vec<Vec<[f64; 2]>>>, Problem> {
        let polygons = match self.properties.geometry.as_ref().map(|geometry| &geometry.value) {
            Some(GeometryValue::Polygon { coordinates }) => vec![self.rings(coordinates)?],
            Some(GeometryValue::MultiPolygon { coordinates }) => {
                coordinates.iter().map(|polygon| self.rings(polygon)).collect::<Result<_, _>>()?
            }
            _ => return Err(self.problem("geometry", "is no Polygon and no MultiPolygon")),
        };
        if polygons.is_empty() {
            return Err(self.problem("geometry", "holds no polygon"));
        }
        Ok(polygons)
    }

    fn rings(&self, polygon: &PolygonType) -> Result<Vec<Vec<[f64; 2]>>, Problem> {
        let wrong = |message: String| self.problem("geometry", message);
        let mut rings = Vec::with_capacity(polygon.len());
        for ring in polygon {
            let mut points = Vec::with_capacity(ring.len());
            for position in ring {
                let [lon, lat, ..] = *position.as_slice() else {
                    return Err(wrong("has a position without two numbers".to_owned()));
                };
                if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
                    return Err(wrong(format!(
                        "has the position {lon}, {lat}, which is not longitude and latitude in degrees (WGS84)"
                    )));
                }
                points.push([lon, lat]);
            }
            if points.len() < 4 {
                return Err(wrong("has a ring of fewer than four positions".to_owned()));
            }
            if points.first() != points.last() {
                return Err(wrong("has an open ring; its last position must repeat its first".to_owned()));
            }
            rings.push(points);
        }
        if rings.is_empty() {
            return Err(wrong("has a polygon without a ring".to_owned()));
        }
        // Point-in-polygon gives no sensible answer for a border that crosses itself.
        polygon_of(&rings)
            .check_validation()
            .map_err(|error| wrong(format!("has a border that is not valid: {error}")))?;
        Ok(rings)
    }

    /// Degrees north and east of the name; within the area when the file does not say.
    fn label_point(&self, polygons: &[Vec<Vec<[f64; 2]>>]) -> Result<(f64, f64), Problem> {
        if let (Some(lon), Some(lat)) = (self.number("label_lon"), self.number("label_lat")) {
            if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
                return Err(self.problem("label_lon", "and label_lat are no longitude and latitude"));
            }
            return Ok((lat, lon));
        }
        let all = MultiPolygon::new(polygons.iter().map(|rings| polygon_of(rings)).collect());
        let point = all.interior_point().ok_or_else(|| self.problem("geometry", "has no area"))?;
        Ok((point.y(), point.x()))
    }
}

/// The polygon of an outer ring and its holes.
fn polygon_of(rings: &[Vec<[f64; 2]>]) -> Polygon {
    let mut lines =
        rings.iter().map(|ring| LineString::new(ring.iter().map(|[lon, lat]| Coord { x: *lon, y: *lat }).collect()));
    let outer = lines.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Polygon::new(outer, lines.collect())
}
