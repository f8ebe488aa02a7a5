//! SearchPlaces: streets, places and kelurahan whose name has words that begin like the words typed; names that begin
//! with them first.

use super::limit;
use crate::{Core, access::Caller, city::City};
use siaga_domain::{SiagaError, limits};
use siaga_proto::v1;
use siaga_store::split_words;

/// Words before the name proper: "Jalan Diponegoro" is looked for as "Diponegoro".
const KINDS: [&str; 10] = ["jalan", "jl", "jln", "gang", "gg", "kelurahan", "kel", "lorong", "simpang", "pasar"];

/// The places that fit best.
///
/// # Errors
/// SIAGA-1001 when the words are too long, or for a limit over 50.
pub(crate) async fn search_places(
    core: &Core,
    _: &Caller,
    request: v1::SearchPlacesRequest,
) -> Result<v1::SearchPlacesResponse, SiagaError> {
    let words = split_words(&limits::text("words", &request.words, limits::NAME_CHARS)?);
    let limit = limit(request.limit, 10, 50)?;
    let places = if words.is_empty() { Vec::new() } else { find(&core.context.city(), &words, limit as usize) };
    Ok(v1::SearchPlacesResponse { places })
}

/// How well a name fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Begins,
    BeginsAfterKind,
    Has,
}

fn fit(name: &str, words: &[String]) -> Option<Fit> {
    let name = split_words(name);
    if name == words {
        return Some(Fit::Whole);
    }
    let begins = |from: usize| {
        name.len() >= from + words.len() && words.iter().zip(&name[from..]).all(|(word, have)| have.starts_with(word))
    };
    if begins(0) {
        return Some(Fit::Begins);
    }
    if name.first().is_some_and(|first| KINDS.contains(&first.as_str())) && begins(1) {
        return Some(Fit::BeginsAfterKind);
    }
    words.iter().all(|word| name.iter().any(|have| have.starts_with(word))).then_some(Fit::Has)
}

/// A name with what is known of it.
struct Named<'a> {
    name: &'a str,
    kind: &'a str,
    point: (f64, f64),
    kelurahan: &'a str,
}

fn find(city: &City, words: &[String], limit: usize) -> Vec<v1::Place> {
    let areas = city.kelurahan.iter().map(|area| Named {
        name: &area.name,
        kind: "kelurahan",
        point: area.label_point,
        kelurahan: &area.name,
    });
    let places = city.places.iter().map(|place| Named {
        name: &place.name,
        kind: &place.kind,
        point: place.point,
        kelurahan: &place.kelurahan,
    });
    let fitting = areas.chain(places).filter_map(|named| Some((fit(named.name, words)?, named)));
    let mut found: Vec<(Fit, Named<'_>)> = fitting.collect();
    found.sort_by_key(|(fit, named)| (*fit, named.name.chars().count(), named.name, named.kelurahan));
    found.into_iter().take(limit).map(|(_, named)| place(city, &named)).collect()
}

fn place(city: &City, named: &Named<'_>) -> v1::Place {
    let (latitude, longitude) = named.point;
    let located = city.locate(latitude, longitude);
    let said = city.kelurahan.iter().find(|area| area.name == named.kelurahan).map(|area| area.code.clone());
    v1::Place {
        name: named.name.to_owned(),
        kind: named.kind.to_owned(),
        point: Some(v1::Point { latitude, longitude, accuracy_m: 0.0 }),
        kelurahan_name: if said.is_some() { named.kelurahan.to_owned() } else { located.kelurahan_name },
        kelurahan_code: said.or(located.kelurahan_code).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_with_the_words_come_first() {
        let mut city = City::default();
        crate::testing::city().into_iter().for_each(|part| city.take(part));
        let names = |words: &str| -> Vec<String> {
            find(&city, &split_words(words), 10).into_iter().map(|place| place.name).collect()
        };
        assert_eq!(names("dipo"), ["Jalan Diponegoro", "SDN 1 Diponegoro"]);
        assert_eq!(names("jalan"), ["Jalan Diponegoro", "Jalan Yos Sudarso"]);
        assert_eq!(names("sdn 1"), ["SDN 1 Diponegoro"]);
        assert_eq!(names("pasiran"), ["Pasiran"]);
        assert_eq!(names("YOS sud"), ["Jalan Yos Sudarso"]);
        assert_eq!(names("zzz"), Vec::<String>::new());
        let found = find(&city, &split_words("diponegoro"), 1);
        assert_eq!((found.len(), found[0].kelurahan_code.as_str()), (1, crate::testing::KELURAHAN));
    }
}
