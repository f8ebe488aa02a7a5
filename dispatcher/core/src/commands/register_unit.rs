//! RegisterUnit: a new unit of an agency, or what a known one is.

use super::update_unit::list;
use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    ErrorKind, FieldConflict, SiagaError, limits,
    unit::{Unit, UnitEvent},
};
use siaga_proto::v1::{RegisterUnitRequest, RegisterUnitResponse};

/// Characters of a call sign at most.
const CALL_SIGN_CHARS: usize = 32;
/// Characters of what it is.
const KIND_CHARS: usize = 64;

#[async_trait]
impl Command for RegisterUnitRequest {
    type Reply = RegisterUnitResponse;
    const NAME: &'static str = "RegisterUnit";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<RegisterUnitResponse, SiagaError> {
        let unit_id = Unit::id_of(&self.code);
        let known = work.find::<Unit>(unit_id).await?;
        let now = known.as_ref().map_or(0, |unit| unit.version);
        if now != self.version {
            return Err(SiagaError::stale(now, known.map_or_else(Vec::new, |unit| conflicts(&unit, self))));
        }
        if known.is_none() {
            call_sign(&self.code)?;
        }
        work.city.agency(&self.agency_code).map_err(|error| error.field("agency_code"))?;
        if let Some(unit) = &known
            && unit.agency != self.agency_code
            && !unit.engaged.is_empty()
        {
            return Err(SiagaError::new(
                "SIAGA-1706",
                ErrorKind::Conflict,
                "Unit ini sedang bertugas; pindahkan instansinya setelah selesai.",
                "This unit is at work; move it to another agency when it has finished.",
            )
            .field("agency_code"));
        }
        let registered = UnitEvent::Registered {
            code: self.code.clone(),
            agency: self.agency_code.clone(),
            kind: limits::required("kind", &self.kind, KIND_CHARS)?,
            shareable: self.shareable,
            crew: list("crew", &self.crew, super::update_unit::CREW_MAX)?,
            equipment: list("equipment", &self.equipment, super::update_unit::EQUIPMENT_MAX)?,
        };
        let meta = work.meta();
        work.emit::<Unit>(unit_id, registered, &meta).await?;
        Ok(RegisterUnitResponse { changed: convert::changed(unit_id, now + 1) })
    }
}

/// Said on the radio `damkar-01` and `DAMKAR-01` are one: new call signs are written in capitals.
fn call_sign(code: &str) -> Result<(), SiagaError> {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    let edges = code.starts_with('-') || code.ends_with('-');
    if code.is_empty() || code.len() > CALL_SIGN_CHARS || edges || !code.bytes().all(fits) {
        return Err(SiagaError::invalid(
            "code",
            "Tanda panggil: huruf besar, angka, dan tanda hubung, paling panjang 32, mis. DAMKAR-05.",
            "A call sign: capitals, digits and hyphens, at most 32, e.g. DAMKAR-05.",
        ));
    }
    Ok(())
}

fn conflicts(unit: &Unit, wanted: &RegisterUnitRequest) -> Vec<FieldConflict> {
    [
        ("agency_code", unit.agency.clone(), wanted.agency_code.clone()),
        ("kind", unit.kind.clone(), wanted.kind.clone()),
        ("shareable", unit.shareable.to_string(), wanted.shareable.to_string()),
        ("crew", unit.crew.join(", "), wanted.crew.join(", ")),
        ("equipment", unit.equipment.join(", "), wanted.equipment.join(", ")),
    ]
    .into_iter()
    .filter(|(_, current, wanted)| current != wanted)
    .map(|(field, current, wanted)| FieldConflict { field: field.into(), current, wanted })
    .collect()
}
