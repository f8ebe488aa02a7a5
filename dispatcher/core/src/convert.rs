//! Between the contract's messages and the domain's values: ids, times, enums.

use siaga_domain::{
    Channel, OnBehalf, Role, SiagaError, Timestamp, account::DutyState, call::Disposition, limits, step::Step,
};
use siaga_proto::v1;
use uuid::Uuid;

/// An id of the contract.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub fn id(field: &str, text: &str) -> Result<Uuid, SiagaError> {
    Uuid::parse_str(text).map_err(|_| SiagaError::invalid(field, "Bukan nomor pengenal yang sah.", "Not a valid id."))
}

/// An id that may be left out.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub fn optional_id(field: &str, text: &str) -> Result<Option<Uuid>, SiagaError> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

/// A time of the contract, if given.
///
/// # Errors
/// SIAGA-1001 when it lies outside the calendar.
pub fn time(field: &str, at: Option<siaga_proto::Timestamp>) -> Result<Option<Timestamp>, SiagaError> {
    let Some(at) = at else { return Ok(None) };
    at.seconds
        .checked_mul(1000)
        .and_then(|ms| ms.checked_add(i64::from(at.nanos) / 1_000_000))
        .filter(|ms| (0..=253_402_300_799_999).contains(ms))
        .map(|ms| Some(Timestamp::from_unix_ms(ms)))
        .ok_or_else(|| SiagaError::invalid(field, "Waktu di luar kalender.", "A time outside the calendar."))
}

/// A time for the contract.
pub fn timestamp(at: Timestamp) -> siaga_proto::Timestamp {
    let ms = at.unix_ms();
    siaga_proto::Timestamp {
        seconds: ms.div_euclid(1000),
        nanos: i32::try_from(ms.rem_euclid(1000) * 1_000_000).unwrap_or(0),
    }
}

/// The reply of a command that changed one thing.
pub fn changed(id: impl ToString, version: u64) -> Option<v1::Changed> {
    Some(v1::Changed { id: id.to_string(), version })
}

/// On whose behalf a step is recorded; said now when no time is given.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub fn on_behalf(said: Option<&v1::OnBehalf>, now: Timestamp) -> Result<Option<OnBehalf>, SiagaError> {
    let Some(said) = said else { return Ok(None) };
    let channel = match said.channel() {
        v1::Channel::Telephone => Channel::Telephone,
        v1::Channel::Radio => Channel::Radio,
        v1::Channel::InPerson => Channel::InPerson,
        v1::Channel::Unspecified => {
            return Err(SiagaError::invalid(
                "on_behalf.channel",
                "Pilih telepon, radio, atau tatap muka.",
                "Choose telephone, radio or in person.",
            ));
        }
    };
    let contact = limits::required("on_behalf.contact", &said.contact, limits::NAME_CHARS)?;
    let said_at = match time("on_behalf.said_at", said.said_at)? {
        Some(said_at) => limits::recent("on_behalf.said_at", said_at, now)?,
        None => now,
    };
    Ok(Some(OnBehalf { channel, contact, said_at }))
}

/// The contract's form of a channel.
pub const fn channel(channel: Channel) -> v1::Channel {
    match channel {
        Channel::Telephone => v1::Channel::Telephone,
        Channel::Radio => v1::Channel::Radio,
        Channel::InPerson => v1::Channel::InPerson,
    }
}

/// The contract's form of a role.
pub const fn role(role: Role) -> v1::Role {
    match role {
        Role::Operator => v1::Role::Operator,
        Role::Supervisor => v1::Role::Supervisor,
        Role::AgencyDispatcher => v1::Role::AgencyDispatcher,
        Role::FieldUnit => v1::Role::FieldUnit,
        Role::HubAnalyst => v1::Role::HubAnalyst,
        Role::Administrator => v1::Role::Administrator,
        Role::Gateway => v1::Role::Gateway,
        Role::System => v1::Role::System,
    }
}

/// A role that an account may have.
///
/// # Errors
/// SIAGA-1001.
pub fn account_role(role: v1::Role) -> Result<Role, SiagaError> {
    Ok(match role {
        v1::Role::Operator => Role::Operator,
        v1::Role::Supervisor => Role::Supervisor,
        v1::Role::AgencyDispatcher => Role::AgencyDispatcher,
        v1::Role::FieldUnit => Role::FieldUnit,
        v1::Role::HubAnalyst => Role::HubAnalyst,
        v1::Role::Administrator => Role::Administrator,
        v1::Role::Gateway => Role::Gateway,
        v1::Role::System | v1::Role::Unspecified => {
            return Err(SiagaError::invalid("role", "Pilih peran akun.", "Choose the account's role."));
        }
    })
}

/// The contract's form of a duty state.
pub const fn duty_state(duty: DutyState) -> v1::DutyState {
    match duty {
        DutyState::SignedOff => v1::DutyState::SignedOff,
        DutyState::Ready => v1::DutyState::Ready,
        DutyState::InCall => v1::DutyState::InCall,
        DutyState::WrapUp => v1::DutyState::WrapUp,
        DutyState::Pause => v1::DutyState::Pause,
    }
}

/// The contract's form of a disposition.
pub const fn disposition(disposition: Disposition) -> v1::Disposition {
    match disposition {
        Disposition::Normal => v1::Disposition::Normal,
        Disposition::Ghost => v1::Disposition::Ghost,
        Disposition::Prank => v1::Disposition::Prank,
        Disposition::Information => v1::Disposition::Information,
        Disposition::WrongNumber => v1::Disposition::WrongNumber,
        Disposition::Abandoned => v1::Disposition::Abandoned,
    }
}

/// The contract's form of a step.
pub const fn step(step: Step) -> v1::Step {
    match step {
        Step::Sent => v1::Step::Sent,
        Step::Delivered => v1::Step::Delivered,
        Step::Acknowledged => v1::Step::Acknowledged,
        Step::Ready => v1::Step::Ready,
        Step::Accepted => v1::Step::Accepted,
        Step::UnitAssigned => v1::Step::UnitAssigned,
        Step::EnRoute => v1::Step::EnRoute,
        Step::OnScene => v1::Step::OnScene,
        Step::UnderControl => v1::Step::UnderControl,
        Step::Completed => v1::Step::Completed,
        Step::Declined => v1::Step::Declined,
        Step::Withdrawn => v1::Step::Withdrawn,
        Step::Released => v1::Step::Released,
    }
}

/// A step named by a client.
///
/// # Errors
/// SIAGA-1001.
pub fn step_named(named: v1::Step) -> Result<Step, SiagaError> {
    Step::ORDER.into_iter().find(|known| step(*known) == named).ok_or_else(|| {
        SiagaError::invalid("step", "Tahap ini tidak dikenal.", "This step is not known.")
            .allowed(Step::ORDER.iter().map(|step| step.name()))
    })
}

/// A WGS84 point of the contract: latitude, longitude, accuracy in m. `0,0` is a device that does not know.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub fn point(field: &str, point: Option<&v1::Point>) -> Result<Option<(f64, f64, f64)>, SiagaError> {
    let Some(v1::Point { latitude, longitude, accuracy_m }) = point.copied() else { return Ok(None) };
    let on_earth = latitude.is_finite()
        && longitude.is_finite()
        && (-90.0..=90.0).contains(&latitude)
        && (-180.0..=180.0).contains(&longitude);
    if !on_earth {
        return Err(SiagaError::invalid(
            field,
            "Koordinat di luar bumi: lintang -90 sampai 90, bujur -180 sampai 180.",
            "Coordinates off the earth: latitude -90 to 90, longitude -180 to 180.",
        ));
    }
    if latitude == 0.0 && longitude == 0.0 {
        return Err(SiagaError::invalid(
            field,
            "Koordinat 0,0 berarti perangkat tidak tahu posisinya. Kosongkan saja.",
            "Coordinates 0,0 mean the device does not know. Leave them out.",
        ));
    }
    if !accuracy_m.is_finite() || !(0.0..=1_000_000.0).contains(&accuracy_m) {
        return Err(SiagaError::invalid(field, "Ketelitian tidak masuk akal.", "The accuracy makes no sense."));
    }
    Ok(Some((latitude, longitude, accuracy_m)))
}
