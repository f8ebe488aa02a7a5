//! The commands, one file each, named as in the contract.

mod add_note;
mod answer_call;
mod assign_owner;
mod attach_call;
mod cancel_incident;
mod card;
mod classify_incident;
mod close_incident;
mod edit_incident;
mod end_call;
mod hand_over_shift;
mod hand_over_to_centre;
mod hold_call;
mod identify_caller;
mod link_incidents;
mod merge_incident;
mod open_incident;
mod record_call_back;
mod reopen_incident;
mod resume_call;
mod ring_call;
mod set_disposition;
mod set_duty_state;
mod set_legal_hold;
mod verify_place;
