//! `siaga import`: a city's own data, each file taken whole or refused with row and column; also beside a running
//! server, which takes it over within seconds.

mod changes;
mod in_use;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use siaga_core::setup::{ImportCatalog, RegisterUnits, UnitSeed};
use siaga_domain::catalog::{CatalogPart, IncidentType, Letterhead};
use siaga_domain::unit::Unit;
use siaga_store::MAX_TEXT_BYTES;

use super::Failure;
use super::options::ConfigOptions;
use crate::import::{self, Source, UnitRecord};
use crate::tools::Tools;
use changes::Changes;

/// More of a file is not read into memory; the importers refuse far smaller ones.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Agencies, private brigades and neighbouring centres, CSV: code,name_id,name_en,kind
    Agencies(OneFile),
    /// The city, its kecamatan and kelurahan, and its neighbours, GeoJSON; all files together are the whole
    Areas(Files),
    /// Incident types, CSV: code,name_id,name_en,category,default_priority,lead_agencies,support_agencies,sensitive
    Types(OneFile),
    /// Response plans of all types, CSV: type,agency,role
    Plans(OneFile),
    /// Units of the agencies, CSV: code,agency,kind,shareable,crew,equipment
    Units(OneFile),
    /// Whom to call at an agency by hour, CSV: agency,from_hour,to_hour,label,channel,number
    Contacts(OneFile),
    /// Ways a case can end, CSV: code,name_id,name_en
    Outcomes(OneFile),
    /// Letterhead of the reports and the names of city and service, TOML: lines, contacts, legal_basis, city_name, brand
    Letterhead(OneFile),
    /// Streets (CSV) and named places (GeoJSON points) for finding an address; all files together are the whole
    Places(Files),
}

#[derive(Debug, Args)]
pub(super) struct OneFile {
    /// File to take
    file: PathBuf,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Args)]
pub(super) struct Files {
    /// Files to take, together
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    options: ConfigOptions,
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    for line in import(command).await? {
        println!("{line}");
    }
    Ok(())
}

/// Takes the files; returns what changed and what to look at, line by line.
async fn import(command: Command) -> Result<Vec<String>, Failure> {
    match command {
        Command::Agencies(one) => Open::one(one).await?.agencies().await,
        Command::Areas(files) => Open::files(files).await?.areas().await,
        Command::Types(one) => Open::one(one).await?.types().await,
        Command::Plans(one) => Open::one(one).await?.plans().await,
        Command::Units(one) => Open::one(one).await?.units().await,
        Command::Contacts(one) => Open::one(one).await?.contacts().await,
        Command::Outcomes(one) => Open::one(one).await?.outcomes().await,
        Command::Letterhead(one) => Open::one(one).await?.letterhead().await,
        Command::Places(files) => Open::files(files).await?.places().await,
    }
}

/// Files that were read, and the installation that they are for.
struct Open {
    tools: Tools,
    files: Vec<(String, Vec<u8>)>,
}

impl Open {
    async fn one(OneFile { file, options }: OneFile) -> Result<Self, Failure> {
        Self::files(Files { files: vec![file], options }).await
    }

    async fn files(Files { files, options }: Files) -> Result<Self, Failure> {
        let config = options.load()?;
        let files = files.iter().map(|path| Ok((path.display().to_string(), read(path)?)));
        let files = files.collect::<Result<_, Failure>>()?;
        Ok(Self { tools: Tools::open_existing(&config).await?, files })
    }

    fn sources(&self) -> Vec<Source<'_>> {
        self.files.iter().map(|(name, bytes)| Source { name, bytes }).collect()
    }

    fn source(&self) -> Source<'_> {
        self.sources()[0]
    }

    /// Codes of the agencies that other files refer to.
    fn agency_codes(&self) -> Result<BTreeSet<String>, Failure> {
        let codes: BTreeSet<String> = self.tools.context.city().agencies.keys().cloned().collect();
        if codes.is_empty() {
            let advice = "run `siaga import agencies FILE` first; nothing was imported";
            return Err(Failure::failed("this installation has no agencies that the file could refer to", advice));
        }
        Ok(codes)
    }

    async fn types_now(&self) -> Result<Vec<IncidentType>, Failure> {
        match self.tools.catalog("types").await? {
            Some(CatalogPart::Types(types)) => Ok(types),
            _ => Ok(Vec::new()),
        }
    }

    /// Records one kind of the catalog, unless it is as before.
    async fn take(&self, part: CatalogPart, changes: &Changes, warnings: Vec<String>) -> Result<Vec<String>, Failure> {
        let kind = part.stream_id();
        let source = self.files.iter().map(|(name, _)| file_name(name)).collect::<Vec<_>>().join(", ");
        let bytes = serde_json::to_vec(&part).map_or(0, |json| json.len());
        if bytes > MAX_TEXT_BYTES {
            return Err(Failure::Refused(format!(
                "{source}: comes to {bytes} bytes; at most {MAX_TEXT_BYTES} are kept as one import\n  nothing was imported; \
                 simplify borders or leave out what is not needed"
            )));
        }
        self.tools.run(ImportCatalog { part, source: source.clone() }).await?;
        let mut lines = vec![changes.line(kind, &source)];
        lines.extend(changes.gone());
        lines.extend(warnings.into_iter().map(|warning| format!("warning: {warning}")));
        Ok(lines)
    }

    async fn agencies(self) -> Result<Vec<String>, Failure> {
        let agencies = import::agencies(self.source())?;
        let before = match self.tools.catalog("agencies").await? {
            Some(CatalogPart::Agencies(before)) => before,
            _ => Vec::new(),
        };
        let changes = Changes::between(&before, &agencies, |agency| agency.code.clone());
        let warnings = in_use::agencies_gone(&self.tools, &self.types_now().await?, &changes.removed).await?;
        self.take(CatalogPart::Agencies(agencies), &changes, warnings).await
    }

    async fn areas(self) -> Result<Vec<String>, Failure> {
        let areas = import::areas(&self.sources())?;
        let before = match self.tools.catalog("areas").await? {
            Some(CatalogPart::Areas(before)) => before,
            _ => Vec::new(),
        };
        let changes = Changes::between(&before, &areas, |area| area.code.clone());
        let warnings = in_use::areas_gone(&self.tools, &changes.removed).await?;
        self.take(CatalogPart::Areas(areas), &changes, warnings).await
    }

    async fn types(self) -> Result<Vec<String>, Failure> {
        let types = import::types(self.source(), &self.agency_codes()?)?;
        self.take_types(types).await
    }

    async fn plans(self) -> Result<Vec<String>, Failure> {
        let now = self.types_now().await?;
        if now.is_empty() {
            let advice = "run `siaga import types FILE` first; nothing was imported";
            return Err(Failure::failed("this installation has no incident types to plan for", advice));
        }
        let types = import::plans(self.source(), &now, &self.agency_codes()?)?;
        self.take_types(types).await
    }

    async fn take_types(self, types: Vec<IncidentType>) -> Result<Vec<String>, Failure> {
        let changes = Changes::between(&self.types_now().await?, &types, |kind| kind.code.clone());
        let warnings = in_use::types_gone(&self.tools, &changes.removed).await?;
        self.take(CatalogPart::Types(types), &changes, warnings).await
    }

    async fn contacts(self) -> Result<Vec<String>, Failure> {
        let agencies = self.agency_codes()?;
        let contacts = import::contacts(self.source(), &agencies)?;
        let before = match self.tools.catalog("contacts").await? {
            Some(CatalogPart::Contacts(before)) => before,
            _ => Vec::new(),
        };
        let changes = Changes::between(&before, &contacts, |contact| {
            format!("{} {}-{} {}", contact.agency, contact.from_hour, contact.to_hour, contact.label)
        });
        let warnings = in_use::hours_without_contact(&agencies, &contacts);
        self.take(CatalogPart::Contacts(contacts), &changes, warnings).await
    }

    async fn outcomes(self) -> Result<Vec<String>, Failure> {
        let outcomes = import::outcomes(self.source())?;
        let before = match self.tools.catalog("outcomes").await? {
            Some(CatalogPart::Outcomes(before)) => before,
            _ => Vec::new(),
        };
        let changes = Changes::between(&before, &outcomes, |outcome| outcome.code.clone());
        self.take(CatalogPart::Outcomes(outcomes), &changes, Vec::new()).await
    }

    async fn letterhead(self) -> Result<Vec<String>, Failure> {
        let head = import::letterhead(self.source())?;
        let before = match self.tools.catalog("letterhead").await? {
            Some(CatalogPart::Letterhead(before)) => fields(&before),
            _ => Vec::new(),
        };
        let changes = Changes::between(&before, &fields(&head), |(field, _)| (*field).to_owned());
        self.take(CatalogPart::Letterhead(head), &changes, Vec::new()).await
    }

    async fn places(self) -> Result<Vec<String>, Failure> {
        let mut places = Vec::new();
        for source in self.sources() {
            let is_table =
                Path::new(source.name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
            places.extend(if is_table { import::streets(source)? } else { import::places(source)? });
        }
        let before = match self.tools.catalog("places").await? {
            Some(CatalogPart::Places(before)) => before,
            _ => Vec::new(),
        };
        let changes = Changes::between(&before, &places, |place| {
            format!("{} {} {},{}", place.kind, place.name, place.point.0, place.point.1)
        });
        self.take(CatalogPart::Places(places), &changes, Vec::new()).await
    }

    /// Units are history of their own: one that is no longer in the file stays, until it is taken out of service.
    async fn units(self) -> Result<Vec<String>, Failure> {
        let seeds: Vec<UnitSeed> = import::units(self.source(), &self.agency_codes()?)?.into_iter().map(seed).collect();
        let now = self.tools.list::<Unit>(false).await?;
        let before: Vec<UnitSeed> = now.iter().map(seed_of).collect();
        let mut changes = Changes::between(&before, &seeds, |unit| unit.code.clone());
        let absent = std::mem::take(&mut changes.removed);
        let mut warnings = in_use::units_moved(&now, &seeds);
        warnings.extend(in_use::call_signs_alike(&now, &seeds));
        if !absent.is_empty() {
            warnings.push(format!(
                "{} units are not in the file and stay as they are ({}); take them out of service where they are gone",
                absent.len(),
                changes::named(&absent)
            ));
        }
        self.tools.run(RegisterUnits(seeds)).await?;
        let mut lines = vec![changes.line("units", file_name(&self.files[0].0))];
        lines.extend(warnings.into_iter().map(|warning| format!("warning: {warning}")));
        Ok(lines)
    }
}

/// A letterhead field by field, to say what an import changes.
fn fields(head: &Letterhead) -> Vec<(&'static str, Vec<String>)> {
    vec![
        ("lines", head.lines.clone()),
        ("contacts", head.contacts.clone()),
        ("legal_basis", head.legal_basis.clone()),
        ("city_name", vec![head.city_name.clone()]),
        ("brand", vec![head.brand.clone()]),
    ]
}

fn seed(unit: UnitRecord) -> UnitSeed {
    let UnitRecord { code, agency, kind, shareable, crew, equipment } = unit;
    UnitSeed { code, agency, kind, shareable, crew, equipment }
}

fn seed_of(unit: &Unit) -> UnitSeed {
    UnitSeed {
        code: unit.code.clone(),
        agency: unit.agency.clone(),
        kind: unit.kind.clone(),
        shareable: unit.shareable,
        crew: unit.crew.clone(),
        equipment: unit.equipment.clone(),
    }
}

/// The log keeps the file's name, not where it lay on somebody's machine.
fn file_name(name: &str) -> &str {
    Path::new(name).file_name().and_then(|name| name.to_str()).unwrap_or(name)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path);
    file.and_then(|file| file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)).map_err(|error| {
        Failure::failed(
            format!("{} cannot be read: {error}", path.display()),
            "name a file that exists and that you may read; nothing was imported",
        )
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
