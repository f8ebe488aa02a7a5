//! The scenarios that come with Siaga fit the city they come with.

use super::{
    Accounts,
    scenario::{CallKind, Scenario, Units},
};
use geo::{Contains, LineString, MultiPolygon, Point, Polygon};
use std::{collections::BTreeMap, path::PathBuf};

fn scenarios() -> Vec<Scenario> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("drills");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| Scenario::read(file).unwrap_or_else(|error| panic!("{error}"))).collect()
}

fn scenario(name: &str) -> Scenario {
    scenarios().into_iter().find(|scenario| scenario.name == name).unwrap()
}

/// Rows of one of the city's tables, by its first column.
fn table(text: &str) -> BTreeMap<String, csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row)).collect()
}

/// Names and outlines of the kelurahan.
fn kelurahan() -> Vec<(String, MultiPolygon)> {
    let text = include_str!("../../cities/singkawang/kelurahan.geojson");
    let collection: serde_json::Value = serde_json::from_str(text).unwrap();
    let named = |feature: &serde_json::Value| {
        let name = feature["properties"]["name"].as_str().unwrap().to_owned();
        let coordinates = feature["geometry"]["coordinates"].clone();
        let polygons: Vec<Vec<Vec<[f64; 2]>>> = match feature["geometry"]["type"].as_str().unwrap() {
            "Polygon" => vec![serde_json::from_value(coordinates).unwrap()],
            _ => serde_json::from_value(coordinates).unwrap(),
        };
        (name, polygons.into_iter().map(polygon).collect())
    };
    collection["features"].as_array().unwrap().iter().map(named).collect()
}

fn polygon(rings: Vec<Vec<[f64; 2]>>) -> Polygon {
    let mut rings = rings.into_iter().map(LineString::from);
    let outline = rings.next().unwrap();
    Polygon::new(outline, rings.collect())
}

#[test]
fn there_are_the_three_and_none_has_a_warning() {
    let names: Vec<String> = scenarios().into_iter().map(|scenario| scenario.name).collect();
    assert_eq!(names, ["banjir-singkawang-utara", "kebakaran-ruko", "satu-jam-biasa"]);
    assert!(scenarios().iter().all(|scenario| scenario.warnings.is_empty()));
}

#[test]
fn types_agencies_units_and_accounts_exist() {
    let types = table(include_str!("../../cities/singkawang/incident-types.csv"));
    let agencies = table(include_str!("../../cities/singkawang/agencies.csv"));
    let units = table(include_str!("../../cities/singkawang/units.csv"));
    let accounts = Accounts::demo();
    for scenario in scenarios() {
        for (index, _, case) in scenario.cases() {
            let of_type = types.get(&case.type_code).unwrap_or_else(|| panic!("{}: call {index}", scenario.name));
            let leads: Vec<String> = of_type[5].split('|').map(str::to_owned).collect();
            for agency in if case.dispatch.is_empty() { leads } else { case.dispatch.clone() } {
                assert!(agencies.contains_key(&agency), "{}: {agency}", scenario.name);
            }
        }
        for script in &scenario.agencies {
            assert!(accounts.dispatcher(&script.code).is_some(), "{}: {}", scenario.name, script.code);
            let own = units.values().filter(|unit| unit[1] == script.code).count();
            match &script.units {
                Units::Unnamed => {}
                Units::Any(count) => assert!(*count <= own, "{}: {}", scenario.name, script.code),
                Units::Named(codes) => {
                    for code in codes {
                        assert_eq!(&units[code][1], script.code.as_str(), "{}: {code}", scenario.name);
                    }
                }
            }
        }
    }
}

#[test]
fn every_place_lies_in_the_kelurahan_that_its_text_names() {
    let kelurahan = kelurahan();
    for scenario in scenarios() {
        for (index, call) in scenario.calls.iter().enumerate() {
            let Some(place) = &call.place else { continue };
            let (lat, lon) = place.point.unwrap_or_else(|| panic!("{}: call {index} has no point", scenario.name));
            let inside = kelurahan.iter().find(|(_, outline)| outline.contains(&Point::new(lon, lat)));
            let (name, _) = inside.unwrap_or_else(|| panic!("{}: call {index} is outside", scenario.name));
            assert!(place.text.contains(name.as_str()), "{}: call {index}: {} is in {name}", scenario.name, place.text);
        }
    }
}

#[test]
fn every_number_is_an_invented_one() {
    for scenario in scenarios() {
        for call in scenario.calls.iter().filter(|call| !call.phone.is_empty()) {
            assert!(call.phone.contains("0000"), "{}: {}", scenario.name, call.phone);
        }
    }
}

#[test]
fn the_shop_house_fire_has_its_brigades_and_duplicates() {
    let fire = scenario("kebakaran-ruko");
    let (index, _, case) = fire.cases().next().unwrap();
    assert_eq!(case.type_code, "kebakaran-bangunan");
    let brigades: Vec<&String> = case.dispatch.iter().filter(|code| code.starts_with("bpks-")).collect();
    assert_eq!(brigades.len(), 5);
    assert!(["damkar", "psc119", "polres"].iter().all(|code| case.dispatch.iter().any(|to| to == code)));
    assert_eq!(fire.calls_of_case(index), 5, "the first and four duplicates");
    let engines: usize = brigades.iter().filter_map(|code| fire.script(code, index)).map(|s| s.units.count()).sum();
    assert_eq!(engines, 10);
}

#[test]
fn the_flood_lasts_a_night_in_the_north() {
    let flood = scenario("banjir-singkawang-utara");
    assert!(flood.cases().count() >= 4);
    assert!(flood.scripted_agencies().len() >= 5);
    assert!(flood.calls.iter().map(|call| call.at).max().unwrap().as_secs() >= 6 * 3600);
}

#[test]
fn two_thirds_of_the_ordinary_hour_are_prank_and_ghost() {
    use siaga_proto::v1::Disposition::{Ghost, Prank};
    let hour = scenario("satu-jam-biasa");
    let nuisance = hour.calls.iter().filter(|call| matches!(call.kind, CallKind::Nuisance(Ghost | Prank))).count();
    assert_eq!(nuisance * 3, hour.calls.len() * 2);
    assert!(hour.calls.iter().all(|call| call.at.as_secs() < 3600));
    assert!(hour.calls.iter().any(|call| call.kind == CallKind::Abandoned));
}
