//! The file as it is written, with the place of every value.

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScenario {
    #[serde(default)]
    pub(super) call: Vec<Spanned<RawCall>>,
    #[serde(default)]
    pub(super) agency: Vec<Spanned<RawAgency>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCall {
    pub(super) at: Spanned<String>,
    pub(super) phone: Option<Spanned<String>>,
    pub(super) narrative: Option<Spanned<String>>,
    pub(super) place: Option<Spanned<RawPlace>>,
    pub(super) disposition: Option<Spanned<String>>,
    #[serde(rename = "type")]
    pub(super) type_code: Option<Spanned<String>>,
    pub(super) priority: Option<Spanned<i64>>,
    pub(super) dispatch: Option<Spanned<Vec<String>>>,
    pub(super) same_as: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlace {
    pub(super) text: Option<String>,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAgency {
    pub(super) code: Spanned<String>,
    pub(super) calls: Option<Spanned<Vec<i64>>>,
    pub(super) acknowledge_after: Option<Spanned<String>>,
    pub(super) decline: Option<Spanned<String>>,
    pub(super) units: Option<Spanned<RawUnits>>,
    pub(super) en_route_after: Option<Spanned<String>>,
    pub(super) on_scene_after: Option<Spanned<String>>,
    pub(super) completed_after: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a number of units or a list of their codes")]
pub(super) enum RawUnits {
    Count(i64),
    Codes(Vec<String>),
}
