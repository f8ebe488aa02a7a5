//! Calls: ringing, answered, held, ended; each a record of its own, answered or not.

use crate::{
    Aggregate, EventMeta, PersonalRef,
    error::{ErrorKind, SiagaError},
    limits,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Attempts to call back whoever hung up, after which nobody has to try again.
const CALL_BACK_TRIES: usize = 3;

/// Where a call is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody has taken it yet.
    #[default]
    Ringing,
    /// An operator speaks with the caller.
    Answered,
    /// The caller waits on the line.
    Held,
    /// The line is closed.
    Ended,
}

/// What kind of call it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// An emergency.
    Normal,
    /// Silent, or hung up.
    Ghost,
    /// A prank.
    Prank,
    /// Asks for information.
    Information,
    /// Wanted another number.
    WrongNumber,
    /// Hung up before it was answered.
    Abandoned,
}

impl Disposition {
    /// Counts towards the number's nuisance mark.
    pub const fn is_nuisance(self) -> bool {
        matches!(self, Self::Ghost | Self::Prank)
    }
}

/// One attempt to call back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallBack {
    /// When.
    pub at: Timestamp,
    /// Somebody answered.
    pub reached: bool,
    /// Who tried.
    pub by_label: String,
}

/// A call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Where it is.
    pub phase: Phase,
    /// Trunk or channel.
    pub line: String,
    /// The caller's number, if there is one.
    pub number: Option<PersonalRef>,
    /// The caller's name, if known.
    pub name: Option<PersonalRef>,
    /// BCP 47.
    pub language: Option<String>,
    /// Where telephony keeps the recording.
    pub recording_reference: Option<String>,
    /// First ring (T0).
    pub ringing_at: Timestamp,
    /// T1.
    pub answered_at: Option<Timestamp>,
    /// Line closed.
    pub ended_at: Option<Timestamp>,
    /// Who answered, or has it after a hand-over.
    pub operator: Option<Uuid>,
    /// That operator's post.
    pub operator_label: String,
    /// What kind it was.
    pub disposition: Option<Disposition>,
    /// The incident it is about.
    pub incident_id: Option<Uuid>,
    /// Attempts to call back.
    pub call_backs: Vec<CallBack>,
    /// Name and number were erased.
    pub erased: bool,
    /// Name and number must not be erased.
    #[serde(default)]
    pub legal_hold: bool,
}

/// What happened to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CallEvent {
    /// The first ring.
    Ringing {
        /// Trunk or channel.
        line: String,
        /// Number, if any.
        number: Option<PersonalRef>,
        /// Recording, if any.
        recording_reference: Option<String>,
    },
    /// Taken by an operator.
    Answered {
        /// Account of the operator.
        operator: Uuid,
        /// The operator's post.
        label: String,
    },
    /// The caller waits.
    Held {},
    /// Speaking again.
    Resumed {},
    /// The line is closed.
    Ended {},
    /// One attempt to call back.
    CalledBack {
        /// Somebody answered.
        reached: bool,
    },
    /// Its kind was set.
    Disposed {
        /// The kind.
        disposition: Disposition,
    },
    /// Something was learnt of the caller.
    CallerIdentified {
        /// New name; none: unchanged.
        name: Option<PersonalRef>,
        /// New number; none: unchanged.
        number: Option<PersonalRef>,
        /// New language; none: unchanged.
        language: Option<String>,
    },
    /// It is about this incident.
    Attached {
        /// The incident.
        incident_id: Uuid,
    },
    /// Another operator has it now.
    HandedOver {
        /// Account.
        operator: Uuid,
        /// Post.
        label: String,
    },
    /// Name and number must not be erased from now on.
    LegalHoldPlaced {
        /// Why.
        reason: String,
    },
    /// That hold ended.
    LegalHoldLifted {
        /// Why.
        reason: String,
    },
    /// Name and number were removed.
    PersonalErased {
        /// The removed rows.
        personal_ids: Vec<Uuid>,
        /// On whose request or by which rule.
        reason: String,
    },
}

impl Call {
    /// The first ring.
    pub fn ring(line: String, number: Option<PersonalRef>, recording_reference: Option<String>) -> CallEvent {
        CallEvent::Ringing { line, number, recording_reference }
    }

    /// Gives the call to one operator.
    ///
    /// # Errors
    /// SIAGA-1201 when somebody else has it, SIAGA-1202 when it has ended.
    pub fn answer(&self, operator: Uuid, label: &str) -> Result<CallEvent, SiagaError> {
        match self.phase {
            Phase::Ringing => Ok(CallEvent::Answered { operator, label: label.to_owned() }),
            Phase::Ended => Err(ended()),
            Phase::Answered | Phase::Held => Err(SiagaError::new(
                "SIAGA-1201",
                ErrorKind::Conflict,
                format!("Panggilan ini sudah dijawab {}.", self.operator_label),
                format!("This call was already answered by {}.", self.operator_label),
            )),
        }
    }

    /// Puts the caller on hold.
    ///
    /// # Errors
    /// SIAGA-1203 when nobody is speaking.
    pub fn hold(&self) -> Result<CallEvent, SiagaError> {
        if self.phase == Phase::Answered { Ok(CallEvent::Held {}) } else { Err(self.not_now("answered")) }
    }

    /// Speaks with the caller again.
    ///
    /// # Errors
    /// SIAGA-1203 when it is not on hold.
    pub fn resume(&self) -> Result<CallEvent, SiagaError> {
        if self.phase == Phase::Held { Ok(CallEvent::Resumed {}) } else { Err(self.not_now("held")) }
    }

    /// Closes the line. A call that still rang is abandoned.
    ///
    /// # Errors
    /// SIAGA-1202 when it has ended already.
    pub fn end(&self) -> Result<Vec<CallEvent>, SiagaError> {
        match self.phase {
            Phase::Ended => Err(ended()),
            Phase::Ringing => {
                Ok(vec![CallEvent::Ended {}, CallEvent::Disposed { disposition: Disposition::Abandoned }])
            }
            Phase::Answered | Phase::Held => Ok(vec![CallEvent::Ended {}]),
        }
    }

    /// Keeps an attempt to call back.
    ///
    /// # Errors
    /// SIAGA-1203 while the call goes on, SIAGA-1204 over the limit.
    pub fn call_back(&self, reached: bool) -> Result<CallEvent, SiagaError> {
        if self.phase != Phase::Ended {
            return Err(self.not_now("ended"));
        }
        if self.call_backs.len() >= limits::CALL_BACKS {
            return Err(SiagaError::new(
                "SIAGA-1204",
                ErrorKind::Exhausted,
                "Terlalu banyak percobaan telepon balik untuk panggilan ini.",
                "Too many attempts to call back for this call.",
            ));
        }
        Ok(CallEvent::CalledBack { reached })
    }

    /// Whether enough was done to reach whoever hung up: somebody was reached, or did not answer several times. One
    /// attempt is all that can be asked for where there is no number.
    fn is_called_back(&self) -> bool {
        let enough = if self.number.is_some() { CALL_BACK_TRIES } else { 1 };
        self.call_backs.iter().any(|attempt| attempt.reached) || self.call_backs.len() >= enough
    }

    /// Sets what kind of call it was.
    ///
    /// # Errors
    /// SIAGA-1203 while it rings, SIAGA-1205 for a call of an incident that is not normal.
    pub fn dispose(&self, disposition: Disposition) -> Result<CallEvent, SiagaError> {
        if self.phase == Phase::Ringing {
            return Err(self.not_now("answered"));
        }
        if self.incident_id.is_some() && disposition != Disposition::Normal {
            return Err(SiagaError::new(
                "SIAGA-1205",
                ErrorKind::Conflict,
                "Panggilan ini milik sebuah kejadian, jadi jenisnya tetap normal. Batalkan kejadiannya bila ternyata palsu.",
                "This call belongs to an incident, so it stays normal. Cancel the incident if it turns out false.",
            )
            .field("disposition"));
        }
        Ok(CallEvent::Disposed { disposition })
    }

    /// Ties the call to an incident.
    ///
    /// # Errors
    /// SIAGA-1206 when it is tied to another one.
    pub fn attach(&self, incident_id: Uuid) -> Result<Vec<CallEvent>, SiagaError> {
        match self.incident_id {
            Some(current) if current == incident_id => Ok(Vec::new()),
            Some(_) => Err(SiagaError::new(
                "SIAGA-1206",
                ErrorKind::Conflict,
                "Panggilan ini sudah dihubungkan ke kejadian lain.",
                "This call already belongs to another incident.",
            )),
            None => {
                Ok(vec![CallEvent::Attached { incident_id }, CallEvent::Disposed { disposition: Disposition::Normal }])
            }
        }
    }

    /// Places or lifts a legal hold; nothing when it is so already.
    ///
    /// # Errors
    /// SIAGA-1207 for a call of an incident, whose own hold counts.
    pub fn set_legal_hold(&self, hold: bool, reason: String) -> Result<Option<CallEvent>, SiagaError> {
        self.must_be_without_incident()?;
        let event = if hold { CallEvent::LegalHoldPlaced { reason } } else { CallEvent::LegalHoldLifted { reason } };
        Ok((self.legal_hold != hold).then_some(event))
    }

    /// Removes name and number of a call that never became a case.
    ///
    /// # Errors
    /// SIAGA-1207 for a call of an incident, which is erased as a whole; SIAGA-1203 while the line is open; SIAGA-1310
    /// under a legal hold.
    pub fn erase_personal(&self, personal_ids: Vec<Uuid>, reason: String) -> Result<CallEvent, SiagaError> {
        self.must_be_without_incident()?;
        if self.phase != Phase::Ended {
            return Err(self.not_now("ended"));
        }
        self.erase_with_incident(personal_ids, reason)
    }

    /// The same as part of its incident.
    ///
    /// # Errors
    /// SIAGA-1310 when the call was under a legal hold before it came to the incident.
    pub fn erase_with_incident(&self, personal_ids: Vec<Uuid>, reason: String) -> Result<CallEvent, SiagaError> {
        if self.legal_hold {
            return Err(SiagaError::new(
                "SIAGA-1310",
                ErrorKind::Conflict,
                "Data panggilan ini ditahan untuk keperluan hukum dan tidak boleh dihapus.",
                "This call is under a legal hold; its data must not be erased.",
            ));
        }
        Ok(CallEvent::PersonalErased { personal_ids, reason })
    }

    fn must_be_without_incident(&self) -> Result<(), SiagaError> {
        if self.incident_id.is_none() {
            return Ok(());
        }
        Err(SiagaError::new(
            "SIAGA-1207",
            ErrorKind::Conflict,
            "Panggilan ini milik sebuah kejadian: tahan atau hapus datanya lewat kejadian itu.",
            "This call belongs to an incident: hold or erase its data with the incident.",
        )
        .field("call_id"))
    }

    /// The personal rows of the call.
    pub fn personal_ids(&self) -> Vec<Uuid> {
        self.number.iter().chain(&self.name).map(|personal| personal.personal_id).collect()
    }

    fn not_now(&self, needed: &str) -> SiagaError {
        SiagaError::new(
            "SIAGA-1203",
            ErrorKind::Conflict,
            "Keadaan panggilan ini tidak memungkinkan langkah itu.",
            format!("The call is not in the state this needs ({needed})."),
        )
        .allowed([needed])
        .private(format!("phase {:?}", self.phase))
    }
}

fn ended() -> SiagaError {
    SiagaError::new("SIAGA-1202", ErrorKind::Conflict, "Panggilan ini sudah berakhir.", "This call has already ended.")
}

impl Aggregate for Call {
    const KIND: &'static str = "call";
    type Event = CallEvent;

    fn apply(&mut self, event: &CallEvent, meta: &EventMeta) {
        match event {
            CallEvent::Ringing { line, number, recording_reference } => {
                self.line.clone_from(line);
                self.number.clone_from(number);
                self.recording_reference.clone_from(recording_reference);
                self.ringing_at = meta.occurred_at;
            }
            CallEvent::Answered { operator, label } => {
                self.phase = Phase::Answered;
                self.answered_at = Some(meta.occurred_at);
                self.operator = Some(*operator);
                self.operator_label.clone_from(label);
            }
            CallEvent::Held {} => self.phase = Phase::Held,
            CallEvent::Resumed {} => self.phase = Phase::Answered,
            CallEvent::Ended {} => {
                self.phase = Phase::Ended;
                self.ended_at = Some(meta.occurred_at);
            }
            CallEvent::CalledBack { reached } => self.call_backs.push(CallBack {
                at: meta.occurred_at,
                reached: *reached,
                by_label: meta.actor.label.clone(),
            }),
            CallEvent::Disposed { disposition } => self.disposition = Some(*disposition),
            CallEvent::CallerIdentified { name, number, language } => {
                self.name = name.clone().or_else(|| self.name.take());
                self.number = number.clone().or_else(|| self.number.take());
                self.language = language.clone().or_else(|| self.language.take());
            }
            CallEvent::Attached { incident_id } => self.incident_id = Some(*incident_id),
            CallEvent::HandedOver { operator, label } => {
                self.operator = Some(*operator);
                self.operator_label.clone_from(label);
            }
            CallEvent::LegalHoldPlaced { .. } => self.legal_hold = true,
            CallEvent::LegalHoldLifted { .. } => self.legal_hold = false,
            CallEvent::PersonalErased { .. } => {
                self.name = None;
                self.number = None;
                self.erased = true;
            }
        }
    }

    /// Ringing, going on, or ended without a kind, or abandoned and not yet called back.
    fn is_open(&self) -> bool {
        self.phase != Phase::Ended
            || self.disposition.is_none()
            || (self.disposition == Some(Disposition::Abandoned) && !self.is_called_back())
    }

    fn incident(&self, _: &str) -> Option<Uuid> {
        self.incident_id
    }
}
