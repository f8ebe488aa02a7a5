//! The data of the cities that come with the binary, parsed by the same importers as a city's own files.
//!
//! Sources and licences, and what is invented: `cities/singkawang/SOURCES.md`.

use std::collections::BTreeSet;

use siaga_domain::catalog::CatalogPart;

use crate::import::{self, AccountRecord, Refused, Source, UnitRecord};

macro_rules! embedded {
    ($name:literal) => {
        Source { name: $name, bytes: include_bytes!(concat!("../cities/singkawang/", $name)) }
    };
}

/// What a city's catalog starts with. Nothing of it is invented.
pub struct City {
    /// Areas, agencies, types with plans, outcomes, places and letterhead.
    pub catalog: Vec<CatalogPart>,
    /// Codes of its agencies, which units and contacts refer to.
    agencies: BTreeSet<String>,
}

/// Units, contacts and accounts for demonstrations and drills, all invented.
pub struct Demo {
    /// At least two for each agency that responds.
    pub units: Vec<UnitRecord>,
    /// Duty contacts by hour.
    pub contacts: CatalogPart,
    /// Accounts of every role, with public passwords.
    pub accounts: Vec<AccountRecord>,
}

/// Singkawang.
///
/// # Errors
/// Only when the embedded files are broken, which a test would have found.
pub fn singkawang() -> Result<City, Refused> {
    let agencies = import::agencies(embedded!("agencies.csv"))?;
    let codes: BTreeSet<String> = agencies.iter().map(|agency| agency.code.clone()).collect();
    let areas = import::areas(&[
        embedded!("kota.geojson"),
        embedded!("kecamatan.geojson"),
        embedded!("kelurahan.geojson"),
        embedded!("neighbours.geojson"),
    ])?;
    let mut places = import::streets(embedded!("streets.csv"))?;
    places.extend(import::places(embedded!("pois.geojson"))?);
    let catalog = vec![
        CatalogPart::Areas(areas),
        CatalogPart::Agencies(agencies),
        CatalogPart::Types(import::types(embedded!("incident-types.csv"), &codes)?),
        CatalogPart::Outcomes(import::outcomes(embedded!("outcomes.csv"))?),
        CatalogPart::Places(places),
        CatalogPart::Letterhead(import::letterhead(embedded!("letterhead.toml"))?),
    ];
    Ok(City { catalog, agencies: codes })
}

impl City {
    /// The invented part of the city.
    ///
    /// # Errors
    /// Only when the embedded files are broken, which a test would have found.
    pub fn demo(&self) -> Result<Demo, Refused> {
        let units = import::units(embedded!("units.csv"), &self.agencies)?;
        let call_signs: BTreeSet<String> = units.iter().map(|unit| unit.code.clone()).collect();
        let contacts = CatalogPart::Contacts(import::contacts(embedded!("contacts.csv"), &self.agencies)?);
        let accounts = import::accounts(embedded!("accounts.csv"), &self.agencies, &call_signs)?;
        Ok(Demo { units, contacts, accounts })
    }
}

#[cfg(test)]
mod tests {
    use siaga_domain::Role;
    use siaga_domain::catalog::AreaLevel;

    use super::*;

    #[test]
    fn singkawang_is_whole() {
        let city = singkawang().unwrap_or_else(|refused| panic!("{refused}"));
        for part in &city.catalog {
            match part {
                CatalogPart::Areas(areas) => {
                    let count = |level| areas.iter().filter(|area| area.level == level).count();
                    assert_eq!(count(AreaLevel::Kota), 1);
                    assert_eq!(count(AreaLevel::Kecamatan), 5);
                    assert_eq!(count(AreaLevel::Kelurahan), 26);
                    assert_eq!(count(AreaLevel::Neighbour), 2);
                    let roban = areas.iter().find(|area| area.name == "Roban").unwrap();
                    assert_eq!(roban.kecamatan_name, "Singkawang Tengah");
                }
                CatalogPart::Types(types) => {
                    assert_eq!(types.len(), 46);
                    let fire = types.iter().find(|kind| kind.code == "kebakaran-bangunan").unwrap();
                    assert_eq!(fire.lead_agencies, ["damkar"]);
                    assert_eq!(fire.support_agencies.len(), 8);
                    assert!(types.iter().any(|kind| kind.sensitive));
                }
                CatalogPart::Outcomes(outcomes) => assert_eq!(outcomes.len(), 6),
                CatalogPart::Places(places) => assert!(places.len() > 200),
                CatalogPart::Agencies(agencies) => assert_eq!(agencies.len(), 23),
                CatalogPart::Letterhead(letterhead) => assert_eq!(letterhead.lines[0], "PEMERINTAH KOTA SINGKAWANG"),
                CatalogPart::Contacts(_) => panic!("contacts are invented and belong to the demo"),
                CatalogPart::Clocks(_) => panic!("clocks come from the configuration until somebody sets them"),
            }
        }
    }

    #[test]
    fn the_demo_has_units_contacts_and_accounts_for_everyone() {
        let city = singkawang().unwrap();
        let demo = city.demo().unwrap_or_else(|refused| panic!("{refused}"));
        let CatalogPart::Contacts(contacts) = &demo.contacts else { panic!("contacts") };
        for agency in &city.agencies {
            let on_duty = |hour| contacts.iter().any(|contact| contact.agency == *agency && contact.covers(hour));
            assert!((0..24).all(on_duty), "{agency} can be called at any hour");
            // A neighbouring centre sends its own units.
            if !agency.ends_with("-112") {
                assert!(demo.units.iter().filter(|unit| unit.agency == *agency).count() >= 2, "{agency} has two units");
                let dispatches = |account: &AccountRecord| account.agency.as_ref() == Some(agency);
                assert!(demo.accounts.iter().any(dispatches), "{agency} has an account");
            }
        }
        let count = |role| demo.accounts.iter().filter(|account| account.role == role).count();
        assert_eq!(count(Role::Operator), 4);
        for role in [Role::Supervisor, Role::FieldUnit, Role::HubAnalyst, Role::Administrator] {
            assert!(count(role) >= 1, "{role:?}");
        }
    }

    #[test]
    fn invented_numbers_are_in_blocks_that_nobody_has() {
        let CatalogPart::Contacts(contacts) = singkawang().unwrap().demo().unwrap().contacts else {
            panic!("contacts")
        };
        assert!(contacts.iter().all(|contact| contact.number.contains("0000")));
    }
}
