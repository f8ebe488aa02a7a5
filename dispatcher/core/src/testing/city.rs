//! The small invented city.

use siaga_domain::{
    Channel,
    catalog::{Agency, Area, AreaLevel, CatalogPart, DutyContact, IncidentType, Letterhead, NamedPlace, OutcomeKind},
};

/// The kelurahan of the test city that [`INSIDE`] lies in.
pub const KELURAHAN: &str = "61.72.02.1002";
/// A point of the test city: degrees north, east.
pub const INSIDE: (f64, f64) = (0.905, 108.985);
/// A point of the neighbour.
pub const NEIGHBOUR: (f64, f64) = (1.05, 108.985);

/// Call signs and agencies of the units.
pub const UNITS: [(&str, &str); 4] =
    [("DAMKAR-01", "damkar"), ("DAMKAR-02", "damkar"), ("PSC-01", "psc119"), ("POLRES-01", "polres")];

/// The city: agencies damkar, psc119, polres and the neighbour sambas-112; types kebakaran-bangunan (priority 1, damkar
/// leads, psc119 and polres support), kecelakaan-lalu-lintas (2, psc119 leads) and the sensitive kekerasan-anak (1,
/// polres leads, psc119 supports); two kelurahan side by side and a neighbour in the north.
#[expect(clippy::too_many_lines, reason = "one table of words")]
pub fn city() -> Vec<CatalogPart> {
    let agency = |code: &str, name_id: &str, name_en: &str, kind: &str| Agency {
        code: code.into(),
        name_id: name_id.into(),
        name_en: name_en.into(),
        kind: kind.into(),
    };
    let contact = |agency: &str, from_hour, to_hour, label: &str| DutyContact {
        agency: agency.into(),
        from_hour,
        to_hour,
        label: label.into(),
        channel: Channel::Telephone,
        number: "0562 0000 011".into(),
    };
    let outcome = |code: &str, name_id: &str, name_en: &str| OutcomeKind {
        code: code.into(),
        name_id: name_id.into(),
        name_en: name_en.into(),
    };
    let place = |name: &str, kind: &str, point, kelurahan: &str| NamedPlace {
        name: name.into(),
        kind: kind.into(),
        point,
        kelurahan: kelurahan.into(),
    };
    vec![
        CatalogPart::Agencies(vec![
            agency("damkar", "Pemadam Kebakaran", "Fire service", "fire"),
            agency("psc119", "PSC 119", "Ambulance", "medical"),
            agency("polres", "Polres", "Police", "police"),
            agency("sambas-112", "112 Sambas", "112 Sambas", "neighbour"),
        ]),
        CatalogPart::Types(vec![
            incident_type(
                "kebakaran-bangunan",
                "Kebakaran bangunan",
                "Structure fire",
                1,
                "damkar",
                &["psc119", "polres"],
            ),
            incident_type(
                "kecelakaan-lalu-lintas",
                "Kecelakaan lalu lintas",
                "Traffic collision",
                2,
                "psc119",
                &["polres"],
            ),
            IncidentType {
                sensitive: true,
                ..incident_type("kekerasan-anak", "Kekerasan terhadap anak", "Child abuse", 1, "polres", &["psc119"])
            },
        ]),
        CatalogPart::Contacts(vec![
            contact("damkar", 7, 19, "Piket siang"),
            contact("damkar", 19, 7, "Piket malam"),
            contact("psc119", 0, 24, "Piket"),
        ]),
        CatalogPart::Outcomes(vec![
            outcome("handled", "Ditangani", "Handled"),
            outcome("false-alarm", "Laporan palsu", "False alarm"),
        ]),
        CatalogPart::Areas(vec![
            area(KELURAHAN, "Pasiran", AreaLevel::Kelurahan, [108.98, 0.90], [108.99, 0.91]),
            area("61.72.02.1003", "Melayu", AreaLevel::Kelurahan, [108.99, 0.90], [109.00, 0.91]),
            area("61.01", "Kabupaten Sambas", AreaLevel::Neighbour, [108.90, 1.00], [109.10, 1.10]),
        ]),
        CatalogPart::Places(vec![
            place("Jalan Diponegoro", "street", INSIDE, "Pasiran"),
            place("Jalan Yos Sudarso", "street", (0.906, 108.995), "Melayu"),
            place("SDN 1 Diponegoro", "school", (0.907, 108.986), "Pasiran"),
        ]),
        CatalogPart::Letterhead(Letterhead {
            lines: vec!["Kota Contoh".into()],
            city_name: "Kota Contoh".into(),
            brand: "Sigap 112".into(),
            ..Letterhead::default()
        }),
    ]
}

fn incident_type(code: &str, name_id: &str, name_en: &str, priority: u8, lead: &str, support: &[&str]) -> IncidentType {
    IncidentType {
        code: code.into(),
        name_id: name_id.into(),
        name_en: name_en.into(),
        category: code.split('-').next().unwrap_or_default().into(),
        default_priority: priority,
        lead_agencies: vec![lead.into()],
        support_agencies: support.iter().map(|&agency| agency.into()).collect(),
        sensitive: false,
    }
}

fn area(code: &str, name: &str, level: AreaLevel, south_west: [f64; 2], north_east: [f64; 2]) -> Area {
    let ([west, south], [east, north]) = (south_west, north_east);
    Area {
        code: code.into(),
        name: name.into(),
        level,
        kecamatan_code: "61.72.02".into(),
        kecamatan_name: "Singkawang Barat".into(),
        label_point: ((south + north) / 2.0, (west + east) / 2.0),
        polygons: vec![vec![vec![[west, south], [east, south], [east, north], [west, north], [west, south]]]],
    }
}
