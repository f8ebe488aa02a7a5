//! Where units were: what is left of their telemetry, and where they reported a status from.

use super::Scope;
use crate::{
    context::{Context, store_error},
    convert,
};
use siaga_domain::{SiagaError, Timestamp};
use siaga_proto::v1;
use siaga_store::UnitPosition;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Positions read at once.
const PAGE: u32 = 5_000;
/// Points of all units in one replay, about.
const POINTS_MAX: i64 = 20_000;
/// Points of a unit are at least this far apart, in ms.
const APART_MS: i64 = 10_000;
/// Where a unit was at the beginning is looked for so far back, in ms: an hour.
const BEFORE_MS: i64 = 3_600_000;

/// The tracks of these units, with some points more.
pub(super) async fn tracks(
    context: &Context,
    units: &[Uuid],
    scope: &Scope,
    points: Vec<UnitPosition>,
) -> Result<Vec<v1::UnitTrack>, SiagaError> {
    let mut tracks: BTreeMap<Uuid, BTreeMap<Timestamp, UnitPosition>> = BTreeMap::new();
    for point in points {
        tracks.entry(point.unit_id).or_default().insert(point.at, point);
    }
    let span_ms = scope.to.ms_since(scope.from) + BEFORE_MS;
    let count = i64::try_from(units.len()).unwrap_or(i64::MAX);
    let apart_ms = (span_ms.saturating_mul(count) / POINTS_MAX).max(APART_MS);
    for unit_id in units {
        let found = history(context, *unit_id, scope, apart_ms).await?;
        tracks.entry(*unit_id).or_default().extend(found.into_iter().map(|point| (point.at, point)));
    }
    for point in context.background.latest_positions(Some(units)).await.map_err(store_error)? {
        // A unit that stands still for long says nothing, and stands there.
        if point.at < scope.to {
            tracks.entry(point.unit_id).or_default().insert(point.at, point);
        }
    }
    let track = |(unit_id, points): (Uuid, BTreeMap<Timestamp, UnitPosition>)| {
        // Of what was before the beginning only the last counts.
        let first = points.range(..=scope.from).next_back().map_or(scope.from, |(at, _)| *at);
        let points = points.range(first..).map(|(_, point)| convert_point(point)).collect();
        v1::UnitTrack { unit_id: unit_id.to_string(), points }
    };
    Ok(tracks.into_iter().map(track).filter(|track| !track.points.is_empty()).collect())
}

async fn history(
    context: &Context,
    unit_id: Uuid,
    scope: &Scope,
    apart_ms: i64,
) -> Result<Vec<UnitPosition>, SiagaError> {
    let mut kept: Vec<UnitPosition> = Vec::new();
    let mut from = scope.from.plus_ms(-BEFORE_MS);
    loop {
        let rows = context.background.position_history(unit_id, from, scope.to, PAGE).await.map_err(store_error)?;
        let full = rows.len() == PAGE as usize;
        from = rows.last().map_or(from, |row| row.at.plus_ms(1));
        for row in rows {
            if kept.last().is_none_or(|last| row.at.ms_since(last.at) >= apart_ms) {
                kept.push(row);
            }
        }
        if !full {
            return Ok(kept);
        }
    }
}

fn convert_point(position: &UnitPosition) -> v1::UnitPosition {
    let UnitPosition { lat, lon, accuracy_m, at, .. } = *position;
    v1::UnitPosition {
        point: Some(v1::Point { latitude: lat, longitude: lon, accuracy_m: accuracy_m.unwrap_or(0.0) }),
        at: Some(convert::timestamp(at)),
    }
}
