//! The bounds of what one call may ask of the store (law 7). A call over a bound is refused with
//! [`StoreError::TooMany`]; nothing is cut off silently.

use crate::StoreError;

/// Commands in one group.
pub const MAX_GROUP_COMMANDS: usize = 1024;
/// Rows of any one kind (events, streams, personal rows, ...) in one group.
pub const MAX_GROUP_ROWS: usize = 16_384;
/// Rows that one read may ask for.
pub const MAX_PAGE: u32 = 5_000;
/// Keys or ids that one read may name.
pub const MAX_KEYS: usize = 10_000;
/// Rows that one expiry or thinning call may remove.
pub const MAX_EXPIRE: u32 = 100_000;
/// Words that one search may hold.
pub const MAX_SEARCH_WORDS: usize = 12;
/// Bytes of one text or JSON value.
pub const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

pub(crate) fn check(what: &'static str, given: usize, limit: usize) -> Result<(), StoreError> {
    if given > limit {
        return Err(StoreError::TooMany { what, given, limit });
    }
    Ok(())
}

/// The page size as the databases take it.
pub(crate) fn page(what: &'static str, limit: u32) -> Result<i64, StoreError> {
    check(what, limit as usize, MAX_PAGE as usize)?;
    Ok(i64::from(limit))
}

/// The size of an expiry as the databases take it.
pub(crate) fn expiry(what: &'static str, limit: u32) -> Result<i64, StoreError> {
    check(what, limit as usize, MAX_EXPIRE as usize)?;
    Ok(i64::from(limit))
}
