//! The city's own data, as imported: areas, agencies, incident types with response plans, duty contacts, outcomes.
//! Each kind is one stream; an import is one event that holds all of it, taken whole.

mod check;
mod short_name;

pub use check::AGENCY_KINDS;
pub use short_name::short_name;

use crate::{Aggregate, Channel, EventMeta, alarm::AlarmLimits};
use serde::{Deserialize, Serialize};

/// An agency (SKPD), private brigade or neighbouring centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Stable code, e.g. "damkar".
    pub code: String,
    /// Name in Indonesian.
    pub name_id: String,
    /// Name in English.
    pub name_en: String,
    /// fire, medical, police, ...; "neighbour": another 112 centre; "hospital".
    pub kind: String,
}

/// A type of incident with its response plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentType {
    /// Stable code, e.g. "kebakaran-bangunan".
    pub code: String,
    /// Name in Indonesian.
    pub name_id: String,
    /// Name in English.
    pub name_en: String,
    /// Group, e.g. "kebakaran".
    pub category: String,
    /// 1 (highest) to 4.
    pub default_priority: u8,
    /// Agency codes that lead.
    pub lead_agencies: Vec<String>,
    /// Agency codes that support.
    pub support_agencies: Vec<String>,
    /// Masked on boards, search and hub.
    pub sensitive: bool,
}

/// Who is to be called at an agency, by hour of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyContact {
    /// Agency code.
    pub agency: String,
    /// From this hour (0-23) ...
    pub from_hour: u8,
    /// ... to before this one (1-24); a smaller one than `from_hour` goes over midnight.
    pub to_hour: u8,
    /// The post.
    pub label: String,
    /// Telephone or radio.
    pub channel: Channel,
    /// Number or radio channel.
    pub number: String,
}

impl DutyContact {
    /// On duty at this hour (0-23).
    pub const fn covers(&self, hour: u8) -> bool {
        if self.from_hour < self.to_hour {
            self.from_hour <= hour && hour < self.to_hour
        } else {
            self.from_hour <= hour || hour < self.to_hour
        }
    }
}

/// A way a case can end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeKind {
    /// Stable code, e.g. "handled".
    pub code: String,
    /// Name in Indonesian.
    pub name_id: String,
    /// Name in English.
    pub name_en: String,
}

/// An area with its border.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Official wilayah code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub level: AreaLevel,
    /// Code of the kecamatan, for a kelurahan.
    #[serde(default)]
    pub kecamatan_code: String,
    /// Name of the kecamatan, for a kelurahan.
    #[serde(default)]
    pub kecamatan_name: String,
    /// Where its name is written: degrees north, east.
    pub label_point: (f64, f64),
    /// Rings of its polygons, GeoJSON order: polygons > rings > [east, north].
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// What an area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// The city.
    Kota,
    /// A district of the city.
    Kecamatan,
    /// A ward of the city.
    Kelurahan,
    /// A neighbouring regency.
    Neighbour,
}

/// A street or place with a point, for finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedPlace {
    /// Name.
    pub name: String,
    /// street, school, ...
    pub kind: String,
    /// Degrees north, east.
    pub point: (f64, f64),
    /// Kelurahan name, where known.
    #[serde(default)]
    pub kelurahan: String,
}

/// Letterhead of the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letterhead {
    /// Lines of the head, the first ones larger.
    pub lines: Vec<String>,
    /// Address and contacts, small.
    pub contacts: Vec<String>,
    /// Legal basis named on the report.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// City and brand names used on screens.
    pub city_name: String,
    /// e.g. "Sigap 112".
    pub brand: String,
    /// Whom a map of the city's areas and places has to name, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub map_credits: Vec<String>,
}

/// One kind of the catalog, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "items", rename_all = "snake_case")]
pub enum CatalogPart {
    /// Areas with borders.
    Areas(Vec<Area>),
    /// Agencies.
    Agencies(Vec<Agency>),
    /// Types with response plans.
    Types(Vec<IncidentType>),
    /// Duty contacts.
    Contacts(Vec<DutyContact>),
    /// Outcomes.
    Outcomes(Vec<OutcomeKind>),
    /// Streets and places.
    Places(Vec<NamedPlace>),
    /// Letterhead.
    Letterhead(Letterhead),
    /// When each alarm rises, once somebody has set it here; the configuration's until then.
    Clocks(AlarmLimits),
}

impl CatalogPart {
    /// Id of its stream.
    pub const fn stream_id(&self) -> &'static str {
        match self {
            Self::Areas(_) => "areas",
            Self::Agencies(_) => "agencies",
            Self::Types(_) => "types",
            Self::Contacts(_) => "contacts",
            Self::Outcomes(_) => "outcomes",
            Self::Places(_) => "places",
            Self::Letterhead(_) => "letterhead",
            Self::Clocks(_) => "clocks",
        }
    }

    /// Ids of all kinds.
    pub const STREAM_IDS: [&'static str; 8] =
        ["areas", "agencies", "types", "contacts", "outcomes", "places", "letterhead", "clocks"];

    /// How many items it has.
    pub fn items(&self) -> usize {
        match self {
            Self::Areas(list) => list.len(),
            Self::Agencies(list) => list.len(),
            Self::Types(list) => list.len(),
            Self::Contacts(list) => list.len(),
            Self::Outcomes(list) => list.len(),
            Self::Places(list) => list.len(),
            Self::Letterhead(_) => 1,
            Self::Clocks(limits) => limits.after_s.len(),
        }
    }
}

/// The stream of one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// What was imported last.
    pub part: Option<CatalogPart>,
}

/// What happened to a kind of the catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CatalogEvent {
    /// Taken whole.
    Imported {
        /// All of it.
        part: CatalogPart,
        /// Where it came from, e.g. a file name.
        source: String,
    },
    /// Edited on a screen, whole.
    Edited {
        /// All of it.
        part: CatalogPart,
        /// Why.
        note: String,
    },
    /// Put back to what an earlier version was.
    Restored {
        /// All of it.
        part: CatalogPart,
        /// Which version that was.
        version: u64,
        /// Why.
        note: String,
    },
}

impl Aggregate for Catalog {
    const KIND: &'static str = "catalog";
    type Event = CatalogEvent;

    fn apply(&mut self, event: &CatalogEvent, _: &EventMeta) {
        let (CatalogEvent::Imported { part, .. }
        | CatalogEvent::Edited { part, .. }
        | CatalogEvent::Restored { part, .. }) = event;
        self.part = Some(part.clone());
    }

    fn is_open(&self) -> bool {
        true
    }
}
