//! The catalog's sections between the contract and the domain, for editing them.

use crate::{
    config::CoreConfig,
    context::store_error,
    convert, history,
    views::{alarm as alarm_view, common},
};
use siaga_domain::{
    Aggregate, Channel, SiagaError,
    aggregate::from_log,
    alarm::{AlarmKind, AlarmLimits},
    catalog::{Agency, Catalog, CatalogEvent, CatalogPart, DutyContact, IncidentType, Letterhead, OutcomeKind},
};
use siaga_proto::v1::{self, catalog_content::Content};
use siaga_store::{EventRow, Store, StreamKey};

/// The stream of a section.
///
/// # Errors
/// SIAGA-1001 when none is named.
pub(crate) fn stream(section: v1::CatalogSection) -> Result<StreamKey, SiagaError> {
    let id = match section {
        v1::CatalogSection::Agencies => "agencies",
        v1::CatalogSection::Types => "types",
        v1::CatalogSection::Contacts => "contacts",
        v1::CatalogSection::Outcomes => "outcomes",
        v1::CatalogSection::Letterhead => "letterhead",
        v1::CatalogSection::Clocks => "clocks",
        v1::CatalogSection::Unspecified => {
            return Err(SiagaError::invalid("section", "Pilih bagian katalog.", "Choose a section of the catalog."));
        }
    };
    Ok(StreamKey::new(Catalog::KIND, id))
}

/// What a client sent, trimmed and checked.
///
/// # Errors
/// SIAGA-1001 naming the field.
pub(crate) fn part(content: Option<&v1::CatalogContent>) -> Result<CatalogPart, SiagaError> {
    let content = content.and_then(|content| content.content.as_ref());
    let part = match content {
        Some(Content::Agencies(list)) => CatalogPart::Agencies(list.items.iter().map(agency).collect()),
        Some(Content::Types(list)) => CatalogPart::Types(list.items.iter().map(incident_type).collect()),
        Some(Content::Contacts(list)) => {
            CatalogPart::Contacts(list.items.iter().enumerate().map(contact).collect::<Result<_, _>>()?)
        }
        Some(Content::Outcomes(list)) => CatalogPart::Outcomes(list.items.iter().map(outcome).collect()),
        Some(Content::Letterhead(head)) => CatalogPart::Letterhead(Letterhead {
            lines: head.lines.clone(),
            contacts: head.contacts.clone(),
            legal_basis: head.legal_basis.clone(),
            city_name: head.city_name.clone(),
            brand: head.brand.clone(),
            map_credits: head.map_credits.clone(),
        }),
        Some(Content::Clocks(clocks)) => CatalogPart::Clocks(limits(clocks)?),
        None => return Err(SiagaError::invalid("content", "Isinya tidak ada.", "There is no content.")),
    };
    part.checked()
}

fn agency(one: &v1::CatalogAgency) -> Agency {
    Agency {
        code: one.code.clone(),
        name_id: one.name_id.clone(),
        name_en: one.name_en.clone(),
        kind: one.kind.clone(),
    }
}

fn incident_type(one: &v1::IncidentType) -> IncidentType {
    IncidentType {
        code: one.code.clone(),
        name_id: one.name_id.clone(),
        name_en: one.name_en.clone(),
        category: one.category.clone(),
        default_priority: u8::try_from(one.default_priority).unwrap_or(0),
        lead_agencies: one.lead_agencies.clone(),
        support_agencies: one.support_agencies.clone(),
        sensitive: one.sensitive,
    }
}

fn outcome(one: &v1::Outcome) -> OutcomeKind {
    OutcomeKind { code: one.code.clone(), name_id: one.name_id.clone(), name_en: one.name_en.clone() }
}

fn contact((index, one): (usize, &v1::CatalogContact)) -> Result<DutyContact, SiagaError> {
    let channel = match one.channel() {
        v1::Channel::Telephone => Channel::Telephone,
        v1::Channel::Radio => Channel::Radio,
        v1::Channel::InPerson | v1::Channel::Unspecified => {
            let field = format!("contacts[{index}].channel");
            return Err(SiagaError::invalid(&field, "Pilih telepon atau radio.", "Choose telephone or radio."));
        }
    };
    // An hour beyond a byte is beyond a day, too.
    let hour = |hour: u32| u8::try_from(hour).unwrap_or(u8::MAX);
    Ok(DutyContact {
        agency: one.agency_code.clone(),
        from_hour: hour(one.from_hour),
        to_hour: hour(one.to_hour),
        label: one.label.clone(),
        channel,
        number: one.number.clone(),
    })
}

fn limits(clocks: &v1::CatalogClocks) -> Result<AlarmLimits, SiagaError> {
    let mut limits = AlarmLimits { escalate_after_s: clocks.escalate_after_s, ..AlarmLimits::default() };
    for (index, clock) in clocks.items.iter().enumerate() {
        let wrong = || {
            let field = format!("clocks[{index}].after_s");
            SiagaError::invalid(
                &field,
                "Empat batas, untuk prioritas 1 sampai 4.",
                "Four limits, for priorities 1 to 4.",
            )
        };
        let kind = AlarmKind::ALL.into_iter().find(|kind| alarm_view::kind(*kind) == clock.kind()).ok_or_else(wrong)?;
        let after_s: [u32; 4] = clock.after_s.clone().try_into().map_err(|_| wrong())?;
        if limits.after_s.insert(kind, after_s).is_some() {
            return Err(wrong());
        }
    }
    Ok(limits)
}

/// A section for the contract. Borders and places are not edited by it.
pub(crate) fn content(part: &CatalogPart) -> Option<v1::CatalogContent> {
    let content = match part {
        CatalogPart::Agencies(list) => {
            let item = |one: &Agency| v1::CatalogAgency {
                code: one.code.clone(),
                name_id: one.name_id.clone(),
                name_en: one.name_en.clone(),
                kind: one.kind.clone(),
            };
            Content::Agencies(v1::CatalogAgencies { items: list.iter().map(item).collect() })
        }
        CatalogPart::Types(list) => {
            let item = |one: &IncidentType| v1::IncidentType {
                code: one.code.clone(),
                name_id: one.name_id.clone(),
                name_en: one.name_en.clone(),
                category: one.category.clone(),
                default_priority: u32::from(one.default_priority),
                lead_agencies: one.lead_agencies.clone(),
                support_agencies: one.support_agencies.clone(),
                sensitive: one.sensitive,
            };
            Content::Types(v1::CatalogTypes { items: list.iter().map(item).collect() })
        }
        CatalogPart::Contacts(list) => {
            let item = |one: &DutyContact| v1::CatalogContact {
                agency_code: one.agency.clone(),
                from_hour: u32::from(one.from_hour),
                to_hour: u32::from(one.to_hour),
                label: one.label.clone(),
                channel: convert::channel(one.channel).into(),
                number: one.number.clone(),
            };
            Content::Contacts(v1::CatalogContacts { items: list.iter().map(item).collect() })
        }
        CatalogPart::Outcomes(list) => {
            let item = |one: &OutcomeKind| v1::Outcome {
                code: one.code.clone(),
                name_id: one.name_id.clone(),
                name_en: one.name_en.clone(),
            };
            Content::Outcomes(v1::CatalogOutcomes { items: list.iter().map(item).collect() })
        }
        CatalogPart::Letterhead(head) => Content::Letterhead(v1::CatalogLetterhead {
            lines: head.lines.clone(),
            contacts: head.contacts.clone(),
            legal_basis: head.legal_basis.clone(),
            city_name: head.city_name.clone(),
            brand: head.brand.clone(),
            map_credits: head.map_credits.clone(),
        }),
        CatalogPart::Clocks(limits) => {
            let item = |(kind, after_s): (&AlarmKind, &[u32; 4])| v1::CatalogClock {
                kind: alarm_view::kind(*kind).into(),
                after_s: after_s.to_vec(),
            };
            let items = limits.after_s.iter().map(item).collect();
            Content::Clocks(v1::CatalogClocks { items, escalate_after_s: limits.escalate_after_s })
        }
        CatalogPart::Areas(_) | CatalogPart::Places(_) => return None,
    };
    Some(v1::CatalogContent { content: Some(content) })
}

/// The clocks that are in force while nobody has edited them, written out in full.
pub(crate) fn configured_clocks(config: &CoreConfig) -> CatalogPart {
    let waiting = AlarmKind::ALL.into_iter().filter(|kind| AlarmLimits::default_s(*kind) != [0; 4]);
    let after_s = |kind: AlarmKind| {
        let configured = config.alarms.after_s.get(&kind).copied();
        configured.unwrap_or_else(|| AlarmLimits::default_s(kind))
    };
    CatalogPart::Clocks(AlarmLimits {
        after_s: waiting.map(|kind| (kind, after_s(kind))).collect(),
        escalate_after_s: config.alarms.escalate_after_s,
    })
}

/// The event that made a version of a section.
///
/// # Errors
/// SIAGA-1002 when there is no such version, SIAGA-1901 when it cannot be read.
pub(crate) async fn event_of(store: &dyn Store, key: &StreamKey, version: u64) -> Result<CatalogEvent, SiagaError> {
    let missing = || SiagaError::not_found("Versi itu", "That version");
    let after = version.checked_sub(1).ok_or_else(missing)?;
    let row = store.events_of_stream(key, after, 1).await.map_err(store_error)?.into_iter().next();
    let row = row.ok_or_else(missing)?;
    from_log(&row.event_type, &row.data)
}

/// The section that an event left.
pub(crate) fn part_of(event: CatalogEvent) -> CatalogPart {
    let (CatalogEvent::Imported { part, .. } | CatalogEvent::Edited { part, .. } | CatalogEvent::Restored { part, .. }) =
        event;
    part
}

/// A version as it stands in the list.
///
/// # Errors
/// SIAGA-1900 when the row is not understood.
pub(crate) fn version_view(row: &EventRow) -> Result<v1::CatalogVersion, SiagaError> {
    let meta = history::meta(row)?;
    let (how, note, restored_version, part) = match from_log(&row.event_type, &row.data)? {
        CatalogEvent::Imported { part, source } => ("imported", source, 0, part),
        CatalogEvent::Edited { part, note } => ("edited", note, 0, part),
        CatalogEvent::Restored { part, version, note } => ("restored", note, version, part),
    };
    Ok(v1::CatalogVersion {
        version: row.version,
        at: Some(convert::timestamp(row.recorded_at)),
        by: Some(common::actor(&meta.actor)),
        how: how.into(),
        note,
        restored_version,
        items: u32::try_from(part.items()).unwrap_or(u32::MAX),
    })
}
