//! Words of the report that come from data and differ by language.

use siaga_domain::{assignment::Readiness, call::Disposition, incident::PlaceVerification, report::ReportLanguage};

/// The first in Indonesian, the second in English.
pub(super) fn pick<'a>(language: ReportLanguage, indonesian: &'a str, english: &'a str) -> &'a str {
    match language {
        ReportLanguage::Indonesian => indonesian,
        ReportLanguage::English => english,
    }
}

/// What kind of call it was.
pub(super) fn disposition(disposition: Disposition, language: ReportLanguage) -> &'static str {
    let (indonesian, english) = match disposition {
        Disposition::Normal => ("Darurat", "Emergency"),
        Disposition::Ghost => ("Hantu", "Ghost"),
        Disposition::Prank => ("Iseng", "Prank"),
        Disposition::Information => ("Informasi", "Information"),
        Disposition::WrongNumber => ("Salah sambung", "Wrong number"),
        Disposition::Abandoned => ("Terputus", "Abandoned"),
    };
    pick(language, indonesian, english)
}

/// How a place was verified.
pub(super) fn verification(how: PlaceVerification, language: ReportLanguage) -> &'static str {
    let (indonesian, english) = match how {
        PlaceVerification::CallerConfirmed => ("dikonfirmasi penelepon", "confirmed by the caller"),
        PlaceVerification::CallerLink => ("posisi dikirim penelepon", "position sent by the caller"),
        PlaceVerification::Landmark => ("dari patokan", "by a landmark"),
        PlaceVerification::SecondCaller => ("penelepon kedua", "a second caller"),
        PlaceVerification::Agency => ("instansi di lokasi", "an agency on scene"),
        PlaceVerification::Network => ("posisi dari jaringan", "position from the network"),
    };
    pick(language, indonesian, english)
}

/// What the agency found when it checked.
pub(super) fn readiness(readiness: &Readiness, language: ReportLanguage) -> String {
    let part = |there: bool, indonesian: &'static str, english: &'static str| {
        let name = pick(language, indonesian, english);
        let state = if there { pick(language, "siap", "ready") } else { pick(language, "kurang", "short") };
        format!("{name} {state}")
    };
    let mut parts = vec![
        part(readiness.people, "personel", "people"),
        part(readiness.vehicles, "kendaraan", "vehicles"),
        part(readiness.equipment, "peralatan", "equipment"),
    ];
    if !readiness.note.is_empty() {
        parts.push(readiness.note.clone());
    }
    parts.join("; ")
}
