//! Reading cases, histories and statistics.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::Store;
use crate::check::parse_time_ms;

/// What stands in place of everything that would tell what a sensitive case is about.
pub(crate) const SENSITIVE: &str = "sensitif";

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// The most groups of one kind that statistics list, largest first.
const GROUPS_MAX: i64 = 1_000;

/// Which cases are meant. An empty text means any. Times are milliseconds since the epoch, UTC.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// Included.
    pub(crate) from_ms: i64,
    /// Not included.
    pub(crate) to_ms: i64,
    pub(crate) type_code: String,
    pub(crate) kelurahan_code: String,
    pub(crate) agency_code: String,
    pub(crate) status: String,
    /// Whether sensitive cases are seen masked; then they are also *found* only by what the mask shows, so that a
    /// filter cannot be used to look behind it.
    pub(crate) masked: bool,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            from_ms: 0,
            to_ms: i64::MAX,
            type_code: String::new(),
            kelurahan_code: String::new(),
            agency_code: String::new(),
            status: String::new(),
            masked: true,
        }
    }
}

impl Filter {
    /// Narrows the opening time by RFC 3339 texts; `None` for the one that is not a time.
    pub(crate) fn between(mut self, from: Option<&str>, to: Option<&str>) -> Option<Self> {
        if let Some(from) = from {
            self.from_ms = parse_time_ms(from)?;
        }
        if let Some(to) = to {
            self.to_ms = parse_time_ms(to)?;
        }
        Some(self)
    }
}

/// The next full hour: a masked case counts as opened at the start of its hour, which is before a limit exactly when
/// its real time is before the limit rounded up.
fn hour_up(time_ms: i64) -> i64 {
    let down = time_ms.div_euclid(HOUR_MS) * HOUR_MS;
    if down == time_ms { time_ms } else { down.saturating_add(HOUR_MS) }
}

/// One row of `hub_cases`.
#[derive(Debug, Clone)]
pub(crate) struct CaseRow {
    pub(crate) id: i64,
    pub(crate) case_number: String,
    pub(crate) source: String,
    pub(crate) last_sequence: i64,
    pub(crate) type_code: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) priority: Option<i64>,
    pub(crate) kelurahan_code: Option<String>,
    pub(crate) kecamatan_code: Option<String>,
    pub(crate) sensitive: bool,
    pub(crate) status: Option<String>,
    pub(crate) stage: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) opened_at_ms: i64,
    pub(crate) closed_at_ms: Option<i64>,
    pub(crate) updated_at_ms: i64,
    pub(crate) reopened: bool,
    pub(crate) revision: Option<i64>,
    pub(crate) victims: [Option<i64>; 4],
    pub(crate) agencies: Vec<String>,
}

impl CaseRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let agencies: Option<String> = row.try_get("agencies")?;
        let mut agencies: Vec<String> =
            agencies.unwrap_or_default().split('|').filter(|code| !code.is_empty()).map(str::to_owned).collect();
        agencies.sort_unstable();
        Ok(Self {
            id: row.try_get("id")?,
            case_number: row.try_get("case_number")?,
            source: row.try_get("source")?,
            last_sequence: row.try_get("last_sequence")?,
            type_code: row.try_get("type_code")?,
            category: row.try_get("category")?,
            priority: row.try_get("priority")?,
            kelurahan_code: row.try_get("kelurahan_code")?,
            kecamatan_code: row.try_get("kecamatan_code")?,
            sensitive: row.try_get::<i64, _>("sensitive")? != 0,
            status: row.try_get("status")?,
            stage: row.try_get("stage")?,
            outcome: row.try_get("outcome")?,
            opened_at_ms: row.try_get("opened_at_ms")?,
            closed_at_ms: row.try_get("closed_at_ms")?,
            updated_at_ms: row.try_get("updated_at_ms")?,
            reopened: row.try_get::<i64, _>("reopened")? != 0,
            revision: row.try_get("revision")?,
            victims: [
                row.try_get("victims_dead")?,
                row.try_get("victims_injured")?,
                row.try_get("victims_missing")?,
                row.try_get("victims_evacuated")?,
            ],
            agencies,
        })
    }
}

/// One stored event of a case.
#[derive(Debug, Clone)]
pub(crate) struct StoredEvent {
    pub(crate) sequence: i64,
    pub(crate) event_type: String,
    pub(crate) received_at_ms: i64,
    pub(crate) body: String,
}

/// The columns of a `CaseRow`. A macro, because `concat!` joins literals only.
macro_rules! case_columns {
    () => {
        "SELECT c.id, c.case_number, c.source, c.last_sequence, c.type_code, c.category, c.priority,
            c.kelurahan_code, c.kecamatan_code, c.sensitive, c.status, c.stage, c.outcome,
            c.opened_at_ms, c.closed_at_ms, c.updated_at_ms, c.reopened, c.revision,
            c.victims_dead, c.victims_injured, c.victims_missing, c.victims_evacuated,
            (SELECT string_agg(a.agency_code, '|') FROM hub_case_agencies a
              WHERE a.case_id = c.id) AS agencies
          FROM hub_cases c "
    };
}

/// The cases of a filter: $1 to $5 are from, to, the same rounded up to the hour, and whether it is masked.
/// (A refused first event leaves no row behind, so every row has at least one event.)
macro_rules! in_time {
    () => {
        " c.opened_at_ms >= $1 AND c.opened_at_ms < $4
          AND (CASE WHEN c.sensitive = 1 AND $5 = 1 THEN c.opened_at_ms >= $3
                    ELSE c.opened_at_ms < $2 END) "
    };
}

impl Store {
    /// One page, newest first, of the cases after the case with row id `after` (0: from the beginning).
    pub(crate) async fn list(&self, filter: &Filter, after: i64, limit: i64) -> Result<Vec<CaseRow>, sqlx::Error> {
        const SQL: &str = concat!(
            case_columns!(),
            "WHERE",
            in_time!(),
            "AND ($6 = '' OR (CASE WHEN c.sensitive = 1 AND $5 = 1 THEN 'sensitif'
                                   ELSE c.type_code END) = $6)
             AND ($7 = '' OR c.kelurahan_code = $7)
             AND ($8 = '' OR ((c.sensitive = 0 OR $5 = 0) AND EXISTS (SELECT 1
                  FROM hub_case_agencies a WHERE a.case_id = c.id AND a.agency_code = $8)))
             AND ($9 = '' OR c.status = $9)
             AND ($10 = 0 OR (c.opened_at_ms, c.id) <
                  (SELECT p.opened_at_ms, p.id FROM hub_cases p WHERE p.id = $10))
             ORDER BY c.opened_at_ms DESC, c.id DESC LIMIT $11"
        );
        let rows = bind_time(sqlx::query(SQL), filter)
            .bind(&filter.type_code)
            .bind(&filter.kelurahan_code)
            .bind(&filter.agency_code)
            .bind(&filter.status)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(CaseRow::read).collect()
    }

    /// Whether a cursor points to a case that is there.
    pub(crate) async fn has_row(&self, id: i64) -> Result<bool, sqlx::Error> {
        let row = sqlx::query("SELECT id FROM hub_cases WHERE id = $1").bind(id).fetch_optional(&self.reader).await?;
        Ok(row.is_some())
    }

    /// A case with the data of its latest record, as JSON text.
    pub(crate) async fn case(&self, case_number: &str) -> Result<Option<(CaseRow, Option<String>)>, sqlx::Error> {
        const SQL: &str = concat!(case_columns!(), "WHERE c.case_number = $1");
        let Some(row) = sqlx::query(SQL).bind(case_number).fetch_optional(&self.reader).await? else {
            return Ok(None);
        };
        let row = CaseRow::read(&row)?;
        let record = sqlx::query("SELECT record FROM hub_cases WHERE id = $1")
            .bind(row.id)
            .fetch_one(&self.reader)
            .await?
            .try_get(0)?;
        Ok(Some((row, record)))
    }

    /// The events of a case after a sequence number, in order; records without their bodies, which are up to the
    /// size limit each and shown once, as the case's record.
    pub(crate) async fn history(
        &self,
        case_number: &str,
        after_sequence: i64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, sqlx::Error> {
        const SQL: &str = "SELECT sequence, type, received_at_ms,
              CASE WHEN type = 'siaga.case.record.v1' THEN '{}' ELSE body END AS body
            FROM hub_events
            WHERE subject = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
        let rows = sqlx::query(SQL).bind(case_number).bind(after_sequence).bind(limit).fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                Ok(StoredEvent {
                    sequence: row.try_get("sequence")?,
                    event_type: row.try_get("type")?,
                    received_at_ms: row.try_get("received_at_ms")?,
                    body: row.try_get("body")?,
                })
            })
            .collect()
    }

    /// How many cases the filter's time holds.
    pub(crate) async fn count(&self, filter: &Filter) -> Result<i64, sqlx::Error> {
        const SQL: &str = concat!("SELECT COUNT(*) FROM hub_cases c WHERE", in_time!());
        bind_time(sqlx::query(SQL), filter).fetch_one(&self.reader).await?.try_get(0)
    }

    /// Cases by one property, largest group first; `None` is "not known". Sensitive cases are one group of their own.
    pub(crate) async fn count_by(
        &self,
        filter: &Filter,
        group: Group,
    ) -> Result<Vec<(Option<String>, i64)>, sqlx::Error> {
        let rows = bind_time(sqlx::query(group.sql()), filter).bind(GROUPS_MAX).fetch_all(&self.reader).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// For each duration: how many cases have it, and its 50th and 90th percentile (nearest rank), milliseconds.
    pub(crate) async fn durations(&self, filter: &Filter) -> Result<BTreeMap<String, (i64, i64, i64)>, sqlx::Error> {
        const SQL: &str = concat!(
            "SELECT name, duration_ms, place, number FROM (
               SELECT d.name, d.duration_ms,
                 ROW_NUMBER() OVER (PARTITION BY d.name ORDER BY d.duration_ms) AS place,
                 COUNT(*) OVER (PARTITION BY d.name) AS number
               FROM hub_case_durations d JOIN hub_cases c ON c.id = d.case_id WHERE",
            in_time!(),
            ") ranked WHERE place = (number * 50 + 99) / 100 OR place = (number * 90 + 99) / 100
             ORDER BY name, place"
        );
        let rows = bind_time(sqlx::query(SQL), filter).fetch_all(&self.reader).await?;
        let mut durations = BTreeMap::new();
        for row in &rows {
            let duration_ms: i64 = row.try_get("duration_ms")?;
            let number: i64 = row.try_get("number")?;
            // The first row of a name is its 50th percentile, the last its 90th; with one row they are the same.
            durations
                .entry(row.try_get::<String, _>("name")?)
                .and_modify(|(_, _, p90_ms)| *p90_ms = duration_ms)
                .or_insert((number, duration_ms, duration_ms));
        }
        Ok(durations)
    }
}

/// What cases are counted by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Group {
    Type,
    Kelurahan,
    Agency,
    Outcome,
}

macro_rules! group_sql {
    ($label:literal, $join:literal) => {
        concat!(
            "SELECT CASE WHEN c.sensitive = 1 THEN 'sensitif' ELSE ",
            $label,
            " END AS label, COUNT(DISTINCT c.id) AS number FROM hub_cases c ",
            $join,
            " WHERE",
            in_time!(),
            "GROUP BY label ORDER BY number DESC, label NULLS LAST LIMIT $6"
        )
    };
}

impl Group {
    fn sql(self) -> &'static str {
        match self {
            Self::Type => group_sql!("c.type_code", ""),
            // Where a case was is not what makes it sensitive: the kelurahan is counted for all.
            Self::Kelurahan => concat!(
                "SELECT c.kelurahan_code AS label, COUNT(*) AS number FROM hub_cases c WHERE",
                in_time!(),
                "GROUP BY label ORDER BY number DESC, label NULLS LAST LIMIT $6"
            ),
            Self::Agency => group_sql!("a.agency_code", "JOIN hub_case_agencies a ON a.case_id = c.id"),
            Self::Outcome => group_sql!("c.outcome", ""),
        }
    }
}

type AnyQuery<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind_time<'q>(query: AnyQuery<'q>, filter: &Filter) -> AnyQuery<'q> {
    let (from_up, to_up) =
        if filter.masked { (hour_up(filter.from_ms), hour_up(filter.to_ms)) } else { (filter.from_ms, filter.to_ms) };
    query.bind(filter.from_ms).bind(filter.to_ms).bind(from_up).bind(to_up).bind(i64::from(filter.masked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_rounded_up_to_the_hour_without_overflow() {
        assert_eq!(hour_up(0), 0);
        assert_eq!(hour_up(1), HOUR_MS);
        assert_eq!(hour_up(HOUR_MS), HOUR_MS);
        assert_eq!(hour_up(-1), 0);
        assert_eq!(hour_up(i64::MAX), i64::MAX);
    }
}
