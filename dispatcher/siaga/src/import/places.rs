//! Named places and streets, for finding an address by its words.

use geojson::GeometryValue;
use siaga_domain::catalog::NamedPlace;

use super::areas::{Place, collection};
use super::table::{self, Row};
use super::{Problem, Refused, Source};

const STREET_COLUMNS: [&str; 10] =
    ["street", "gang", "n_points", "lat", "lon", "spread_m", "kelurahan", "kecamatan", "example", "sources"];

/// Reads places from a feature collection of points with the properties `name`, `category` and, where known,
/// `kelurahan`.
///
/// # Errors
/// All features that are wrong.
pub fn places(source: Source<'_>) -> Result<Vec<NamedPlace>, Refused> {
    let (mut places, mut problems) = (Vec::new(), Vec::new());
    for (index, feature) in collection(source)?.features.iter().enumerate() {
        match place(&Place { file: source.name, feature: index as u64 + 1, properties: feature }) {
            Ok(place) => places.push(place),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(places) } else { Err(Refused(problems)) }
}

fn place(place: &Place<'_>) -> Result<NamedPlace, Problem> {
    let point = match place.properties.geometry.as_ref().map(|geometry| &geometry.value) {
        Some(GeometryValue::Point { coordinates }) => coordinates.as_slice(),
        _ => return Err(place.problem("geometry", "is no Point")),
    };
    let [lon, lat, ..] = *point else {
        return Err(place.problem("geometry", "has a position without two numbers"));
    };
    if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
        return Err(place.problem("geometry", format!("{lon}, {lat} is not longitude and latitude in degrees (WGS84)")));
    }
    Ok(NamedPlace {
        name: place.text("name")?,
        kind: place.text("category")?,
        point: (lat, lon),
        kelurahan: place.text("kelurahan").unwrap_or_default(),
    })
}

/// Reads streets: a name, perhaps a gang (alley), and a point on it.
///
/// # Errors
/// All rows that are wrong.
pub fn streets(source: Source<'_>) -> Result<Vec<NamedPlace>, Refused> {
    table::read(source, &STREET_COLUMNS, |row| {
        let (street, gang) = (row.name("street")?, row.field("gang"));
        let name = if gang.is_empty() { street } else { format!("{street}, {gang}") };
        let point = (degrees(row, "lat", 90.0)?, degrees(row, "lon", 180.0)?);
        Ok(NamedPlace { name, kind: "street".to_owned(), point, kelurahan: row.field("kelurahan").to_owned() })
    })
}

fn degrees(row: &Row<'_>, column: &str, most: f64) -> Result<f64, Problem> {
    let value = row.field(column);
    value.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most).ok_or_else(|| {
        row.problem(column, format!("`{value}` does not fit; give degrees from -{most} to {most}, such as 0.9217"))
    })
}
