//! `siaga import contacts FILE`.

use std::collections::BTreeSet;

use siaga_domain::Channel;
use siaga_domain::catalog::DutyContact;
use siaga_domain::limits::NUMBER_CHARS;

use super::table;
use super::{Refused, Source};

/// Reads duty contacts: `agency,from_hour,to_hour,label,channel,number`. Hours are local; a contact from 19 to 7 is on
/// duty over midnight.
///
/// # Errors
/// All rows that are wrong.
pub fn contacts(source: Source<'_>, agencies: &BTreeSet<String>) -> Result<Vec<DutyContact>, Refused> {
    table::read(source, &["agency", "from_hour", "to_hour", "label", "channel", "number"], |row| {
        let (from_hour, to_hour) = (row.number("from_hour", 0..=23)?, row.number("to_hour", 1..=24)?);
        if from_hour == to_hour {
            return Err(row.problem("to_hour", "is from_hour; for the whole day write 0 and 24"));
        }
        let channel = match row.field("channel") {
            "telephone" => Channel::Telephone,
            "radio" => Channel::Radio,
            other => return Err(row.problem("channel", format!("`{other}` does not fit; write telephone or radio"))),
        };
        Ok(DutyContact {
            agency: row.known("agency", "agency", agencies)?,
            from_hour,
            to_hour,
            label: row.name("label")?,
            channel,
            number: row.text("number", NUMBER_CHARS)?,
        })
    })
}
