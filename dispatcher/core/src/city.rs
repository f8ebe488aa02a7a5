//! The city in memory: agencies, types, contacts, outcomes, and where a point lies.

use crate::{context::store_error, map_data::MapData};
use geo::{
    Contains, Distance, Euclidean, LineString, MultiPolygon, Point, Polygon, algorithm::bounding_rect::BoundingRect,
};
use rstar::{AABB, RTree, RTreeObject};
use siaga_domain::{
    Aggregate, SiagaError, Timestamp,
    alarm::AlarmLimits,
    catalog::{
        Agency, Area, AreaLevel, Catalog, CatalogPart, DutyContact, IncidentType, Letterhead, NamedPlace, OutcomeKind,
    },
};
use siaga_store::{Store, StreamKey};
use std::collections::BTreeMap;

/// Metres of one degree of latitude; near the equator of longitude too.
const METRES_A_DEGREE: f64 = 111_320.0;

/// The catalog, ready for use.
#[derive(Default)]
pub struct City {
    /// By code.
    pub agencies: BTreeMap<String, Agency>,
    /// By code.
    pub types: BTreeMap<String, IncidentType>,
    /// In the order imported.
    pub outcomes: Vec<OutcomeKind>,
    /// In the order imported.
    pub contacts: Vec<DutyContact>,
    /// Kelurahan in the order imported, without borders being copied around.
    pub kelurahan: Vec<Area>,
    /// Streets and places.
    pub places: Vec<NamedPlace>,
    /// Letterhead and names.
    pub letterhead: Letterhead,
    /// When each alarm rises, where somebody has set it on a screen.
    pub clocks: Option<AlarmLimits>,
    /// Position of the newest import.
    pub position: u64,
    /// Borders of all levels, streets and places as a map draws them.
    pub map: MapData,
    /// Names of the neighbours by code.
    neighbours: BTreeMap<String, String>,
    borders: RTree<Border>,
    shoreline_m: f64,
}

struct Border {
    code: String,
    name: String,
    kecamatan: String,
    level: AreaLevel,
    shape: MultiPolygon<f64>,
    envelope: AABB<[f64; 2]>,
}

impl RTreeObject for Border {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

/// Where a point lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Located {
    /// Code of the kelurahan, if inside the city.
    pub kelurahan_code: Option<String>,
    /// Its name.
    pub kelurahan_name: String,
    /// Name of its kecamatan.
    pub kecamatan_name: String,
    /// Code and name of the neighbour it lies in.
    pub neighbour: Option<(String, String)>,
}

impl Located {
    /// Not in the city.
    pub const fn is_outside(&self) -> bool {
        self.kelurahan_code.is_none()
    }
}

impl City {
    /// Reads the catalog's streams.
    ///
    /// # Errors
    /// SIAGA-1901 when they cannot be read, SIAGA-1900 when one is not understood.
    pub async fn load(store: &dyn Store, shoreline_m: f64) -> Result<Self, SiagaError> {
        let keys: Vec<StreamKey> = CatalogPart::STREAM_IDS.iter().map(|id| StreamKey::new(Catalog::KIND, id)).collect();
        let mut city = Self { shoreline_m, ..Self::default() };
        for row in store.load_streams(&keys).await.map_err(store_error)? {
            city.position = city.position.max(row.position);
            let catalog: Catalog = serde_json::from_value(row.state)
                .map_err(|error| SiagaError::internal(format!("catalog {}: {error}", row.key.id)))?;
            if let Some(part) = catalog.part {
                city.take(part);
            }
        }
        Ok(city)
    }

    /// Takes one kind of the catalog in.
    pub fn take(&mut self, part: CatalogPart) {
        match part {
            CatalogPart::Agencies(list) => {
                self.agencies = list.into_iter().map(|agency| (agency.code.clone(), agency)).collect();
            }
            CatalogPart::Types(list) => {
                self.types = list.into_iter().map(|kind| (kind.code.clone(), kind)).collect();
            }
            CatalogPart::Contacts(list) => self.contacts = list,
            CatalogPart::Outcomes(list) => self.outcomes = list,
            CatalogPart::Clocks(limits) => self.clocks = Some(limits),
            CatalogPart::Places(list) => {
                self.map.set_places(&list);
                self.places = list;
            }
            CatalogPart::Letterhead(letterhead) => {
                self.map.set_credits(&letterhead.map_credits);
                self.letterhead = letterhead;
            }
            CatalogPart::Areas(list) => {
                self.map.set_areas(&list);
                let neighbours = list.iter().filter(|area| area.level == AreaLevel::Neighbour);
                self.neighbours = neighbours.map(|area| (area.code.clone(), area.name.clone())).collect();
                self.borders = RTree::bulk_load(list.iter().filter_map(border).collect());
                self.kelurahan = list.into_iter().filter(|area| area.level == AreaLevel::Kelurahan).collect();
            }
        }
    }

    /// A type by code.
    ///
    /// # Errors
    /// SIAGA-1701 when there is none.
    pub fn incident_type(&self, code: &str) -> Result<&IncidentType, SiagaError> {
        self.types.get(code).ok_or_else(|| {
            SiagaError::new(
                "SIAGA-1701",
                siaga_domain::ErrorKind::Invalid,
                format!("Jenis kejadian \"{}\" tidak dikenal.", shown(code)),
                format!("The incident type \"{}\" is not known.", shown(code)),
            )
            .field("type_code")
        })
    }

    /// An agency by code.
    ///
    /// # Errors
    /// SIAGA-1702 when there is none.
    pub fn agency(&self, code: &str) -> Result<&Agency, SiagaError> {
        self.agencies.get(code).ok_or_else(|| {
            SiagaError::new(
                "SIAGA-1702",
                siaga_domain::ErrorKind::Invalid,
                format!("Instansi \"{}\" tidak dikenal.", shown(code)),
                format!("The agency \"{}\" is not known.", shown(code)),
            )
            .field("agency_codes")
        })
    }

    /// A kelurahan by code.
    pub fn kelurahan(&self, code: &str) -> Option<&Area> {
        self.kelurahan.iter().find(|area| area.code == code)
    }

    /// Name of a neighbour by code.
    pub fn neighbour_name(&self, code: &str) -> Option<&str> {
        self.neighbours.get(code).map(String::as_str)
    }

    /// Whom to call at an agency now.
    pub fn duty_contact(&self, agency: &str, now: Timestamp, utc_offset_minutes: i32) -> Option<&DutyContact> {
        let local_ms = now.unix_ms() + i64::from(utc_offset_minutes) * 60_000;
        let hour = u8::try_from(local_ms.div_euclid(3_600_000).rem_euclid(24)).unwrap_or(0);
        self.contacts.iter().find(|contact| contact.agency == agency && contact.covers(hour))
    }

    /// Where a point lies: the kelurahan it is in, or the nearest one within the shoreline's allowance when it is in no
    /// neighbour's area, or the neighbour.
    pub fn locate(&self, latitude: f64, longitude: f64) -> Located {
        let point = Point::new(longitude, latitude);
        let here = AABB::from_point([longitude, latitude]);
        let inside: Vec<&Border> =
            self.borders.locate_in_envelope_intersecting(here).filter(|border| border.shape.contains(&point)).collect();
        if let Some(kelurahan) = inside.iter().find(|border| border.level == AreaLevel::Kelurahan) {
            return kelurahan.located();
        }
        if let Some(neighbour) = inside.iter().find(|border| border.level == AreaLevel::Neighbour) {
            return Located { neighbour: Some((neighbour.code.clone(), neighbour.name.clone())), ..Located::default() };
        }
        let reach = self.shoreline_m / METRES_A_DEGREE;
        let around = AABB::from_corners([longitude - reach, latitude - reach], [longitude + reach, latitude + reach]);
        self.borders
            .locate_in_envelope_intersecting(around)
            .filter(|border| border.level == AreaLevel::Kelurahan)
            .map(|border| (Euclidean.distance(&border.shape, &point), border))
            .filter(|(distance, _)| *distance <= reach)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map_or_else(Located::default, |(_, border)| border.located())
    }
}

impl Border {
    fn located(&self) -> Located {
        Located {
            kelurahan_code: Some(self.code.clone()),
            kelurahan_name: self.name.clone(),
            kecamatan_name: self.kecamatan.clone(),
            neighbour: None,
        }
    }
}

fn border(area: &Area) -> Option<Border> {
    if !matches!(area.level, AreaLevel::Kelurahan | AreaLevel::Neighbour) {
        return None;
    }
    let ring = |ring: &Vec<[f64; 2]>| LineString::from(ring.clone());
    let polygons = area.polygons.iter().filter_map(|rings| {
        let (outer, holes) = rings.split_first()?;
        Some(Polygon::new(ring(outer), holes.iter().map(ring).collect()))
    });
    let shape = MultiPolygon::new(polygons.collect());
    let bounds = shape.bounding_rect()?;
    Some(Border {
        code: area.code.clone(),
        name: area.name.clone(),
        kecamatan: area.kecamatan_name.clone(),
        level: area.level,
        envelope: AABB::from_corners([bounds.min().x, bounds.min().y], [bounds.max().x, bounds.max().y]),
        shape,
    })
}

/// At most 60 characters of what a client sent, for showing it back.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
