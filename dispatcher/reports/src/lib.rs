//! Draws the *Laporan Penanganan Kejadian Darurat* as a PDF, offline, with embedded fonts.
//!
//! A report becomes strings (`view`), the strings become JSON, and the template reads the JSON as
//! data. No text of a report is ever part of the template's source, so none can change it.

mod activity;
mod facts;
mod format;
mod marks;
mod render;
mod text;
mod texts;
mod view;
mod world;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use render::TypstReportRenderer;
