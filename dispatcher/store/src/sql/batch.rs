//! Rows and keys in batches of few sizes, so that few statement texts exist and each is prepared
//! once for a connection.

use sqlx::QueryBuilder;

use super::Db;

/// The sizes of batches. 128 rows of 15 columns stay far below the parameter limits of both
/// databases (32,766 and 65,535).
const SIZES: [usize; 5] = [128, 32, 8, 2, 1];

/// Splits rows into batches of the sizes above, in order.
pub(super) fn batches<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (batch, rest) = rows.split_at(size);
        rows = rest;
        Some(batch)
    })
}

/// Splits the keys of a read into batches and fills each up to one of the sizes by repeating its
/// last key, which changes nothing in an `IN`.
pub(super) fn key_batches<T: Clone>(keys: &[T]) -> impl Iterator<Item = Vec<T>> {
    keys.chunks(SIZES[0]).map(|chunk| {
        let mut batch = chunk.to_vec();
        let size = SIZES.into_iter().filter(|size| *size >= chunk.len()).min().unwrap_or(SIZES[0]);
        if let Some(last) = chunk.last() {
            batch.resize(size, last.clone());
        }
        batch
    })
}

/// `IN ($1, $2, ...)` over these texts.
pub(super) fn push_in(query: &mut QueryBuilder<Db>, texts: Vec<String>) {
    query.push(" IN (");
    let mut list = query.separated(", ");
    for text in texts {
        list.push_bind(text);
    }
    query.push(")");
}
