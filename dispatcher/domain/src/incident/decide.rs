//! What may happen to an incident now.

use super::{
    CardChange, Classification, HandOver, Incident, IncidentEvent, IncidentState, Outcome, PhotoFile, PlaceChange,
    PlaceVerification,
};
use crate::{
    PersonalRef,
    error::{ErrorKind, FieldConflict, SiagaError},
    limits,
};
use uuid::Uuid;

impl Incident {
    /// Refuses work on a case that is not open.
    ///
    /// # Errors
    /// SIAGA-1301 with the state, SIAGA-1302 for a duplicate, naming where it went.
    pub fn must_be_open(&self) -> Result<(), SiagaError> {
        match (&self.state, &self.merged_into) {
            (IncidentState::Open, _) => Ok(()),
            (IncidentState::Merged, Some((_, number))) => Err(SiagaError::new(
                "SIAGA-1302",
                ErrorKind::Conflict,
                format!("Kejadian ini sudah digabungkan ke {number}."),
                format!("This incident was merged into {number}."),
            )
            .allowed([number.clone()])),
            (state, _) => Err(SiagaError::new(
                "SIAGA-1301",
                ErrorKind::Conflict,
                "Kejadian ini sudah tidak terbuka. Buka kembali dahulu bila perlu.",
                format!("This incident is {}. Reopen it first if you have to.", state.name()),
            )),
        }
    }

    /// Refuses an edit made on an old card. `conflicts` is what the caller found changed.
    ///
    /// # Errors
    /// SIAGA-1004.
    pub fn must_be_at(&self, version: u64, conflicts: impl FnOnce() -> Vec<FieldConflict>) -> Result<(), SiagaError> {
        if version == self.card_version { Ok(()) } else { Err(SiagaError::stale(self.card_version, conflicts())) }
    }

    /// Edits the card. None: nothing would change.
    ///
    /// # Errors
    /// SIAGA-1301, SIAGA-1302.
    pub fn edit_card(&self, card: CardChange) -> Result<Option<IncidentEvent>, SiagaError> {
        self.must_be_open()?;
        Ok((!card.is_empty()).then_some(IncidentEvent::CardEdited { card }))
    }

    /// States that the place is right.
    ///
    /// # Errors
    /// SIAGA-1303 when there is no place to verify.
    pub fn verify_place(
        &self,
        place: Option<PlaceChange>,
        verification: PlaceVerification,
    ) -> Result<IncidentEvent, SiagaError> {
        self.must_be_open()?;
        if place.is_none() && self.place.exact.is_none() && self.place.kelurahan_code.is_none() {
            return Err(SiagaError::new(
                "SIAGA-1303",
                ErrorKind::Conflict,
                "Belum ada lokasi untuk diverifikasi.",
                "There is no place to verify yet.",
            )
            .field("place"));
        }
        Ok(IncidentEvent::PlaceVerified { place, verification })
    }

    /// Sets type and priority.
    ///
    /// # Errors
    /// SIAGA-1304 when the priority is not the type's and no reason is given.
    pub fn classify(&self, classification: Classification, type_priority: u8) -> Result<IncidentEvent, SiagaError> {
        self.must_be_open()?;
        if !(1..=4).contains(&classification.priority) {
            return Err(SiagaError::invalid("priority", "Prioritas harus 1 sampai 4.", "The priority must be 1 to 4."));
        }
        if classification.priority != type_priority && classification.priority_reason.is_empty() {
            return Err(SiagaError::new(
                "SIAGA-1304",
                ErrorKind::Invalid,
                format!("Jenis ini berprioritas {type_priority}. Tulis alasan untuk prioritas lain."),
                format!("This type has priority {type_priority}. Give a reason for another one."),
            )
            .field("priority_reason"));
        }
        Ok(IncidentEvent::Classified { classification })
    }

    /// Adds a note; closed cases take notes too.
    ///
    /// # Errors
    /// SIAGA-1305 over the limit.
    pub fn add_note(&self, text: PersonalRef) -> Result<IncidentEvent, SiagaError> {
        if self.notes.len() >= limits::NOTES {
            return Err(SiagaError::new(
                "SIAGA-1305",
                ErrorKind::Exhausted,
                format!("Sudah ada {} catatan, batas untuk satu kejadian.", limits::NOTES),
                format!("There are {} notes already, the limit of one incident.", limits::NOTES),
            ));
        }
        Ok(IncidentEvent::NoteAdded { text })
    }

    /// Adds a photo; closed cases take photos too.
    ///
    /// # Errors
    /// SIAGA-1314 once the case's personal data were erased: nobody would come to erase this one; SIAGA-1305 over the
    /// limit.
    pub fn add_photo(&self, file: PhotoFile) -> Result<IncidentEvent, SiagaError> {
        if self.erased.is_some() {
            return Err(SiagaError::new(
                "SIAGA-1314",
                ErrorKind::Conflict,
                "Data pribadi kejadian ini sudah dihapus; foto tidak dapat ditambahkan lagi.",
                "This incident's personal data were erased; no photo can be added any more.",
            ));
        }
        if self.photos.len() >= limits::PHOTOS {
            return Err(SiagaError::new(
                "SIAGA-1305",
                ErrorKind::Exhausted,
                format!("Sudah ada {} foto, batas untuk satu kejadian.", limits::PHOTOS),
                format!("There are {} photos already, the limit of one incident.", limits::PHOTOS),
            ));
        }
        Ok(IncidentEvent::PhotoAdded { file })
    }

    /// Ties a call to the case.
    ///
    /// # Errors
    /// SIAGA-1301, SIAGA-1302, SIAGA-1305 over the limit.
    pub fn attach_call(&self, call_id: Uuid) -> Result<IncidentEvent, SiagaError> {
        self.must_be_open()?;
        if self.calls.len() >= limits::CALLS {
            return Err(SiagaError::new(
                "SIAGA-1305",
                ErrorKind::Exhausted,
                "Terlalu banyak panggilan untuk satu kejadian. Buka kejadian baru dan hubungkan.",
                "Too many calls for one incident. Open another one and link it.",
            ));
        }
        Ok(IncidentEvent::CallAttached { call_id })
    }

    /// May be sent to agencies.
    ///
    /// # Errors
    /// SIAGA-1306 when neither type nor agencies say whom to send.
    pub fn may_dispatch(&self, agencies_named: bool) -> Result<(), SiagaError> {
        self.must_be_open()?;
        if self.classification.is_none() && !agencies_named {
            return Err(SiagaError::new(
                "SIAGA-1306",
                ErrorKind::Conflict,
                "Pilih jenis kejadian dahulu, atau sebutkan instansi tujuan.",
                "Choose the type first, or name the agencies.",
            )
            .field("agency_codes"));
        }
        Ok(())
    }

    /// Hands the case to a neighbouring centre.
    ///
    /// # Errors
    /// SIAGA-1301, SIAGA-1302.
    pub fn hand_over(&self, hand_over: HandOver) -> Result<IncidentEvent, SiagaError> {
        self.must_be_open()?;
        Ok(IncidentEvent::HandedOver { hand_over })
    }

    /// Merges this duplicate into `into`; returns its own event and the other's.
    ///
    /// # Errors
    /// SIAGA-1301, SIAGA-1302, SIAGA-1308 for a case merged into itself.
    pub fn merge(
        &self,
        own_id: Uuid,
        into_id: Uuid,
        into: &Self,
    ) -> Result<(IncidentEvent, IncidentEvent), SiagaError> {
        self.must_be_open()?;
        into.must_be_open()?;
        if own_id == into_id {
            return Err(same_incident());
        }
        let duplicate = IncidentEvent::Merged { into: into_id, number: into.number.clone() };
        let kept = IncidentEvent::DuplicateTaken {
            incident_id: own_id,
            number: self.number.clone(),
            calls: self.calls.clone(),
            assignments: self.assignments.clone(),
            notes: self.notes.clone(),
            photos: self.photos.clone(),
        };
        Ok((duplicate, kept))
    }

    /// Links two cases; none when they are linked already.
    ///
    /// # Errors
    /// SIAGA-1308 for a case linked to itself.
    pub fn link(&self, own_id: Uuid, other_id: Uuid, number: &str) -> Result<Option<IncidentEvent>, SiagaError> {
        if own_id == other_id {
            return Err(same_incident());
        }
        let known = self.linked.iter().any(|(linked, _)| *linked == other_id);
        Ok((!known).then(|| IncidentEvent::Linked { incident_id: other_id, number: number.to_owned() }))
    }

    /// Ends the case without an outcome. `running` names agencies still at work.
    ///
    /// # Errors
    /// SIAGA-1307 while agencies are at work.
    pub fn cancel(&self, reason: String, running: &[String]) -> Result<IncidentEvent, SiagaError> {
        self.must_be_open()?;
        nobody_at_work(running)?;
        Ok(IncidentEvent::Cancelled { reason })
    }

    /// Closes the case. `running` names agencies still at work.
    ///
    /// # Errors
    /// SIAGA-1307 while agencies are at work.
    pub fn close(&self, outcome: Outcome, running: &[String]) -> Result<IncidentEvent, SiagaError> {
        self.must_be_open()?;
        nobody_at_work(running)?;
        Ok(IncidentEvent::Closed { outcome })
    }

    /// Takes a closed or cancelled case in hand again.
    ///
    /// # Errors
    /// SIAGA-1302 for a duplicate, SIAGA-1309 when it is open.
    pub fn reopen(&self, reason: String) -> Result<IncidentEvent, SiagaError> {
        match self.state {
            IncidentState::Closed | IncidentState::Cancelled => Ok(IncidentEvent::Reopened { reason }),
            IncidentState::Merged => self.must_be_open().map(|()| IncidentEvent::Reopened { reason }),
            IncidentState::Open => Err(SiagaError::new(
                "SIAGA-1309",
                ErrorKind::Conflict,
                "Kejadian ini masih terbuka.",
                "This incident is still open.",
            )),
        }
    }

    /// Removes the case's personal data for good.
    ///
    /// # Errors
    /// SIAGA-1310 under a legal hold, SIAGA-1311 while it is open.
    pub fn erase_personal(&self, personal_ids: Vec<Uuid>, reason: String) -> Result<IncidentEvent, SiagaError> {
        if self.legal_hold {
            return Err(SiagaError::new(
                "SIAGA-1310",
                ErrorKind::Conflict,
                "Data kejadian ini ditahan untuk keperluan hukum dan tidak boleh dihapus.",
                "This incident is under a legal hold; its data must not be erased.",
            ));
        }
        if self.is_in_hand() {
            return Err(SiagaError::new(
                "SIAGA-1311",
                ErrorKind::Conflict,
                "Tutup kejadian ini dahulu; data pribadinya masih dibutuhkan.",
                "Close this incident first; its personal data are still needed.",
            ));
        }
        Ok(IncidentEvent::PersonalErased { personal_ids, reason })
    }

    fn is_in_hand(&self) -> bool {
        self.state == IncidentState::Open
    }
}

fn nobody_at_work(running: &[String]) -> Result<(), SiagaError> {
    if running.is_empty() {
        return Ok(());
    }
    let names = running.join(", ");
    Err(SiagaError::new(
        "SIAGA-1307",
        ErrorKind::Conflict,
        format!("Masih bertugas: {names}. Catat selesai atau tarik tugasnya dahulu."),
        format!("Still at work: {names}. Record completion or withdraw them first."),
    ))
}

fn same_incident() -> SiagaError {
    SiagaError::new("SIAGA-1308", ErrorKind::Invalid, "Kedua kejadian itu sama.", "Both are the same incident.")
}
