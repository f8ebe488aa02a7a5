//! Registers the units of agencies, or brings their fixed data up to date.

use crate::{command::Internal, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    unit::{Unit, UnitEvent},
};

/// A unit as an import names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitSeed {
    /// Call sign; its id is made from it.
    pub code: String,
    /// Agency code.
    pub agency: String,
    /// What it is.
    pub kind: String,
    /// May serve several incidents at once.
    pub shareable: bool,
    /// Posts of the crew.
    pub crew: Vec<String>,
    /// What it carries.
    pub equipment: Vec<String>,
}

/// Units to register.
pub struct RegisterUnits(pub Vec<UnitSeed>);

#[async_trait]
impl Internal for RegisterUnits {
    fn name(&self) -> &'static str {
        "RegisterUnits"
    }

    /// A unit that is known with the same data stays as it is.
    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        for seed in &self.0 {
            work.city.agency(&seed.agency)?;
            let unit_id = Unit::id_of(&seed.code);
            let same = work.find::<Unit>(unit_id).await?.is_some_and(|unit| {
                unit.agency == seed.agency
                    && unit.kind == seed.kind
                    && unit.shareable == seed.shareable
                    && unit.crew == seed.crew
                    && unit.equipment == seed.equipment
            });
            if same {
                continue;
            }
            let registered = UnitEvent::Registered {
                code: seed.code.clone(),
                agency: seed.agency.clone(),
                kind: seed.kind.clone(),
                shareable: seed.shareable,
                crew: seed.crew.clone(),
                equipment: seed.equipment.clone(),
            };
            work.emit::<Unit>(unit_id, registered, &meta).await?;
        }
        Ok(Vec::new())
    }
}
