//! Paper forms: what was written down while the screens were down, entered afterwards.

use crate::{error::SiagaError, limits, time::Timestamp};

/// A moment on the form, by the name of its field.
pub type Moment<'a> = (&'a str, Option<Timestamp>);

/// Checks that moments lie in the past and in the order given; those that are not on the paper are passed over.
/// Equal moments are in order: paper knows minutes only.
///
/// # Errors
/// SIAGA-1001 naming the field that is too early, in the future, or too long ago.
pub fn in_order(moments: &[Moment<'_>], now: Timestamp) -> Result<(), SiagaError> {
    let mut before: Option<(&str, Timestamp)> = None;
    for (field, at) in moments.iter().filter_map(|(field, at)| at.map(|at| (*field, at))) {
        limits::recent(field, at, now)?;
        if let Some((earlier, was)) = before
            && at < was
        {
            return Err(SiagaError::invalid(
                field,
                "Jam ini lebih awal dari langkah sebelumnya.",
                format!("This time is before that of the step before it ({earlier})."),
            ));
        }
        before = Some((field, at));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_795_316_400_000);

    fn field_of(moments: &[Moment<'_>]) -> Option<String> {
        in_order(moments, NOW).err().and_then(|error| error.field.clone())
    }

    #[test]
    fn moments_follow_each_other_and_gaps_are_passed_over() {
        let at = |minutes: i64| Some(NOW.plus_ms(minutes * 60_000));
        assert_eq!(field_of(&[("ring", at(-30)), ("answer", None), ("open", at(-30)), ("close", at(0))]), None);
        assert_eq!(field_of(&[]), None);
        let reversed = [("ring", at(-30)), ("answer", None), ("open", at(-31))];
        assert_eq!(field_of(&reversed).as_deref(), Some("open"), "the gap between them hides nothing");
    }

    #[test]
    fn a_form_is_of_the_past_and_not_of_long_ago() {
        let week = NOW.plus_ms(-limits::BACK_ENTRY_MS);
        assert_eq!(field_of(&[("ring", Some(week))]), None);
        assert_eq!(field_of(&[("ring", Some(week.plus_ms(-1)))]).as_deref(), Some("ring"));
        let ahead = NOW.plus_ms(limits::CLOCK_TOLERANCE_MS + 1);
        assert_eq!(field_of(&[("ring", Some(ahead))]).as_deref(), Some("ring"));
    }
}
