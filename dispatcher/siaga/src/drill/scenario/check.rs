//! Checks a scenario whole, and names line and key of everything that is wrong.

use super::{
    AgencyScript, Call, CallKind, Case, Place, Scenario, Units,
    raw::{RawAgency, RawCall, RawPlace, RawScenario, RawUnits},
};
use crate::drill::duration::parse_duration;
use siaga_domain::limits::{
    AGENCIES_A_COMMAND, NARRATIVE_CHARS, NUMBER_CHARS, PLACE_CHARS, REASON_CHARS, UNITS_A_COMMAND,
};
use siaga_proto::v1::Disposition;
use std::{ops::Range, time::Duration};
use toml::Spanned;

/// Calls of one scenario.
const CALLS_MAX: usize = 2_000;
/// Agency entries of one scenario.
const AGENCIES_MAX: usize = 500;
/// Codes of agencies, types and units, in characters.
const CODE_CHARS: usize = 60;

pub(super) fn check(text: &str) -> Result<Scenario, Vec<String>> {
    let mut check = Check { text, problems: Vec::new(), warnings: Vec::new() };
    let raw: RawScenario = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            let key = key_at(text, &at).map(|key| format!("{key}: ")).unwrap_or_default();
            check.problem(&at, &format!("{key}{}", error.message().replace('\n', " ")));
            return Err(check.problems);
        }
    };
    if raw.call.is_empty() {
        check.problem(&(0..0), "a drill needs at least one [[call]]");
    }
    if raw.call.len() > CALLS_MAX || raw.agency.len() > AGENCIES_MAX {
        check.problem(&(0..0), &format!("at most {CALLS_MAX} calls and {AGENCIES_MAX} agencies make a drill"));
        return Err(check.problems);
    }
    let mut scenario = Scenario::default();
    for raw in &raw.call {
        let call = check.call(raw, &scenario);
        scenario.calls.push(call);
    }
    for raw in &raw.agency {
        let agency = check.agency(raw, &scenario);
        scenario.agencies.push(agency);
    }
    if check.problems.is_empty() {
        scenario.warnings = check.warnings;
        Ok(scenario)
    } else {
        Err(check.problems)
    }
}

struct Check<'a> {
    text: &'a str,
    problems: Vec<String>,
    warnings: Vec<String>,
}

impl Check<'_> {
    fn problem(&mut self, at: &Range<usize>, what: &str) {
        self.problems.push(format!("{}: {what}", line_of(self.text, at.start)));
    }

    fn warning(&mut self, at: &Range<usize>, what: &str) {
        self.warnings.push(format!("line {}: {what}", line_of(self.text, at.start)));
    }

    fn call(&mut self, raw: &Spanned<RawCall>, before: &Scenario) -> Call {
        let header = raw.span();
        let raw = raw.get_ref();
        let at = self.duration("at", Some(&raw.at)).unwrap_or_default();
        let phone = self.text("phone", raw.phone.as_ref(), NUMBER_CHARS).unwrap_or_default();
        let narrative = self.text("narrative", raw.narrative.as_ref(), NARRATIVE_CHARS).unwrap_or_default();
        let place = raw.place.as_ref().and_then(|place| self.place(place));
        let kind = self.kind(&header, raw, at, before);
        Call { at, phone, narrative, place, kind }
    }

    fn kind(&mut self, header: &Range<usize>, raw: &RawCall, at: Duration, before: &Scenario) -> CallKind {
        let disposition = raw.disposition.as_ref().map_or(Some(Disposition::Normal), |word| self.disposition(word));
        let own_case = disposition == Some(Disposition::Normal) && raw.same_as.is_none();
        if !own_case {
            for (key, span) in [
                ("type", raw.type_code.as_ref().map(Spanned::span)),
                ("priority", raw.priority.as_ref().map(Spanned::span)),
                ("dispatch", raw.dispatch.as_ref().map(Spanned::span)),
            ] {
                if let Some(span) = span {
                    self.warning(&span, &format!("{key} means nothing for a call that opens no case of its own"));
                }
            }
        }
        match (disposition, &raw.same_as) {
            (Some(Disposition::Normal), Some(same_as)) => CallKind::SameAs(self.same_as(same_as, at, before)),
            (Some(Disposition::Normal), None) => CallKind::Case(self.case(header, raw)),
            (_, Some(same_as)) => {
                self.problem(&same_as.span(), "same_as: only a normal call can be about another one's case");
                CallKind::Abandoned
            }
            (Some(Disposition::Abandoned) | None, None) => CallKind::Abandoned,
            (Some(disposition), None) => CallKind::Nuisance(disposition),
        }
    }

    fn disposition(&mut self, word: &Spanned<String>) -> Option<Disposition> {
        Some(match word.get_ref().as_str() {
            "normal" => Disposition::Normal,
            "ghost" => Disposition::Ghost,
            "prank" => Disposition::Prank,
            "information" => Disposition::Information,
            "wrong_number" | "wrong-number" => Disposition::WrongNumber,
            "abandoned" => Disposition::Abandoned,
            other => {
                self.problem(
                    &word.span(),
                    &format!(
                        "disposition: \"{other}\" is none; write normal, ghost, prank, information, wrong_number or \
                         abandoned"
                    ),
                );
                return None;
            }
        })
    }

    fn same_as(&mut self, same_as: &Spanned<i64>, at: Duration, before: &Scenario) -> usize {
        let span = same_as.span();
        let earlier = usize::try_from(*same_as.get_ref()).ok().filter(|index| *index < before.calls.len());
        let Some(earlier) = earlier else {
            let own = before.calls.len();
            let range = if own == 0 { "there is none".into() } else { format!("write 0 to {}", own - 1) };
            self.problem(
                &span,
                &format!("same_as: {} is not the index of an earlier call; {range}", same_as.get_ref()),
            );
            return 0;
        };
        if before.case_of(earlier).is_none() {
            self.problem(&span, &format!("same_as: call {earlier} opens no case"));
        } else if before.calls[earlier].at > at {
            self.problem(&span, &format!("same_as: call {earlier} comes later than this one"));
        }
        earlier
    }

    fn case(&mut self, header: &Range<usize>, raw: &RawCall) -> Case {
        let type_code = self.text("type", raw.type_code.as_ref(), CODE_CHARS).unwrap_or_default();
        if type_code.is_empty() {
            let at = raw.type_code.as_ref().map_or_else(|| header.clone(), Spanned::span);
            self.problem(&at, "type: a normal call that is not same_as another needs one");
        }
        let priority = raw.priority.as_ref().and_then(|priority| {
            let value = u32::try_from(*priority.get_ref()).ok().filter(|value| (1..=4).contains(value));
            if value.is_none() {
                self.problem(&priority.span(), &format!("priority: {} is not 1 to 4", priority.get_ref()));
            }
            value
        });
        let dispatch = raw.dispatch.as_ref().map(|codes| {
            if codes.get_ref().is_empty() {
                self.problem(&codes.span(), "dispatch: name agencies, or leave it out for the plan's leads");
            }
            self.codes("dispatch", codes, AGENCIES_A_COMMAND)
        });
        Case { type_code, priority, dispatch: dispatch.unwrap_or_default() }
    }

    fn place(&mut self, raw: &Spanned<RawPlace>) -> Option<Place> {
        let span = raw.span();
        let place = raw.get_ref();
        let text = place.text.clone().unwrap_or_default().trim().to_owned();
        if text.chars().count() > PLACE_CHARS {
            self.problem(&span, &format!("place.text: longer than {PLACE_CHARS} characters"));
        }
        let point = match (place.lat, place.lon) {
            (Some(lat), Some(lon)) => {
                if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
                    self.problem(&span, "place: lat is -90 to 90 degrees north, lon -180 to 180 degrees east");
                } else if lat == 0.0 && lon == 0.0 {
                    self.problem(&span, "place: 0,0 is no place of a case, but what a broken device sends");
                }
                Some((lat, lon))
            }
            (None, None) => None,
            _ => {
                self.problem(&span, "place: lat and lon belong together");
                None
            }
        };
        if text.is_empty() && point.is_none() {
            self.problem(&span, "place: give text, or lat and lon, or all three");
        }
        Some(Place { text, point })
    }

    fn agency(&mut self, raw: &Spanned<RawAgency>, scenario: &Scenario) -> AgencyScript {
        let header = raw.span();
        let raw = raw.get_ref();
        let code = self.text("code", Some(&raw.code), CODE_CHARS).unwrap_or_default();
        if code.is_empty() {
            self.problem(&raw.code.span(), "code: the agency's code, e.g. \"damkar\"");
        }
        let calls = raw.calls.as_ref().map(|calls| self.calls(calls, &code, scenario));
        if calls.is_none() && scenario.agencies.iter().any(|other| other.code == code && other.calls.is_none()) {
            self.problem(&header, &format!("calls: {code} has an entry for all its assignments already"));
        }
        let decline = raw.decline.as_ref().and_then(|reason| {
            let text = self.text("decline", Some(reason), REASON_CHARS);
            if text.as_ref().is_some_and(String::is_empty) {
                self.problem(&reason.span(), "decline: the reason must not be empty");
            }
            text
        });
        let script = AgencyScript {
            calls,
            acknowledge_after: self.duration("acknowledge_after", raw.acknowledge_after.as_ref()),
            units: raw.units.as_ref().map_or(Units::Unnamed, |units| self.units(units)),
            en_route_after: self.duration("en_route_after", raw.en_route_after.as_ref()),
            on_scene_after: self.duration("on_scene_after", raw.on_scene_after.as_ref()),
            completed_after: self.duration("completed_after", raw.completed_after.as_ref()),
            decline,
            code,
        };
        self.order(raw, &script);
        script
    }

    fn calls(&mut self, calls: &Spanned<Vec<i64>>, code: &str, scenario: &Scenario) -> Vec<usize> {
        let span = calls.span();
        if calls.get_ref().is_empty() {
            self.problem(&span, "calls: name calls, or leave it out for all");
        }
        let mut indexes = Vec::new();
        for number in calls.get_ref() {
            let index = usize::try_from(*number).ok().filter(|index| *index < scenario.calls.len());
            let Some(index) = index else {
                self.problem(&span, &format!("calls: there is no call {number}; they count from 0"));
                continue;
            };
            let named = |script: &AgencyScript| script.calls.as_ref().is_some_and(|calls| calls.contains(&index));
            match &scenario.calls[index].kind {
                CallKind::Case(case) if !case.dispatch.is_empty() && !case.dispatch.iter().any(|to| to == code) => {
                    self.problem(&span, &format!("calls: call {index} is not dispatched to {code}"));
                }
                CallKind::Case(_) => {}
                _ => self.problem(&span, &format!("calls: call {index} opens no case of its own")),
            }
            if indexes.contains(&index) || scenario.agencies.iter().any(|other| other.code == code && named(other)) {
                self.problem(&span, &format!("calls: {code} has an entry for call {index} already"));
            }
            indexes.push(index);
        }
        indexes
    }

    fn units(&mut self, units: &Spanned<RawUnits>) -> Units {
        match units.get_ref() {
            RawUnits::Count(count) => match usize::try_from(*count) {
                Ok(count) if (1..=UNITS_A_COMMAND).contains(&count) => Units::Any(count),
                _ => {
                    self.problem(&units.span(), &format!("units: {count} is not 1 to {UNITS_A_COMMAND}"));
                    Units::Unnamed
                }
            },
            RawUnits::Codes(codes) => {
                if codes.is_empty() {
                    self.problem(&units.span(), "units: name units, or say how many");
                }
                Units::Named(self.codes("units", &Spanned::new(units.span(), codes.clone()), UNITS_A_COMMAND))
            }
        }
    }

    /// Steps that contradict each other, or would happen in another order than the work has.
    fn order(&mut self, raw: &RawAgency, script: &AgencyScript) {
        let steps = [
            ("acknowledge_after", script.acknowledge_after, raw.acknowledge_after.as_ref()),
            ("en_route_after", script.en_route_after, raw.en_route_after.as_ref()),
            ("on_scene_after", script.on_scene_after, raw.on_scene_after.as_ref()),
            ("completed_after", script.completed_after, raw.completed_after.as_ref()),
        ];
        if script.decline.is_some() {
            for (key, _, raw) in steps.iter().skip(1) {
                if let Some(raw) = raw {
                    self.problem(&raw.span(), &format!("{key}: an agency that declines sends nobody"));
                }
            }
            if let Some(units) = &raw.units {
                self.problem(&units.span(), "units: an agency that declines sends nobody");
            }
        }
        let mut latest: Option<(&str, Duration)> = None;
        for (key, after, raw) in steps {
            let (Some(after), Some(raw)) = (after, raw) else { continue };
            if let Some((earlier, _)) = latest.filter(|(_, latest)| after < *latest) {
                self.problem(&raw.span(), &format!("{key}: comes before {earlier}; all count from delivery"));
            }
            latest = Some((key, after));
        }
    }

    fn duration(&mut self, key: &str, raw: Option<&Spanned<String>>) -> Option<Duration> {
        let raw = raw?;
        parse_duration(raw.get_ref()).map_err(|why| self.problem(&raw.span(), &format!("{key}: {why}"))).ok()
    }

    fn text(&mut self, key: &str, raw: Option<&Spanned<String>>, chars_max: usize) -> Option<String> {
        let raw = raw?;
        let text = raw.get_ref().trim();
        let chars = text.chars().count();
        if chars > chars_max {
            self.problem(&raw.span(), &format!("{key}: has {chars} characters, at most {chars_max}"));
        }
        Some(text.to_owned())
    }

    fn codes(&mut self, key: &str, raw: &Spanned<Vec<String>>, count_max: usize) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        if raw.get_ref().len() > count_max {
            self.problem(&raw.span(), &format!("{key}: at most {count_max}"));
        }
        for code in raw.get_ref() {
            let code = code.trim();
            if code.is_empty() || code.chars().count() > CODE_CHARS {
                self.problem(&raw.span(), &format!("{key}: \"{code}\" is not a code"));
            } else if codes.iter().any(|known| known == code) {
                self.problem(&raw.span(), &format!("{key}: \"{code}\" is named twice"));
            }
            codes.push(code.to_owned());
        }
        codes
    }
}

/// Line of a byte, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|byte| **byte == b'\n').count() + 1
}

/// The key whose value a byte range is in.
fn key_at<'a>(text: &'a str, at: &Range<usize>) -> Option<&'a str> {
    let line_start = text.get(..at.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let before = text.get(line_start..at.start)?;
    let (key, _) = before.rsplit_once('=')?;
    let key = key.trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next()?;
    (!key.is_empty()).then_some(key)
}
