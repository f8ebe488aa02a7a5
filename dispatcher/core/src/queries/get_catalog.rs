//! GetCatalog: agencies with who is on duty, types with their plans, outcomes, kelurahan.

use crate::{Core, access::Caller, city::City, convert, views::presence::Online};
use siaga_domain::{SiagaError, catalog};
use siaga_proto::v1;

/// The city's data as of now.
///
/// # Errors
/// SIAGA-1901 when presence cannot be read.
pub(crate) async fn get_catalog(
    core: &Core,
    who: &Caller,
    _: v1::GetCatalogRequest,
) -> Result<v1::GetCatalogResponse, SiagaError> {
    let context = &core.context;
    let city = context.city();
    let online = Online::now(context).await?;
    let (now, offset) = (context.now(), context.config.utc_offset_minutes);
    let agency = |agency: &catalog::Agency| v1::Agency {
        code: agency.code.clone(),
        name_id: agency.name_id.clone(),
        name_en: agency.name_en.clone(),
        kind: agency.kind.clone(),
        online: online.agencies.contains(&agency.code),
        // Telephone numbers of posts are for those who call them.
        duty_contact: who.is_centre().then(|| city.duty_contact(&agency.code, now, offset)).flatten().map(|contact| {
            v1::DutyContactView {
                label: contact.label.clone(),
                channel: convert::channel(contact.channel).into(),
                number: contact.number.clone(),
            }
        }),
    };
    Ok(v1::GetCatalogResponse {
        city_name: city.letterhead.city_name.clone(),
        number_prefix: context.config.number_prefix.clone(),
        agencies: city.agencies.values().map(agency).collect(),
        types: city.types.values().map(incident_type).collect(),
        outcomes: outcomes(&city),
        kelurahan: city.kelurahan.iter().map(area).collect(),
        position: city.position,
    })
}

fn incident_type(kind: &catalog::IncidentType) -> v1::IncidentType {
    v1::IncidentType {
        code: kind.code.clone(),
        name_id: kind.name_id.clone(),
        name_en: kind.name_en.clone(),
        category: kind.category.clone(),
        default_priority: u32::from(kind.default_priority),
        lead_agencies: kind.lead_agencies.clone(),
        support_agencies: kind.support_agencies.clone(),
        sensitive: kind.sensitive,
    }
}

fn outcomes(city: &City) -> Vec<v1::Outcome> {
    let outcome = |outcome: &catalog::OutcomeKind| v1::Outcome {
        code: outcome.code.clone(),
        name_id: outcome.name_id.clone(),
        name_en: outcome.name_en.clone(),
    };
    city.outcomes.iter().map(outcome).collect()
}

fn area(area: &catalog::Area) -> v1::Area {
    v1::Area {
        code: area.code.clone(),
        name: area.name.clone(),
        kecamatan_name: area.kecamatan_name.clone(),
        kecamatan_code: area.kecamatan_code.clone(),
        label_point: Some(v1::Point { latitude: area.label_point.0, longitude: area.label_point.1, accuracy_m: 0.0 }),
    }
}
