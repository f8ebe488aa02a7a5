//! What an edit of the catalog must be to be taken; importers hold files to the same.

use super::{Agency, CatalogPart, DutyContact, IncidentType, Letterhead, OutcomeKind};
use crate::{
    Channel,
    alarm::{AlarmKind, AlarmLimits},
    error::SiagaError,
    limits,
};
use std::collections::BTreeSet;

/// What an agency can be.
pub const AGENCY_KINDS: [&str; 15] = [
    "disaster",
    "environment",
    "fire",
    "hospital",
    "medical",
    "neighbour",
    "other",
    "police",
    "public-order",
    "rescue",
    "social",
    "support",
    "transport",
    "utility",
    "works",
];

/// Items of one section at most.
const ITEMS_MAX: usize = 2_000;
/// Characters of a code at most.
const CODE_CHARS: usize = 64;
/// Lines of the letterhead's head.
const HEAD_LINES: usize = 6;
/// Lines of its other blocks.
const BLOCK_LINES: usize = 20;
/// Seconds that an alarm may wait.
const CLOCK_S: std::ops::RangeInclusive<u32> = 1..=86_400;
/// Seconds until an alarm that nobody took escalates.
const ESCALATE_S: std::ops::RangeInclusive<u32> = 10..=3_600;

impl CatalogPart {
    /// Trims texts and refuses what does not fit, naming the first field that is wrong: `types[3].name_id`.
    ///
    /// # Errors
    /// SIAGA-1001.
    pub fn checked(self) -> Result<Self, SiagaError> {
        Ok(match self {
            Self::Agencies(list) => Self::Agencies(each("agencies", list, agency, |one| one.code.clone())?),
            Self::Types(list) => Self::Types(each("types", list, incident_type, |one| one.code.clone())?),
            Self::Outcomes(list) => Self::Outcomes(each("outcomes", list, outcome, |one| one.code.clone())?),
            Self::Contacts(list) => Self::Contacts(each("contacts", list, contact, |one| {
                format!("{} {} {} {} {}", one.agency, one.from_hour, one.to_hour, one.label, one.number)
            })?),
            Self::Letterhead(letterhead) => Self::Letterhead(head(letterhead)?),
            Self::Clocks(limits) => Self::Clocks(clocks(limits)?),
            imported @ (Self::Areas(_) | Self::Places(_)) => imported,
        })
    }

    /// Codes of agencies that it names in plans or as contacts, each with the field that names it.
    pub fn agencies_named(&self) -> Vec<(String, &str)> {
        match self {
            Self::Types(list) => list
                .iter()
                .enumerate()
                .flat_map(|(index, one)| {
                    let lead = one.lead_agencies.iter().map(move |code| (index, "lead_agencies", code));
                    lead.chain(one.support_agencies.iter().map(move |code| (index, "support_agencies", code)))
                })
                .map(|(index, column, code)| (format!("types[{index}].{column}"), code.as_str()))
                .collect(),
            Self::Contacts(list) => list
                .iter()
                .enumerate()
                .map(|(index, one)| (format!("contacts[{index}].agency_code"), one.agency.as_str()))
                .collect(),
            _ => Vec::new(),
        }
    }
}

fn each<T>(
    section: &str,
    list: Vec<T>,
    check: impl Fn(&str, T) -> Result<T, SiagaError>,
    key: impl Fn(&T) -> String,
) -> Result<Vec<T>, SiagaError> {
    if list.is_empty() || list.len() > ITEMS_MAX {
        return Err(SiagaError::invalid(
            section,
            format!("Harus ada 1 sampai {ITEMS_MAX} baris."),
            format!("There must be 1 to {ITEMS_MAX} rows."),
        ));
    }
    let mut keys = BTreeSet::new();
    let mut checked = Vec::with_capacity(list.len());
    for (index, item) in list.into_iter().enumerate() {
        let at = format!("{section}[{index}]");
        let item = check(&at, item)?;
        if !keys.insert(key(&item)) {
            return Err(SiagaError::invalid(
                &format!("{at}.code"),
                format!("Baris {} sudah ada di atasnya.", index + 1),
                format!("Row {} stands there already.", index + 1),
            ));
        }
        checked.push(item);
    }
    Ok(checked)
}

fn name(at: &str, column: &str, value: &str) -> Result<String, SiagaError> {
    limits::required(&format!("{at}.{column}"), value, limits::NAME_CHARS)
}

/// A stable code: small letters, digits and single hyphens.
fn code(at: &str, column: &str, value: &str) -> Result<String, SiagaError> {
    let fits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if value.len() > CODE_CHARS || !value.split('-').all(fits) {
        return Err(SiagaError::invalid(
            &format!("{at}.{column}"),
            "Kode: huruf kecil, angka, dan satu tanda hubung di antaranya, mis. kebakaran-lahan.",
            "A code: small letters, digits and single hyphens, e.g. kebakaran-lahan.",
        ));
    }
    Ok(value.to_owned())
}

fn agency(at: &str, one: Agency) -> Result<Agency, SiagaError> {
    if !AGENCY_KINDS.contains(&one.kind.as_str()) {
        let known = AGENCY_KINDS.join(", ");
        return Err(SiagaError::invalid(
            &format!("{at}.kind"),
            format!("Jenis instansi: salah satu dari {known}."),
            format!("The kind is one of {known}."),
        ));
    }
    Ok(Agency {
        code: code(at, "code", &one.code)?,
        name_id: name(at, "name_id", &one.name_id)?,
        name_en: name(at, "name_en", &one.name_en)?,
        kind: one.kind,
    })
}

fn incident_type(at: &str, one: IncidentType) -> Result<IncidentType, SiagaError> {
    let invalid = |column: &str, id: &str, en: &str| Err(SiagaError::invalid(&format!("{at}.{column}"), id, en));
    if !(1..=4).contains(&one.default_priority) {
        return invalid("default_priority", "Prioritas 1 sampai 4.", "A priority from 1 to 4.");
    }
    if one.lead_agencies.is_empty() {
        return invalid("lead_agencies", "Rencana butuh instansi utama.", "A plan needs a leading agency.");
    }
    let named: Vec<&String> = one.lead_agencies.iter().chain(&one.support_agencies).collect();
    if named.iter().collect::<BTreeSet<_>>().len() != named.len() {
        return invalid(
            "support_agencies",
            "Satu instansi disebut dua kali dalam rencana.",
            "An agency is named twice in the plan.",
        );
    }
    if named.len() > limits::AGENCIES_A_COMMAND {
        return invalid("support_agencies", "Terlalu banyak instansi.", "Too many agencies.");
    }
    Ok(IncidentType {
        code: code(at, "code", &one.code)?,
        name_id: name(at, "name_id", &one.name_id)?,
        name_en: name(at, "name_en", &one.name_en)?,
        category: code(at, "category", &one.category)?,
        ..one
    })
}

fn outcome(at: &str, one: OutcomeKind) -> Result<OutcomeKind, SiagaError> {
    Ok(OutcomeKind {
        // Outcomes that come with Siaga have names with underscores.
        code: code(at, "code", &one.code.replace('_', "-")).map(|_| one.code.clone())?,
        name_id: name(at, "name_id", &one.name_id)?,
        name_en: name(at, "name_en", &one.name_en)?,
    })
}

fn contact(at: &str, one: DutyContact) -> Result<DutyContact, SiagaError> {
    if one.from_hour > 23 || !(1..=24).contains(&one.to_hour) || one.from_hour == one.to_hour {
        return Err(SiagaError::invalid(
            &format!("{at}.to_hour"),
            "Jam mulai 0 sampai 23 dan jam akhir 1 sampai 24, tidak sama; sehari penuh: 0 sampai 24.",
            "From hour 0 to 23 and to hour 1 to 24, not the same; a whole day is 0 to 24.",
        ));
    }
    if one.channel == Channel::InPerson {
        return Err(SiagaError::invalid(
            &format!("{at}.channel"),
            "Kontak piket lewat telepon atau radio.",
            "A duty contact is reached by telephone or radio.",
        ));
    }
    Ok(DutyContact {
        label: name(at, "label", &one.label)?,
        number: limits::required(&format!("{at}.number"), &one.number, limits::NUMBER_CHARS)?,
        ..one
    })
}

fn head(one: Letterhead) -> Result<Letterhead, SiagaError> {
    let block = |column: &str, lines: Vec<String>, lines_max: usize| {
        if lines.len() > lines_max {
            return Err(SiagaError::invalid(
                column,
                format!("Paling banyak {lines_max} baris."),
                format!("At most {lines_max} lines."),
            ));
        }
        let lines = lines.iter().enumerate();
        lines
            .map(|(index, line)| limits::required(&format!("{column}[{index}]"), line, limits::NAME_CHARS))
            .collect::<Result<Vec<_>, _>>()
    };
    if one.lines.is_empty() {
        return Err(SiagaError::invalid("letterhead.lines", "Kop butuh satu baris.", "The head needs a line."));
    }
    Ok(Letterhead {
        lines: block("letterhead.lines", one.lines, HEAD_LINES)?,
        contacts: block("letterhead.contacts", one.contacts, BLOCK_LINES)?,
        legal_basis: block("letterhead.legal_basis", one.legal_basis, BLOCK_LINES)?,
        city_name: name("letterhead", "city_name", &one.city_name)?,
        brand: name("letterhead", "brand", &one.brand)?,
        map_credits: block("letterhead.map_credits", one.map_credits, BLOCK_LINES)?,
    })
}

fn clocks(limits: AlarmLimits) -> Result<AlarmLimits, SiagaError> {
    for (index, (kind, after_s)) in limits.after_s.iter().enumerate() {
        let at_once = AlarmLimits::default_s(*kind) == [0; 4];
        if at_once || after_s.iter().any(|seconds| !CLOCK_S.contains(seconds)) {
            return Err(SiagaError::invalid(
                &format!("clocks[{index}].after_s"),
                format!("{}: 1 sampai 86.400 detik untuk tiap prioritas.", kind.name()),
                format!("{}: 1 to 86,400 seconds for each priority.", kind.name()),
            ));
        }
    }
    let missing = AlarmKind::ALL
        .iter()
        .find(|kind| AlarmLimits::default_s(**kind) != [0; 4] && !limits.after_s.contains_key(*kind));
    if let Some(kind) = missing {
        return Err(SiagaError::invalid(
            "clocks",
            format!("Batas {} tidak ada.", kind.name()),
            format!("The limit of {} is missing.", kind.name()),
        ));
    }
    if !ESCALATE_S.contains(&limits.escalate_after_s) {
        return Err(SiagaError::invalid("escalate_after_s", "10 sampai 3.600 detik.", "10 to 3,600 seconds."));
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agencies(code: &str, kind: &str) -> CatalogPart {
        let one = |code: &str, kind: &str| Agency {
            code: code.into(),
            name_id: " Damkar ".into(),
            name_en: "Fire".into(),
            kind: kind.into(),
        };
        CatalogPart::Agencies(vec![one("damkar", "fire"), one(code, kind)])
    }

    fn types(lead: &[&str], support: &[&str], priority: u8) -> CatalogPart {
        let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        CatalogPart::Types(vec![IncidentType {
            code: "banjir".into(),
            name_id: "Banjir".into(),
            name_en: "Flood".into(),
            category: "bencana".into(),
            default_priority: priority,
            lead_agencies: list(lead),
            support_agencies: list(support),
            sensitive: false,
        }])
    }

    fn contacts(from_hour: u8, to_hour: u8) -> CatalogPart {
        CatalogPart::Contacts(vec![DutyContact {
            agency: "damkar".into(),
            from_hour,
            to_hour,
            label: "Piket".into(),
            channel: Channel::Radio,
            number: "VHF 3".into(),
        }])
    }

    fn clock(after_s: [u32; 4], escalate_after_s: u32) -> CatalogPart {
        let waiting = AlarmKind::ALL.into_iter().filter(|kind| AlarmLimits::default_s(*kind) != [0; 4]);
        CatalogPart::Clocks(AlarmLimits { after_s: waiting.map(|kind| (kind, after_s)).collect(), escalate_after_s })
    }

    #[test]
    fn texts_are_trimmed_and_the_wrong_field_is_named() {
        let CatalogPart::Agencies(checked) = agencies("polres", "police").checked().unwrap() else { panic!() };
        assert_eq!(checked[0].name_id, "Damkar");
        let cases = [
            (agencies("damkar", "fire"), "agencies[1].code"),
            (agencies("Polres", "police"), "agencies[1].code"),
            (agencies("polres", "alien"), "agencies[1].kind"),
            (CatalogPart::Agencies(Vec::new()), "agencies"),
            (types(&[], &[], 1), "types[0].lead_agencies"),
            (types(&["damkar"], &["damkar"], 1), "types[0].support_agencies"),
            (types(&["damkar"], &[], 5), "types[0].default_priority"),
            (contacts(7, 7), "contacts[0].to_hour"),
            (contacts(24, 7), "contacts[0].to_hour"),
            (clock([0; 4], 60), "clocks[0].after_s"),
            (clock([60; 4], 5), "escalate_after_s"),
            (CatalogPart::Clocks(AlarmLimits::default()), "clocks"),
            (CatalogPart::Letterhead(Letterhead::default()), "letterhead.lines"),
        ];
        for (part, field) in cases {
            assert_eq!(part.checked().unwrap_err().field.as_deref(), Some(field));
        }
        for part in [types(&["damkar"], &["polres"], 4), contacts(19, 7), contacts(0, 24), clock([5; 4], 60)] {
            part.checked().unwrap();
        }
    }

    #[test]
    fn plans_and_contacts_say_which_agencies_they_name() {
        assert_eq!(
            types(&["damkar"], &["polres"], 1).agencies_named(),
            [("types[0].lead_agencies".into(), "damkar"), ("types[0].support_agencies".into(), "polres")]
        );
        assert_eq!(contacts(0, 24).agencies_named(), [("contacts[0].agency_code".into(), "damkar")]);
    }
}
