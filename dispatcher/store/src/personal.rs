//! Personal data: rows beside the log that events name by salted digest, so that they can be
//! erased without breaking the hash chain.

use async_trait::async_trait;
use uuid::Uuid;

use crate::StoreError;

/// What stands in place of a stored request's hash after its content was erased.
pub const ERASED: &str = "erased";

/// How a personal row is found by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalIndex {
    /// Not at all.
    None,
    /// By its words.
    Words,
    /// As a telephone number.
    Phone,
}

/// One piece of personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalRow {
    /// Its id, named by the event as `personal_id`.
    pub id: Uuid,
    /// Whose it is: `call`, `incident`, `account`, ...
    pub subject_kind: String,
    /// Which one of these.
    pub subject_id: Uuid,
    /// The case that it belongs to, if any; a search by words finds this case.
    pub incident_id: Option<Uuid>,
    /// What it is: `caller_name`, `narrative`, ...
    pub field: String,
    /// The text itself.
    pub content: String,
    /// Random bytes, so that the digest does not give the content away.
    pub salt: [u8; 16],
    /// [`siaga_domain::personal::digest`] of salt and content, as the event names it.
    pub digest: String,
    /// How it is found.
    pub index: PersonalIndex,
}

/// Reading personal rows. They are written and erased by
/// [`EventLog::append`](crate::EventLog::append), together with the events that say so.
#[async_trait]
pub trait PersonalRows: Send + Sync {
    /// The rows of these ids that are there, in no particular order.
    async fn personal(&self, ids: &[Uuid]) -> Result<Vec<PersonalRow>, StoreError>;

    /// The rows of one subject, oldest first.
    async fn personal_of(&self, subject_kind: &str, subject_id: Uuid) -> Result<Vec<PersonalRow>, StoreError>;

    /// The ids of the rows of one subject, oldest first: a photo is not read to be erased.
    async fn personal_ids_of(&self, subject_kind: &str, subject_id: Uuid) -> Result<Vec<Uuid>, StoreError>;

    /// The subjects of a kind that have rows which belong to no case, by id: after `after`, up to and with `upto`. Ids
    /// are UUIDv7, so that this is their order in time.
    async fn subjects_without_case(
        &self,
        subject_kind: &str,
        after: Option<Uuid>,
        upto: Uuid,
        limit: u32,
    ) -> Result<Vec<Uuid>, StoreError>;

    /// The rows that hold this telephone number in any spelling (the same
    /// [`siaga_domain::personal::phone_key`]), newest first. A text without digits finds nothing.
    async fn personal_by_phone(&self, phone: &str, limit: u32) -> Result<Vec<PersonalRow>, StoreError>;
}
