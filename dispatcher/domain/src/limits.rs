//! Limits of every field, in one place. Over a limit a request is refused, never cut.

use crate::{error::SiagaError, time::Timestamp};

/// A client's clock may be this far ahead before a time counts as in the future, in ms.
pub const CLOCK_TOLERANCE_MS: i64 = 60_000;
/// How far back something may be recorded after the fact, in ms: a week, for the paper forms of a long outage.
pub const BACK_ENTRY_MS: i64 = 7 * 24 * 3_600_000;
/// Narrative and notes, in characters.
pub const NARRATIVE_CHARS: usize = 4_000;
/// Place text, reasons, in characters.
pub const PLACE_CHARS: usize = 500;
/// Reasons, in characters.
pub const REASON_CHARS: usize = 500;
/// Names and posts, in characters.
pub const NAME_CHARS: usize = 200;
/// Telephone numbers, in characters.
pub const NUMBER_CHARS: usize = 32;
/// Numbers of paper forms, in characters.
pub const SHEET_CHARS: usize = 40;
/// Lines, references, in characters.
pub const REFERENCE_CHARS: usize = 200;
/// Free texts of the closing report, in characters.
pub const REPORT_CHARS: usize = 2_000;
/// Units of one assignment command.
pub const UNITS_A_COMMAND: usize = 50;
/// Agencies of one dispatch command.
pub const AGENCIES_A_COMMAND: usize = 50;
/// Notes of one incident.
pub const NOTES: usize = 2_000;
/// Messages between the centre and an agency, in characters: what is longer is a note.
pub const MESSAGE_CHARS: usize = 500;
/// Messages of one assignment: all of them stand in its view.
pub const MESSAGES: usize = 200;
/// Photos of one incident.
pub const PHOTOS: usize = 60;
/// Bytes of one photo: what a phone's picture needs after it was made smaller.
pub const PHOTO_BYTES: usize = 700 * 1024;
/// Bytes of the small picture that lists show of it.
pub const THUMBNAIL_BYTES: usize = 24 * 1024;
/// The longer side of a photo, in pixels: a few bytes can claim a picture that takes a screen's whole memory.
pub const PHOTO_SIDE_PX: u32 = 4_096;
/// Calls of one incident.
pub const CALLS: usize = 2_000;
/// Call-back attempts of one call.
pub const CALL_BACKS: usize = 100;

/// Trims, and refuses control characters and texts over the limit.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub fn text(field: &str, value: &str, chars_max: usize) -> Result<String, SiagaError> {
    let value = value.trim();
    let chars = value.chars().count();
    if chars > chars_max {
        return Err(SiagaError::invalid(
            field,
            format!("Terlalu panjang: {chars} karakter, paling banyak {chars_max}."),
            format!("Too long: {chars} characters, at most {chars_max}."),
        ));
    }
    if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(SiagaError::invalid(
            field,
            "Mengandung karakter kendali yang tidak dapat disimpan.",
            "Contains control characters that cannot be stored.",
        ));
    }
    Ok(value.to_owned())
}

/// A text that must not be empty.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub fn required(field: &str, value: &str, chars_max: usize) -> Result<String, SiagaError> {
    let value = text(field, value, chars_max)?;
    if value.is_empty() {
        return Err(SiagaError::invalid(field, "Wajib diisi.", "Must not be empty."));
    }
    Ok(value)
}

/// A time that is not in the future and not longer ago than a back-entry may be.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub fn recent(field: &str, at: Timestamp, now: Timestamp) -> Result<Timestamp, SiagaError> {
    if at > now.plus_ms(CLOCK_TOLERANCE_MS) {
        return Err(in_the_future(field));
    }
    if at < now.plus_ms(-BACK_ENTRY_MS) {
        return Err(SiagaError::invalid(field, "Lebih dari 7 hari yang lalu.", "More than 7 days ago."));
    }
    Ok(at.min(now))
}

/// SIAGA-1001: the time lies in the future.
pub fn in_the_future(field: &str) -> SiagaError {
    SiagaError::invalid(field, "Waktu ini belum terjadi.", "This time is in the future.")
}
