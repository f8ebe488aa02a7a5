//! Units: vehicles, crews and posts. One unit, one exclusive incident, unless it is shareable (law 5).

use crate::{
    Aggregate, EventMeta,
    error::{ErrorKind, SiagaError},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A unit of an agency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Call sign.
    pub code: String,
    /// Agency code.
    pub agency: String,
    /// What it is, e.g. "pemadam", "ambulans".
    pub kind: String,
    /// May serve several incidents at once.
    pub shareable: bool,
    /// Posts of the crew.
    pub crew: Vec<String>,
    /// What it carries.
    pub equipment: Vec<String>,
    /// Usable at all.
    pub in_service: bool,
    /// Why not.
    pub out_of_service_reason: String,
    /// What it is on: assignment and incident.
    pub engaged: Vec<(Uuid, Uuid)>,
    /// Counts edits of crew and equipment.
    pub version: u64,
}

/// What happened to a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UnitEvent {
    /// The agency has it, or its fixed data changed by an import.
    Registered {
        /// Call sign.
        code: String,
        /// Agency code.
        agency: String,
        /// What it is.
        kind: String,
        /// May serve several incidents.
        shareable: bool,
        /// Crew posts.
        crew: Vec<String>,
        /// Equipment.
        equipment: Vec<String>,
    },
    /// Crew and equipment of this shift.
    Updated {
        /// Crew posts.
        crew: Vec<String>,
        /// Equipment.
        equipment: Vec<String>,
    },
    /// In or out of service.
    ServiceChanged {
        /// Usable.
        in_service: bool,
        /// Why not.
        reason: String,
    },
    /// It goes to an incident.
    Engaged {
        /// On this assignment.
        assignment_id: Uuid,
        /// Of this incident.
        incident_id: Uuid,
    },
    /// It is free of an assignment.
    Freed {
        /// This one.
        assignment_id: Uuid,
    },
}

impl Unit {
    /// The id of the unit with this call sign: made from it, so that an import finds it again.
    pub fn id_of(code: &str) -> Uuid {
        crate::account::id_from("siaga:unit:", code)
    }

    /// Puts the unit on an assignment; none when it is on it already.
    ///
    /// # Errors
    /// SIAGA-1501 when another incident has it, SIAGA-1502 when it is out of service.
    pub fn engage(&self, assignment_id: Uuid, incident_id: Uuid) -> Result<Option<UnitEvent>, SiagaError> {
        if self.engaged.iter().any(|(assignment, _)| *assignment == assignment_id) {
            return Ok(None);
        }
        if !self.in_service {
            return Err(SiagaError::new(
                "SIAGA-1502",
                ErrorKind::Conflict,
                format!("{} sedang tidak bertugas: {}.", self.code, self.out_of_service_reason),
                format!("{} is out of service: {}.", self.code, self.out_of_service_reason),
            )
            .field("unit_ids"));
        }
        if !self.shareable && !self.engaged.is_empty() {
            return Err(SiagaError::new(
                "SIAGA-1501",
                ErrorKind::Conflict,
                format!("{} sudah bertugas di kejadian lain. Alihkan bila memang perlu.", self.code),
                format!("{} is already on another incident. Divert it if you must.", self.code),
            )
            .field("unit_ids"));
        }
        Ok(Some(UnitEvent::Engaged { assignment_id, incident_id }))
    }

    /// Frees the unit of an assignment; none when it is not on it.
    pub fn free(&self, assignment_id: Uuid) -> Option<UnitEvent> {
        self.engaged
            .iter()
            .any(|(assignment, _)| *assignment == assignment_id)
            .then_some(UnitEvent::Freed { assignment_id })
    }

    /// Takes the unit in or out of service.
    ///
    /// # Errors
    /// SIAGA-1503 when it is on an incident.
    pub fn set_service(&self, in_service: bool, reason: String) -> Result<UnitEvent, SiagaError> {
        if !in_service && !self.engaged.is_empty() {
            return Err(SiagaError::new(
                "SIAGA-1503",
                ErrorKind::Conflict,
                format!("{} masih bertugas. Lepaskan dari tugasnya dahulu.", self.code),
                format!("{} is still on an assignment. Release it first.", self.code),
            ));
        }
        Ok(UnitEvent::ServiceChanged { in_service, reason })
    }
}

impl Aggregate for Unit {
    const KIND: &'static str = "unit";
    type Event = UnitEvent;

    fn apply(&mut self, event: &UnitEvent, _: &EventMeta) {
        match event {
            UnitEvent::Registered { code, agency, kind, shareable, crew, equipment } => {
                if self.version == 0 {
                    self.in_service = true;
                }
                self.code.clone_from(code);
                self.agency.clone_from(agency);
                self.kind.clone_from(kind);
                self.shareable = *shareable;
                self.crew.clone_from(crew);
                self.equipment.clone_from(equipment);
                self.version += 1;
            }
            UnitEvent::Updated { crew, equipment } => {
                self.crew.clone_from(crew);
                self.equipment.clone_from(equipment);
                self.version += 1;
            }
            UnitEvent::ServiceChanged { in_service, reason } => {
                self.in_service = *in_service;
                self.out_of_service_reason.clone_from(reason);
            }
            UnitEvent::Engaged { assignment_id, incident_id } => self.engaged.push((*assignment_id, *incident_id)),
            UnitEvent::Freed { assignment_id } => self.engaged.retain(|(assignment, _)| assignment != assignment_id),
        }
    }

    /// Units are always part of the boards.
    fn is_open(&self) -> bool {
        true
    }
}
