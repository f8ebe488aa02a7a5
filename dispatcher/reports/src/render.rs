//! From a report to the bytes of a PDF file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use siaga_domain::Timestamp;
use siaga_domain::report::activity::ActivityReport;
use siaga_domain::report::{IncidentReport, ReportError, ReportLanguage, ReportRenderer};
use time::OffsetDateTime;
use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::activity::ActivityView;
use crate::view::View;
use crate::world::{Base, ReportWorld, Template};

/// Documents that may wait for their turn, the one being set included.
const WAITING_MAX: usize = 8;

/// Renders reports with typst. One is set at a time, because setting one uses every core it gets
/// and calls come first; a few more wait, and further ones are refused as busy.
pub struct TypstReportRenderer {
    base: Base,
    turn: Mutex<()>,
    waiting: AtomicUsize,
}

/// One place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, ReportError> {
        let place = Self(waiting);
        // Dropping `place` gives back what was just counted, also when refused.
        if waiting.fetch_add(1, Ordering::AcqRel) >= WAITING_MAX {
            return Err(ReportError::Busy);
        }
        Ok(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Default for TypstReportRenderer {
    fn default() -> Self {
        Self::new()
    }
}

impl TypstReportRenderer {
    /// Reads the embedded fonts and the template; takes some tens of milliseconds, so make one and
    /// keep it.
    #[must_use]
    pub fn new() -> Self {
        Self { base: Base::new(), turn: Mutex::new(()), waiting: AtomicUsize::new(0) }
    }

    /// Lays the document out; the tests look at its pages.
    pub(crate) fn layout(&self, template: Template, view: &impl Serialize) -> Result<PagedDocument, ReportError> {
        let data = serde_json::to_vec(view).map_err(|error| ReportError::Failed(error.to_string()))?;
        let world = ReportWorld::new(&self.base, template, data);
        typst::compile::<PagedDocument>(&world).output.map_err(|diagnostics| failed(&diagnostics))
    }

    pub(crate) fn view(&self, report: &IncidentReport, language: ReportLanguage) -> View {
        View::new(report, language, &self.base)
    }

    pub(crate) fn activity_view(&self, report: &ActivityReport, language: ReportLanguage) -> ActivityView {
        ActivityView::new(report, language, &self.base)
    }

    /// Fills the queue, for the test of a full one.
    #[cfg(test)]
    pub(crate) fn take_all_places(&self) -> Vec<impl Sized> {
        (0..WAITING_MAX).map(|_| Place::take(&self.waiting).expect("the queue was empty")).collect()
    }

    fn render_now(&self, report: &IncidentReport, language: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        let view = self.view(report, language);
        let ident = format!("{}/{}/{}", view.document_title(), report.revision, report.printed_at.unix_ms());
        file(&self.layout(Template::Incident, &view)?, ident, report.printed_at)
    }

    fn render_activity_now(&self, report: &ActivityReport, language: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        let view = self.activity_view(report, language);
        let ident = format!("{}/{}", view.document_title(), report.printed_at.unix_ms());
        file(&self.layout(Template::Activity, &view)?, ident, report.printed_at)
    }

    /// One document at a time, forgotten afterwards.
    fn in_turn(&self, job: impl FnOnce() -> Result<Vec<u8>, ReportError>) -> Result<Vec<u8>, ReportError> {
        let _place = Place::take(&self.waiting)?;
        // The lock guards no data, so a panic under it leaves nothing broken.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = catch_unwind(AssertUnwindSafe(job));
        // typst keeps what it computed for the next run, which here is another person's case:
        // forget it all, so that memory stays bounded and erased data do not live on in it.
        typst::comemo::evict(0);
        outcome.unwrap_or_else(|_| Err(ReportError::Failed("the typesetter panicked".to_owned())))
    }
}

/// The bytes of a laid-out document. The same copy gets the same identifier; only a hash of it is in the file.
fn file(document: &PagedDocument, ident: String, printed_at: Timestamp) -> Result<Vec<u8>, ReportError> {
    let mut options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Siaga".to_owned())),
        timestamp: pdf_timestamp(printed_at),
        standards: archival()?,
        ..PdfOptions::default()
    };
    // A case must have its report: what the archive's rules refuse (they are strict about
    // single glyphs) still comes out as an ordinary tagged PDF.
    typst_pdf::pdf(document, &options).or_else(|_| {
        options.standards = PdfStandards::default();
        typst_pdf::pdf(document, &options).map_err(|diagnostics| failed(&diagnostics))
    })
}

impl ReportRenderer for TypstReportRenderer {
    fn render(&self, report: &IncidentReport, language: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        self.in_turn(|| self.render_now(report, language))
    }

    fn render_activity(&self, report: &ActivityReport, language: ReportLanguage) -> Result<Vec<u8>, ReportError> {
        self.in_turn(|| self.render_activity_now(report, language))
    }
}

/// PDF/A-2a: for archives, and tagged for screen readers.
fn archival() -> Result<PdfStandards, ReportError> {
    PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| ReportError::Failed(error.message().to_string()))
}

/// The time of printing in WIB, for the file's metadata.
fn pdf_timestamp(at: Timestamp) -> Option<typst_pdf::Timestamp> {
    const WIB_OFFSET_MINUTES: i32 = 7 * 60;
    let seconds = at.unix_ms().div_euclid(1000) + i64::from(WIB_OFFSET_MINUTES) * 60;
    let local = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let (hour, minute, second) = local.to_hms();
    let month = u8::from(local.month());
    let datetime = Datetime::from_ymd_hms(local.year(), month, local.day(), hour, minute, second)?;
    typst_pdf::Timestamp::new_local(datetime, WIB_OFFSET_MINUTES)
}

/// For the log: what typst said. Its messages name the template's places, not the report's texts.
fn failed(diagnostics: &EcoVec<SourceDiagnostic>) -> ReportError {
    let messages: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    ReportError::Failed(messages.join("; "))
}
