//! Free space of the data folder: a warning long before writes fail.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::health::{Check, Health};
use crate::config::{Config, Disk};

const MIB: u64 = 1024 * 1024;
/// A day's log is some megabytes, so half a minute is early enough to see any trend.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A standing warning is repeated this often, in looks: every ten minutes.
const REPEAT_WARNING_AFTER_LOOKS: u32 = 20;

type FreeBytes = Box<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// Watches the file system of the data folder.
pub struct DiskSpace {
    folder: PathBuf,
    thresholds: Disk,
    free_bytes: FreeBytes,
}

impl DiskSpace {
    /// Of the configured data folder.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            folder: config.data.clone(),
            thresholds: config.disk.clone(),
            free_bytes: Box::new(|folder| fs4::available_space(folder)),
        }
    }

    fn health(&self) -> Health {
        let free_bytes = match (self.free_bytes)(&self.folder) {
            Ok(free_bytes) => free_bytes,
            Err(error) => {
                return Health::Failed(format!("the free space of {} cannot be read: {error}", self.folder.display()));
            }
        };
        metrics::gauge!("siaga_disk_free_bytes").set(free_bytes as f64);
        let free_mib = free_bytes / MIB;
        let low = free_mib < self.thresholds.warn_free_mib;
        metrics::gauge!("siaga_disk_low").set(f64::from(u8::from(low)));
        let said = format!(
            "{free_mib} MiB free in {}; make room or move the data folder to a larger disk",
            self.folder.display()
        );
        if free_mib < self.thresholds.not_ready_free_mib {
            Health::Failed(said)
        } else if low {
            Health::Warn(said)
        } else {
            Health::Ok
        }
    }

    /// Looks every half minute until `stop`; says when space becomes low, now and then while it stays low, and when it
    /// is enough again.
    pub async fn watch(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        let mut looks_while_low: u32 = 0;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.health() {
                Health::Ok if looks_while_low > 0 => {
                    tracing::info!("enough disk space again");
                    looks_while_low = 0;
                }
                Health::Ok => {}
                Health::Warn(detail) | Health::Failed(detail) => {
                    if looks_while_low.is_multiple_of(REPEAT_WARNING_AFTER_LOOKS) {
                        tracing::warn!(detail, "disk space is low");
                    }
                    looks_while_low = looks_while_low.saturating_add(1);
                }
            }
        }
    }
}

#[async_trait]
impl Check for DiskSpace {
    fn name(&self) -> &'static str {
        "disk"
    }

    async fn check(&self) -> Health {
        self.health()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_free(free_mib: u64) -> Health {
        let thresholds = Disk { warn_free_mib: 100, not_ready_free_mib: 10 };
        let free_bytes: FreeBytes = Box::new(move |_| Ok(free_mib * MIB));
        DiskSpace { folder: PathBuf::from("data"), thresholds, free_bytes }.health()
    }

    #[test]
    fn it_warns_before_it_fails() {
        assert_eq!(with_free(100), Health::Ok);
        assert!(matches!(with_free(99), Health::Warn(detail) if detail.contains("99 MiB")));
        assert!(matches!(with_free(10), Health::Warn(_)));
        assert!(matches!(with_free(9), Health::Failed(_)));
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_a_failure_and_a_real_one_is_not() {
        let missing = Config { data: PathBuf::from("/nonexistent/siaga"), ..Config::default() };
        assert!(matches!(DiskSpace::new(&missing).health(), Health::Failed(_)));
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data: folder.path().to_owned(), ..Config::default() };
        config.disk = Disk { warn_free_mib: 1, not_ready_free_mib: 0 };
        assert_eq!(DiskSpace::new(&config).health(), Health::Ok);
    }
}
