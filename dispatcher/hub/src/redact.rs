//! Taking fields out of events that are already stored.

use serde_json::Value;

/// Taken out by every erasure, named or not.
const ALWAYS: &str = "personal";

/// Removes `personal` and the named fields from an event's `data`. A name may lead inwards with dots
/// (`agencies.units`); in a list it applies to every element. Returns whether anything was there to remove.
pub(crate) fn redact(event: &mut Value, fields: &[String]) -> bool {
    let Some(data) = event.get_mut("data") else {
        return false;
    };
    let mut removed = remove(data, &[ALWAYS]);
    for field in fields {
        let path: Vec<&str> = field.split('.').collect();
        removed |= remove(data, &path);
    }
    removed
}

fn remove(value: &mut Value, path: &[&str]) -> bool {
    match (value, path) {
        (Value::Object(object), [last]) => object.remove(*last).is_some(),
        (Value::Object(object), [first, rest @ ..]) => object.get_mut(*first).is_some_and(|inner| remove(inner, rest)),
        (Value::Array(elements), path) => {
            elements.iter_mut().fold(false, |removed, element| remove(element, path) | removed)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn personal_goes_always_and_names_lead_inwards_through_lists() {
        let mut event = json!({"id": "1", "data": {
            "personal": {"name": "x"}, "cause": "y", "status": "closed",
            "agencies": [{"code": "a", "note": "n"}, {"code": "b"}],
        }});
        let fields = ["cause".to_owned(), "agencies.note".to_owned(), "absent.at.all".to_owned()];
        assert!(redact(&mut event, &fields));
        let expected = json!({"id": "1", "data": {
            "status": "closed", "agencies": [{"code": "a"}, {"code": "b"}],
        }});
        assert_eq!(event, expected);
        assert!(!redact(&mut event, &fields));
    }
}
