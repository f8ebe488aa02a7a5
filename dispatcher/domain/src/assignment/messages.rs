//! The conversation of the centre and one agency about one assignment.

use super::{Assignment, AssignmentEvent};
use crate::{
    Actor, EventMeta, PersonalRef,
    error::{ErrorKind, SiagaError},
    limits,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who writes to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Operators and supervisors.
    Centre,
    /// The agency's dispatchers.
    Agency,
}

/// One message. Its number is its place in the list, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What was written; a personal row.
    pub text: PersonalRef,
    /// When.
    pub at: Timestamp,
    /// Account and post that wrote it.
    pub by: Actor,
    /// For which side.
    pub from: Side,
    /// When the other side had it on a person's screen, and which post that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<(Timestamp, String)>,
}

impl Assignment {
    /// A message may be written now.
    ///
    /// # Errors
    /// SIAGA-1407 after decline or withdrawal, SIAGA-1408 at the limit.
    pub fn may_write(&self) -> Result<(), SiagaError> {
        if !self.sees_case() {
            return Err(conversation_over());
        }
        if self.messages.len() >= limits::MESSAGES {
            return Err(SiagaError::new(
                "SIAGA-1408",
                ErrorKind::Exhausted,
                format!("Sudah ada {} pesan, batas untuk satu tugas. Lanjutkan lewat telepon.", limits::MESSAGES),
                format!(
                    "There are {} messages already, the limit of one assignment. Go on by telephone.",
                    limits::MESSAGES
                ),
            ));
        }
        Ok(())
    }

    /// Writes to the other side.
    ///
    /// # Errors
    /// As [`Self::may_write`].
    pub fn send_message(&self, from: Side, text: PersonalRef) -> Result<AssignmentEvent, SiagaError> {
        self.may_write()?;
        Ok(AssignmentEvent::MessageSent { from, text })
    }

    /// A side read what the other wrote, up to a message. None: nothing of it was unread.
    ///
    /// # Errors
    /// SIAGA-1001 for a message that there is not.
    pub fn read_messages(&self, by: Side, up_to: u32) -> Result<Option<AssignmentEvent>, SiagaError> {
        let count = self.messages.len();
        let up_to_index = usize::try_from(up_to).unwrap_or(usize::MAX);
        if up_to_index == 0 || up_to_index > count {
            return Err(SiagaError::invalid(
                "up_to",
                format!("Tidak ada pesan nomor {up_to}; yang terakhir nomor {count}."),
                format!("There is no message number {up_to}; the last one is number {count}."),
            ));
        }
        let is_news = self.messages.iter().take(up_to_index).any(|one| one.is_unread_by(by));
        Ok(is_news.then_some(AssignmentEvent::MessagesRead { by, up_to }))
    }

    /// All personal rows that the assignment's messages name.
    pub fn message_texts(&self) -> impl Iterator<Item = Uuid> {
        self.messages.iter().map(|one| one.text.personal_id)
    }

    pub(super) fn message_sent(&mut self, from: Side, text: &PersonalRef, meta: &EventMeta) {
        let (text, by) = (text.clone(), meta.actor.clone());
        self.messages.push(Message { text, at: meta.occurred_at, by, from, read: None });
    }

    pub(super) fn messages_read(&mut self, by: Side, up_to: u32, meta: &EventMeta) {
        let up_to = usize::try_from(up_to).unwrap_or(usize::MAX);
        for one in self.messages.iter_mut().take(up_to).filter(|one| one.is_unread_by(by)) {
            one.read = Some((meta.occurred_at, meta.actor.label.clone()));
        }
    }
}

impl Message {
    /// The other side wrote it, and nobody of this one has read it.
    pub fn is_unread_by(&self, side: Side) -> bool {
        self.from != side && self.read.is_none()
    }
}

/// SIAGA-1407: nothing more is written about this assignment.
pub fn conversation_over() -> SiagaError {
    SiagaError::new(
        "SIAGA-1407",
        ErrorKind::Conflict,
        "Tugas ini sudah ditolak atau ditarik, atau kejadiannya sudah ditutup: pesan tidak dapat dikirim lagi.",
        "This assignment was declined or withdrawn, or its incident is closed: no more messages can be sent.",
    )
}
