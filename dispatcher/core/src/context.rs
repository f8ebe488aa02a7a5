//! What every part of the core works with.

use crate::{city::City, config::CoreConfig, work::StreamEntry};
use quick_cache::sync::Cache;
use siaga_domain::{
    Clock, IdSource, SiagaError, Timestamp, alarm::AlarmLimits, error::ErrorKind, report::ReportRenderer,
};
use siaga_store::{Store, StoreError, StreamKey};
use std::sync::{Arc, RwLock};
use uuid::Uuid;

/// Streams kept ready for the next command, of the emergency work in hand.
const CACHED_STREAMS: usize = 20_000;
/// Replies kept at hand for retries; older ones are found in the store.
const CACHED_REPLIES: usize = 20_000;

/// Hash and reply of a request, by account and request id.
type Replies = Cache<(Uuid, Uuid), Arc<(String, Vec<u8>)>>;

/// Store, time, ids, configuration and city, shared by all parts.
pub struct Context {
    /// The log and what is made of it.
    pub store: Arc<dyn Store>,
    /// The same database for work that can wait: reports, exports, search.
    pub background: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and randomness.
    pub ids: Arc<dyn IdSource>,
    /// What the installation sets.
    pub config: CoreConfig,
    /// Makes the report's PDF.
    pub renderer: Arc<dyn ReportRenderer>,
    /// The city's data; replaced whole when the catalog changes.
    city: RwLock<Arc<City>>,
    pub(crate) streams: Cache<StreamKey, StreamEntry>,
    pub(crate) replies: Replies,
}

impl Context {
    /// Puts the parts together; the city is loaded by [`crate::Core::start`].
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        config: CoreConfig,
        renderer: Arc<dyn ReportRenderer>,
    ) -> Self {
        Self {
            background: store.background(),
            store,
            clock,
            ids,
            config,
            renderer,
            city: RwLock::new(Arc::new(City::default())),
            streams: Cache::new(CACHED_STREAMS),
            replies: Cache::new(CACHED_REPLIES),
        }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The city as it is now.
    pub fn city(&self) -> Arc<City> {
        match self.city.read() {
            Ok(city) => Arc::clone(&city),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// When each alarm rises: as set on a screen, else as configured.
    pub fn alarm_limits(&self) -> AlarmLimits {
        self.city().clocks.clone().unwrap_or_else(|| self.config.alarms.clone())
    }

    /// Loads the catalog's streams anew.
    ///
    /// # Errors
    /// SIAGA-1901 when the store cannot be read.
    pub async fn reload_city(&self) -> Result<(), SiagaError> {
        let city = Arc::new(City::load(&*self.store, self.config.shoreline_m).await?);
        match self.city.write() {
            Ok(mut slot) => *slot = city,
            Err(poisoned) => *poisoned.into_inner() = city,
        }
        Ok(())
    }
}

/// What a failure of the store is to the caller: 1901 where trying again helps, 1900 where it does not.
pub fn store_error(error: StoreError) -> SiagaError {
    if matches!(error, StoreError::DiskFull) {
        return SiagaError::new(
            "SIAGA-1904",
            ErrorKind::Unavailable,
            "Ruang penyimpanan server habis. Hubungi administrator sekarang; catat di kertas sementara.",
            "The server's disk is full. Call the administrator now; write on paper meanwhile.",
        )
        .private(error.to_string());
    }
    if error.is_transient() {
        return SiagaError::new(
            "SIAGA-1901",
            ErrorKind::Unavailable,
            "Penyimpanan sedang tidak dapat dijangkau. Coba lagi sebentar.",
            "The store cannot be reached. Try again in a moment.",
        )
        .private(error.to_string())
        .retry_after_ms(1000);
    }
    SiagaError::internal(error.to_string())
}
