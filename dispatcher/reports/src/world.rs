//! The closed world that a document is set in: the template, the data, the embedded fonts. It has
//! no files, network, packages or clock, so a template could not reach any.

use std::collections::HashSet;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;

use crate::text::Glyphs;

/// What all documents share: built once, since fonts take a while to read.
pub(crate) struct Base {
    library: LazyHash<Library>,
    fonts: FontStore,
    glyphs: HashSet<u32>,
    /// The fonts of each family that the template names: regular, bold, italic.
    families: Vec<Vec<FontInfo>>,
    sources: Vec<Source>,
}

/// Which document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Template {
    /// The report of a case.
    Incident,
    /// The report of a day, week or month.
    Activity,
}

impl Template {
    fn file(self) -> FileId {
        match self {
            Self::Incident => file_id("report.typ"),
            Self::Activity => file_id("activity.typ"),
        }
    }
}

/// The files of the templates, which are all that they can read beside the data.
const SOURCES: [(&str, &str); 4] = [
    ("report.typ", include_str!("../template/report.typ")),
    ("activity.typ", include_str!("../template/activity.typ")),
    ("parts.typ", include_str!("../template/parts.typ")),
    ("charts.typ", include_str!("../template/charts.typ")),
];

/// The families that the template names, in lower case as the font book wants them.
const FAMILIES: [&str; 2] = ["libertinus serif", "dejavu sans mono"];

/// The only file that differs from document to document.
static DATA: LazyLock<FileId> = LazyLock::new(|| file_id("report.json"));

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the template's file names are valid paths");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl Base {
    pub(crate) fn new() -> Self {
        let mut fonts = FontStore::new();
        fonts.extend(typst_kit::fonts::embedded());
        let book = fonts.book();
        let glyphs = (0..).map_while(|index| book.info(index)).flat_map(|font| font.coverage.iter()).collect();
        let families = FAMILIES
            .iter()
            .map(|family| book.select_family(family).filter_map(|index| book.info(index)).cloned().collect())
            .collect();
        Self {
            library: LazyHash::new(Library::default()),
            fonts,
            glyphs,
            families,
            sources: SOURCES.map(|(name, text)| Source::new(file_id(name), text.to_owned())).into(),
        }
    }
}

impl Glyphs for Base {
    fn has(&self, character: char) -> bool {
        self.glyphs.contains(&u32::from(character))
    }

    fn has_together(&self, cluster: &[char]) -> bool {
        let all_in = |family: &Vec<FontInfo>| {
            let covers = |font: &FontInfo, character: &char| font.coverage.contains(u32::from(*character));
            cluster.iter().all(|character| family.iter().all(|font| covers(font, character)))
        };
        cluster.len() > 1 && self.families.iter().any(all_in)
    }
}

/// The world of one document.
pub(crate) struct ReportWorld<'a> {
    base: &'a Base,
    template: Template,
    data: Bytes,
}

impl<'a> ReportWorld<'a> {
    /// `data` is the view as JSON.
    pub(crate) fn new(base: &'a Base, template: Template, data: Vec<u8>) -> Self {
        Self { base, template, data: Bytes::new(data) }
    }
}

impl World for ReportWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.base.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.base.fonts.book()
    }

    fn main(&self) -> FileId {
        self.template.file()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.base.sources.iter().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == *DATA {
            Ok(self.data.clone())
        } else {
            self.source(id).map(|source| Bytes::from_string(source.text().to_owned()))
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.base.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        // The document's date is data; a clock here would make two copies differ.
        None
    }
}
