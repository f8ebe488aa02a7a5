use std::collections::BTreeSet;

use super::*;
use siaga_domain::catalog::AreaLevel;

fn source(text: &str) -> Source<'_> {
    Source { name: "file.csv", bytes: text.as_bytes() }
}

fn codes(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The only problem of a refused file: row, column, message.
fn one<T>(outcome: Result<T, Refused>) -> (u64, String, String) {
    let problems = outcome.err().expect("this file is wrong").0;
    assert_eq!(problems.len(), 1, "{problems:?}");
    let Problem { row, column, message, .. } = problems.into_iter().next().unwrap();
    (row.unwrap_or(0), column.unwrap_or_default(), message)
}

const AGENCIES: &str = "code,name_id,name_en,kind\n";
const UNITS: &str = "code,agency,kind,shareable,crew,equipment\n";
const CONTACTS: &str = "agency,from_hour,to_hour,label,channel,number\n";
const TYPES: &str = "code,name_id,name_en,category,default_priority,lead_agencies,support_agencies,sensitive\n";

#[test]
fn what_spreadsheets_write_is_read() {
    let text = "\u{feff}kind,code,name_en,name_id\r\nfire, damkar ,\"Fire, city\",Pemadam\r\n\r\n";
    let read = agencies(source(text)).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].code, "damkar");
    assert_eq!(read[0].name_en, "Fire, city");
}

#[test]
fn files_of_another_kind_are_refused_as_a_whole() {
    for (bytes, row, said) in [
        (&b""[..], 0, "empty"),
        (b"\xef\xbb\xbf \n", 0, "empty"),
        (b"code,name_id,name_en,kind\n", 0, "no rows"),
        (b"code,name_id,name_en\ndamkar,a,b\n", 1, "`kind` is missing"),
        (b"code,name_id,name_en,kind,phone\n", 1, "no column `phone`"),
        (b"code,name_id,name_en,kind,code\n", 1, "twice"),
        (b"code;name_id;name_en;kind\n", 1, "no column"),
        (b"code,name_id,name_en,kind\ndamkar,a\xff,b,fire\n", 2, "not UTF-8"),
        (b"PK\x03\x04 a spreadsheet, not CSV\n", 1, "no column"),
    ] {
        let (at, _, message) = one(agencies(Source { name: "file.csv", bytes }));
        assert_eq!(at, row, "{message}");
        assert!(message.contains(said), "{said} in {message}");
    }
    let large = vec![b'a'; 9 * 1024 * 1024];
    assert!(one(agencies(Source { name: "file.csv", bytes: &large })).2.contains("at most"));
}

#[test]
fn every_wrong_row_is_named_once_and_nothing_is_taken() {
    let text = format!(
        "{AGENCIES}damkar,Pemadam,Fire,fire\nBPBD,a,b,fire\npmi,,b,medical\ndamkar,a,b,fire\npln,a,b,power\nrsud,a,b\n"
    );
    let problems = agencies(source(&text)).unwrap_err().0;
    let places: Vec<_> = problems.iter().map(|p| (p.row.unwrap(), p.column.clone().unwrap_or_default())).collect();
    let expected = [(3, "code"), (4, "name_id"), (5, "code"), (6, "kind"), (7, "")];
    assert_eq!(places, expected.map(|(row, column)| (row, column.to_owned())));
    let shown = Refused(problems).to_string();
    assert!(shown.contains("file.csv, row 5, column code: `damkar` stands in row 2 already"), "{shown}");
    assert!(shown.ends_with("nothing was imported; correct the file and import it again"));
}

#[test]
fn a_file_full_of_errors_stops_being_listed() {
    let text = format!("{AGENCIES}{}", "X,a,b,fire\n".repeat(1_000));
    assert_eq!(agencies(source(&text)).unwrap_err().0.len(), 50);
}

#[test]
fn texts_have_limits() {
    let long = "a".repeat(201);
    let (row, column, _) = one(agencies(source(&format!("{AGENCIES}damkar,{long},b,fire\n"))));
    assert_eq!((row, column.as_str()), (2, "name_id"));
    let (_, column, message) = one(agencies(source(&format!("{AGENCIES}damkar,a\u{7}b,b,fire\n"))));
    assert_eq!(column, "name_id");
    assert!(message.contains("control character"), "{message}");
}

#[test]
fn types_need_agencies_that_exist() {
    let known = codes(&["damkar", "polres"]);
    let read = |row: &str| types(source(&format!("{TYPES}{row}\n")), &known);
    let ok = read("api,Api,Fire,kebakaran,1,damkar,polres,no").unwrap();
    assert_eq!(ok[0].lead_agencies, ["damkar"]);
    for (row, column) in [
        ("api,Api,Fire,kebakaran,1,bpbd,,no", "lead_agencies"),
        ("api,Api,Fire,kebakaran,1,,polres,no", "lead_agencies"),
        ("api,Api,Fire,kebakaran,1,damkar|damkar,,no", "lead_agencies"),
        ("api,Api,Fire,kebakaran,1,damkar|,,no", "lead_agencies"),
        ("api,Api,Fire,kebakaran,1,damkar,damkar,no", "support_agencies"),
        ("api,Api,Fire,kebakaran,5,damkar,,no", "default_priority"),
        ("api,Api,Fire,kebakaran,-1,damkar,,no", "default_priority"),
        ("api,Api,Fire,kebakaran,1,damkar,,maybe", "sensitive"),
    ] {
        let (at, wrong, message) = one(read(row));
        assert_eq!((at, wrong.as_str()), (2, column), "{row}: {message}");
    }
}

#[test]
fn plans_replace_those_of_all_types() {
    let known = codes(&["damkar", "polres", "bpbd"]);
    let rows = "api,Api,Fire,kebakaran,1,damkar,,no\nair,Air,Flood,bencana,1,bpbd,,no\n";
    let kinds = types(source(&format!("{TYPES}{rows}")), &known).unwrap();
    let plan = |rows: &str| plans(source(&format!("type,agency,role\n{rows}")), &kinds, &known);
    let planned = plan("api,polres,lead\napi,damkar,support\nair,bpbd,lead\n").unwrap();
    assert_eq!(planned[0].lead_agencies, ["polres"]);
    assert_eq!(planned[0].support_agencies, ["damkar"]);
    assert_eq!(planned[1].name_id, "Air");
    assert!(one(plan("api,polres,lead\n")).2.contains("no agency leads for air"));
    assert_eq!(one(plan("api,polri,lead\nair,bpbd,lead\n")).1, "agency");
    assert_eq!(one(plan("apa,polres,lead\n")).1, "type");
    assert_eq!(one(plan("api,polres,first\n")).1, "role");
    assert_eq!(one(plan("api,polres,lead\napi,polres,support\nair,bpbd,lead\n")).0, 3);
}

#[test]
fn units_and_contacts_are_checked() {
    let known = codes(&["damkar"]);
    let unit = |row: &str| units(source(&format!("{UNITS}{row}\n")), &known);
    assert_eq!(unit("DAMKAR-01,damkar,pemadam,no,Komandan|Pengemudi,").unwrap()[0].crew.len(), 2);
    assert_eq!(one(unit("DAMKAR-01,pmi,pemadam,no,,")).1, "agency");
    assert_eq!(one(unit("DAMKAR-01,damkar,pemadam,no,,\ndamkar-01,damkar,pemadam,no,,")).0, 3);
    let contact = |row: &str| contacts(source(&format!("{CONTACTS}{row}\n")), &known);
    assert!(contact("damkar,19,7,Piket,radio,Kanal 1").unwrap()[0].covers(3));
    for (row, column) in [
        ("damkar,24,7,Piket,radio,Kanal 1", "from_hour"),
        ("damkar,7,25,Piket,radio,Kanal 1", "to_hour"),
        ("damkar,7,7,Piket,radio,Kanal 1", "to_hour"),
        ("damkar,7,19,Piket,fax,1", "channel"),
        ("damkar,7,19,Piket,radio,", "number"),
    ] {
        assert_eq!(one(contact(row)).1, column, "{row}");
    }
}

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#)
}

fn polygon(ring: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#)
}

fn file_of(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

const SQUARE: &str = "[109,0.5],[109.1,0.5],[109.1,0.6],[109,0.6],[109,0.5]";

/// A city of one kecamatan with one kelurahan, whose ring is given.
fn small_city(kelurahan_ring: &str, kelurahan_properties: &str) -> String {
    file_of(&[
        feature(r#""code":"61.72","name":"Kota","level":"kota""#, &polygon(SQUARE)),
        feature(r#""code":"61.72.01","name":"Tengah","level":"kecamatan""#, &polygon(SQUARE)),
        feature(kelurahan_properties, &polygon(kelurahan_ring)),
    ])
}

const WARD: &str = r#""code":"61.72.01.1001","name":"Roban","level":"kelurahan","kecamatan_code":"61.72.01""#;

#[test]
fn areas_are_read_with_their_kecamatan_and_a_label_inside() {
    let read = areas(&[source(&small_city(SQUARE, WARD))]).unwrap();
    assert_eq!(read[2].level, AreaLevel::Kelurahan);
    assert_eq!(read[2].kecamatan_name, "Tengah");
    let (lat, lon) = read[2].label_point;
    assert!((0.5..0.6).contains(&lat) && (109.0..109.1).contains(&lon), "{lat} {lon}");
}

#[test]
fn broken_borders_are_refused() {
    for (ring, said) in [
        ("[109,0.5],[109.1,0.5],[109.1,0.6],[109,0.6]", "open ring"),
        ("[109,0.5],[109.1,0.5],[109,0.5]", "fewer than four"),
        ("[109,0.5],[109.1,0.6],[109.1,0.5],[109,0.6],[109,0.5]", "self-intersection"),
        ("[0.5,109],[0.5,109.1],[0.6,109.1],[0.6,109],[0.5,109]", "not longitude and latitude"),
        ("[109,0.5],[109,0.5],[109,0.5],[109,0.5]", "not valid"),
    ] {
        let (row, column, message) = one(areas(&[source(&small_city(ring, WARD))]));
        assert_eq!((row, column.as_str()), (3, "geometry"));
        assert!(message.contains(said), "{said} in {message}");
    }
}

#[test]
fn areas_that_do_not_go_together_are_refused() {
    for (properties, column, said) in [
        (r#""code":"61.72.01","name":"R","level":"kelurahan","kecamatan_code":"61.72.01""#, "code", "before"),
        (r#""code":"61..1","name":"R","level":"kelurahan","kecamatan_code":"61.72.01""#, "code", "wilayah"),
        (r#""code":"61.72.01.1","name":"","level":"kelurahan","kecamatan_code":"61.72.01""#, "name", "missing"),
        (r#""code":"61.72.01.1","name":"R","level":"ward""#, "level", "no level"),
        (r#""code":"61.72.01.1","name":"R","level":"kelurahan""#, "kecamatan_code", "missing"),
        (r#""code":"61.72.01.1","name":"R","level":"kelurahan","kecamatan_code":"61.72.09""#, "", "not there"),
        (r#""code":"61.72.02","name":"R","level":"kecamatan""#, "", "no kelurahan"),
    ] {
        let (_, at, message) = one(areas(&[source(&small_city(SQUARE, properties))]));
        assert_eq!(at, column, "{message}");
        assert!(message.contains(said), "{said} in {message}");
    }
    for (text, said) in [
        ("{", "not GeoJSON"),
        (r#"{"type":"Point","coordinates":[109,0.5]}"#, "no FeatureCollection"),
        (r#"{"type":"FeatureCollection","features":[]}"#, "no feature"),
    ] {
        assert!(one(areas(&[source(text)])).2.contains(said));
    }
}

#[test]
fn no_bytes_make_an_importer_panic() {
    use proptest::prelude::*;
    let known = codes(&["damkar"]);
    proptest!(|(noise in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..200, cut in 0_usize..200)| {
        let whole = format!("{TYPES}api,Api,Fire,kebakaran,1,damkar,,no\n");
        let mut bytes = whole.into_bytes();
        let at = at.min(bytes.len());
        bytes.splice(at..(at + cut).min(bytes.len()), noise.iter().copied());
        let source = Source { name: "file.csv", bytes: &bytes };
        // Read or refused: either is fine, and a refusal always says something.
        if let Err(refused) = types(source, &known) {
            prop_assert!(!refused.0.is_empty());
        }
        prop_assert!(areas(&[source]).is_err());
        let noise = Source { name: "noise", bytes: &noise };
        prop_assert!(units(noise, &known).is_err());
        prop_assert!(places(noise).is_err());
    });
}
