//! The map of where: kelurahan laid flat, in millimetres on paper, with the class of each by its count.

use serde::Serialize;
use siaga_domain::report::activity::ActivityArea;
use std::collections::HashMap;

use super::texts::Words;

/// Width that the map may take, mm.
const WIDTH_MM: f64 = 104.0;
/// Height that the map may take, mm.
const HEIGHT_MM: f64 = 92.0;
/// Side of the enlargement of what is too small on the map, mm.
const INSET_MM: f64 = 62.0;
/// An area whose box is narrower than this has no room for its number, mm.
const NUMBER_MM: f64 = 5.0;
/// An enlargement of more than this share of the map shows nothing that the map does not.
const INSET_SHARE_MAX: f64 = 0.45;
/// Corners nearer to the one before than this are finer than the printed line, mm.
const CORNER_MM: f64 = 0.12;
/// Classes of counts above zero.
const CLASSES_MAX: u32 = 5;

/// One area as drawn.
#[derive(Serialize)]
struct Shape {
    /// Rings of all its polygons, to be filled by the even-odd rule.
    rings: Vec<Vec<[f64; 2]>>,
    /// 0: none; 1 to 5: more.
    class: u32,
    /// Its count where there is room for it; empty where not.
    number: String,
    at: [f64; 2],
}

/// A rectangle of paper with areas on it.
#[derive(Serialize)]
pub(super) struct Sheet {
    width_mm: f64,
    height_mm: f64,
    shapes: Vec<Shape>,
}

/// A class of the legend.
#[derive(Serialize)]
struct Class {
    class: u32,
    text: String,
}

/// The map with its enlargement and its legend.
#[derive(Serialize)]
pub(super) struct Map {
    alt: String,
    whole: Sheet,
    inset: Option<Sheet>,
    /// Where the enlargement lies on the map: left, top, width, height in mm.
    inset_frame: Option<[f64; 4]>,
    inset_title: &'static str,
    legend_title: &'static str,
    legend: Vec<Class>,
    credits: Vec<String>,
}

/// West, south, east, north in degrees.
#[derive(Clone, Copy)]
struct Bounds([f64; 4]);

impl Bounds {
    const NONE: Self = Self([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY]);

    fn of(area: &ActivityArea) -> Self {
        let corners = area.polygons.iter().flatten().flatten();
        corners.fold(Self::NONE, |Self([west, south, east, north]), &[x, y]| {
            Self([west.min(x), south.min(y), east.max(x), north.max(y)])
        })
    }

    fn with(self, other: Self) -> Self {
        let [west, south, east, north] = other.0;
        Self([self.0[0].min(west), self.0[1].min(south), self.0[2].max(east), self.0[3].max(north)])
    }

    fn is_some(self) -> bool {
        self.0.iter().all(|degrees| degrees.is_finite()) && self.width() > 0.0 && self.height() > 0.0
    }

    fn width(self) -> f64 {
        self.0[2] - self.0[0]
    }

    fn height(self) -> f64 {
        self.0[3] - self.0[1]
    }

    /// A little more on each side, so that nothing touches the frame.
    fn padded(self) -> Self {
        let [west, south, east, north] = self.0;
        let pad = 0.04 * self.width().max(self.height());
        Self([west - pad, south - pad, east + pad, north + pad])
    }

    fn crosses(self, other: Self) -> bool {
        let [west, south, east, north] = other.0;
        self.0[0] < east && west < self.0[2] && self.0[1] < north && south < self.0[3]
    }
}

/// Degrees to millimetres: flat, which a city is.
struct Paper {
    bounds: Bounds,
    /// A degree east, shorter than one north.
    east_mm: f64,
    north_mm: f64,
}

impl Paper {
    fn fitting(bounds: Bounds, width_mm: f64, height_mm: f64) -> Self {
        let [_, south, _, north] = bounds.0;
        let narrowing = ((south + north) / 2.0).to_radians().cos().max(0.1);
        let north_mm = (width_mm / (bounds.width() * narrowing)).min(height_mm / bounds.height());
        Self { bounds, east_mm: north_mm * narrowing, north_mm }
    }

    fn point(&self, east: f64, north: f64) -> [f64; 2] {
        [(east - self.bounds.0[0]) * self.east_mm, (self.bounds.0[3] - north) * self.north_mm].map(hundredths)
    }

    fn size(&self, bounds: Bounds) -> (f64, f64) {
        (bounds.width() * self.east_mm, bounds.height() * self.north_mm)
    }

    fn has_room(&self, area: &ActivityArea) -> bool {
        let (width, height) = self.size(Bounds::of(area));
        width >= NUMBER_MM && height >= NUMBER_MM * 0.7
    }

    /// A ring without the corners that nobody would see; `None` where nothing is left of it.
    fn ring(&self, corners: &[[f64; 2]]) -> Option<Vec<[f64; 2]>> {
        let mut ring: Vec<[f64; 2]> = Vec::with_capacity(corners.len());
        for &[east, north] in corners {
            let at = self.point(east, north);
            let far = |last: &[f64; 2]| (last[0] - at[0]).hypot(last[1] - at[1]) >= CORNER_MM;
            if ring.last().is_none_or(far) {
                ring.push(at);
            }
        }
        (ring.len() >= 3).then_some(ring)
    }

    fn sheet<'a>(&self, areas: impl Iterator<Item = &'a ActivityArea>, counts: &Counts<'_>) -> Sheet {
        let (width_mm, height_mm) = self.size(self.bounds);
        let shape = |area: &ActivityArea| Shape {
            rings: area.polygons.iter().flatten().filter_map(|ring| self.ring(ring)).collect(),
            class: counts.class(&area.code),
            number: if self.has_room(area) { counts.of(&area.code).to_string() } else { String::new() },
            at: self.point(area.label.0, area.label.1),
        };
        Sheet { width_mm: hundredths(width_mm), height_mm: hundredths(height_mm), shapes: areas.map(shape).collect() }
    }
}

fn hundredths(mm: f64) -> f64 {
    (mm * 100.0).round() / 100.0
}

/// Cases by kelurahan, in classes of one width.
struct Counts<'a> {
    by_code: &'a HashMap<&'a str, u32>,
    /// Counts that one class spans.
    step: u32,
}

impl<'a> Counts<'a> {
    fn new(by_code: &'a HashMap<&'a str, u32>) -> Self {
        let max = by_code.values().copied().max().unwrap_or(0);
        Self { by_code, step: max.div_ceil(CLASSES_MAX).max(1) }
    }

    fn of(&self, code: &str) -> u32 {
        self.by_code.get(code).copied().unwrap_or(0)
    }

    fn class(&self, code: &str) -> u32 {
        self.of(code).div_ceil(self.step)
    }

    fn legend(&self) -> Vec<Class> {
        let max = self.by_code.values().copied().max().unwrap_or(0);
        let mut legend = vec![Class { class: 0, text: "0".to_owned() }];
        for class in 1..=max.div_ceil(self.step) {
            let (from, to) = ((class - 1) * self.step + 1, class * self.step);
            let text = if from == to { from.to_string() } else { format!("{from}–{to}") };
            legend.push(Class { class, text });
        }
        legend
    }
}

/// The map, or none where the city has no areas.
pub(super) fn draw(
    areas: &[ActivityArea],
    by_code: &HashMap<&str, u32>,
    words: &'static Words,
    credits: Vec<String>,
) -> Option<Map> {
    let bounds = areas.iter().map(Bounds::of).fold(Bounds::NONE, Bounds::with);
    if !bounds.is_some() {
        return None;
    }
    let counts = Counts::new(by_code);
    let paper = Paper::fitting(bounds.padded(), WIDTH_MM, HEIGHT_MM);
    let crowded = areas.iter().filter(|area| !paper.has_room(area)).map(Bounds::of).fold(Bounds::NONE, Bounds::with);
    let inset = Some(crowded.padded()).filter(|crowded| {
        let share = (crowded.width() / bounds.width()).max(crowded.height() / bounds.height());
        crowded.is_some() && share <= INSET_SHARE_MAX
    });
    let frame = |inset: &Bounds| {
        let [west, _, _, north] = inset.0;
        let ([left, top], (width, height)) = (paper.point(west, north), paper.size(*inset));
        [left, top, hundredths(width), hundredths(height)]
    };
    let enlarged = |inset: &Bounds| {
        let near = areas.iter().filter(|area| Bounds::of(area).crosses(*inset));
        Paper::fitting(*inset, INSET_MM, INSET_MM).sheet(near, &counts)
    };
    Some(Map {
        alt: words.map_alt.to_owned(),
        whole: paper.sheet(areas.iter(), &counts),
        inset_frame: inset.as_ref().map(frame),
        inset: inset.as_ref().map(enlarged),
        inset_title: words.inset,
        legend_title: words.legend,
        legend: counts.legend(),
        credits,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::texts::INDONESIAN;

    fn square(code: &str, west: f64, south: f64, side: f64) -> ActivityArea {
        let (east, north) = (west + side, south + side);
        ActivityArea {
            code: code.to_owned(),
            label: (west + side / 2.0, south + side / 2.0),
            polygons: vec![vec![vec![[west, south], [east, south], [east, north], [west, north]]]],
        }
    }

    fn drawn(areas: &[ActivityArea], counts: &[(&str, u32)]) -> Map {
        let counts: HashMap<&str, u32> = counts.iter().copied().collect();
        draw(areas, &counts, &INDONESIAN, Vec::new()).unwrap()
    }

    #[test]
    fn north_is_up_and_everything_is_on_the_sheet() {
        let map = drawn(&[square("south", 109.0, 0.8, 0.1), square("north", 109.0, 0.9, 0.1)], &[("north", 3)]);
        let [south, north] = map.whole.shapes.as_slice() else { panic!() };
        assert!(north.at[1] < south.at[1]);
        assert_eq!((north.number.as_str(), south.number.as_str()), ("3", "0"));
        assert!(map.whole.width_mm <= WIDTH_MM && map.whole.height_mm <= HEIGHT_MM);
        for &[x, y] in map.whole.shapes.iter().flat_map(|shape| &shape.rings).flatten() {
            assert!((0.0..=map.whole.width_mm).contains(&x) && (0.0..=map.whole.height_mm).contains(&y), "{x} {y}");
        }
        assert!(map.inset.is_none(), "all of it can be read");
    }

    #[test]
    fn what_is_too_small_to_be_read_is_enlarged() {
        let areas = [square("wide", 109.0, 0.8, 0.4), square("a", 109.1, 1.21, 0.01), square("b", 109.11, 1.21, 0.01)];
        let map = drawn(&areas, &[("a", 1), ("b", 2)]);
        let number = |sheet: &Sheet, index: usize| sheet.shapes[index].number.clone();
        assert_eq!([0, 1, 2].map(|index| number(&map.whole, index)), ["0", "", ""]);
        let inset = map.inset.unwrap();
        let numbers: Vec<&str> = inset.shapes.iter().map(|shape| shape.number.as_str()).collect();
        assert_eq!(numbers, ["1", "2"]);
        assert!(map.inset_frame.is_some());
    }

    #[test]
    fn classes_are_of_one_width_and_the_legend_names_them() {
        let areas = [square("a", 109.0, 0.8, 0.1), square("b", 109.1, 0.8, 0.1), square("c", 109.2, 0.8, 0.1)];
        let map = drawn(&areas, &[("a", 12), ("b", 3), ("elsewhere", 4)]);
        let classes: Vec<u32> = map.whole.shapes.iter().map(|shape| shape.class).collect();
        assert_eq!(classes, [4, 1, 0]);
        let legend: Vec<&str> = map.legend.iter().map(|class| class.text.as_str()).collect();
        assert_eq!(legend, ["0", "1–3", "4–6", "7–9", "10–12"]);
        let few = drawn(&areas, &[("a", 2)]);
        assert_eq!(few.legend.iter().map(|class| class.text.as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
        let none = drawn(&areas, &[]);
        assert_eq!(none.legend.len(), 1);
    }

    #[test]
    fn a_city_without_areas_has_no_map() {
        assert!(draw(&[], &HashMap::new(), &INDONESIAN, Vec::new()).is_none());
        let point = ActivityArea { polygons: vec![vec![vec![[109.0, 0.9]]]], ..square("a", 109.0, 0.9, 0.1) };
        assert!(draw(&[point], &HashMap::new(), &INDONESIAN, Vec::new()).is_none());
    }
}
