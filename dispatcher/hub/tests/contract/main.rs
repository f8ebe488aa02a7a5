//! The hub's contract, told as stories over its router; each is told twice, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

/// Makes a test on each store of every named story.
macro_rules! on_both_stores {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story(&crate::support::TestHub::on_sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $story() {
                super::$story(&crate::support::TestHub::on_postgres().await).await;
            })*
        }
    };
}

mod erase;
mod order;
mod receive;
mod serve;
mod support;
