//! The store's tests. What a store must do is told once and run on both databases.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod concurrent;
mod erase;
mod facts;
mod hub;
mod log;
mod migrations;
mod operations;
mod search;
mod sqlite_file;
mod tamper;

/// Runs each story on a fresh store of each database.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(siaga_store::testing::sqlite().await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(siaga_store::testing::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;
