//! Alarms. They name numbers, posts and agencies, never what a case is about.

use super::{
    Views, alarm_text,
    common::{id_text, time},
    load::Row,
};
use siaga_domain::alarm::AlarmKind;
use siaga_proto::v1;

impl Views<'_> {
    /// An alarm that is up; none when it has ended.
    pub(crate) fn alarm(&self, id: &str) -> Option<v1::AlarmView> {
        let Row { state: alarm, position } = self.loaded.alarms.get(id).filter(|row| !row.state.ended)?;
        let subject = &alarm.subject;
        let (text_id, text_en) = alarm_text::sentences(self, alarm);
        // Once it is everybody's, whoever takes it has to be able to call at once.
        let escalated = alarm.level >= 2 || alarm.kind == AlarmKind::AgencyOffline;
        let agency = subject.agency.as_deref().filter(|_| escalated);
        Some(v1::AlarmView {
            id: id.to_owned(),
            kind: kind(alarm.kind).into(),
            raised_at: time(alarm.raised.map(|stamp| stamp.at)),
            level: u32::from(alarm.level),
            incident_id: id_text(subject.incident_id),
            incident_number: subject.incident_number.clone(),
            assignment_id: id_text(subject.assignment_id),
            call_id: id_text(subject.call_id),
            unit_id: id_text(subject.unit_id),
            agency_code: subject.agency.clone().unwrap_or_default(),
            taken_by_label: alarm.taken.as_ref().map(|(_, label, _)| label.clone()).unwrap_or_default(),
            taken_at: time(alarm.taken.as_ref().map(|(_, _, stamp)| stamp.at)),
            duty_contact: agency.and_then(|agency| self.duty_contact(agency)),
            position: self.loaded.position([*position]),
            text_id,
            text_en,
            owner_account_id: id_text(subject.owner),
            priority: subject.priority.map_or(0, u32::from),
        })
    }
}

pub(crate) const fn kind(kind: AlarmKind) -> v1::AlarmKind {
    match kind {
        AlarmKind::CallUnanswered => v1::AlarmKind::CallUnanswered,
        AlarmKind::AbandonedNotCalledBack => v1::AlarmKind::AbandonedNotCalledBack,
        AlarmKind::NotDispatched => v1::AlarmKind::NotDispatched,
        AlarmKind::NotDelivered => v1::AlarmKind::NotDelivered,
        AlarmKind::NotAcknowledged => v1::AlarmKind::NotAcknowledged,
        AlarmKind::NoUnit => v1::AlarmKind::NoUnit,
        AlarmKind::NotEnRoute => v1::AlarmKind::NotEnRoute,
        AlarmKind::NotOnScene => v1::AlarmKind::NotOnScene,
        AlarmKind::Declined => v1::AlarmKind::Declined,
        AlarmKind::NoAgencyLeft => v1::AlarmKind::NoAgencyLeft,
        AlarmKind::HelpRequested => v1::AlarmKind::HelpRequested,
        AlarmKind::UnitSilent => v1::AlarmKind::UnitSilent,
        AlarmKind::OwnerGone => v1::AlarmKind::OwnerGone,
        AlarmKind::NotClosed => v1::AlarmKind::NotClosed,
        AlarmKind::HubBehind => v1::AlarmKind::HubBehind,
        AlarmKind::AgencyOffline => v1::AlarmKind::AgencyOffline,
    }
}
