//! Marks beside a time that was not recorded by its own person at its own moment.

use std::cell::RefCell;

use siaga_domain::report::{OnBehalfMeans, ReportMark};

use crate::texts::Texts;

/// One mark: the sign that tables print, and what the key says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign {
    Phone,
    Radio,
    Other,
    Later,
    Correction,
}

impl Sign {
    fn symbol(self) -> &'static str {
        match self {
            Self::Phone => "T",
            Self::Radio => "R",
            Self::Other => "A",
            Self::Later => "S",
            Self::Correction => "K",
        }
    }

    fn meaning(self, texts: &Texts) -> &'static str {
        match self {
            Self::Phone => texts.legend_phone,
            Self::Radio => texts.legend_radio,
            Self::Other => texts.legend_other,
            Self::Later => texts.legend_later,
            Self::Correction => texts.legend_correction,
        }
    }
}

/// Remembers which signs were printed, so that the key lists those and no others.
#[derive(Default)]
pub(crate) struct Legend {
    used: RefCell<Vec<Sign>>,
}

impl Legend {
    /// The signs of one mark, as printed beside a time in a table.
    pub(crate) fn signs(&self, mark: &ReportMark) -> String {
        let signs: Vec<Sign> = signs_of(mark).collect();
        let symbols: Vec<&str> = signs.iter().map(|sign| sign.symbol()).collect();
        self.used.borrow_mut().extend(signs);
        symbols.concat()
    }

    /// The key: symbol and meaning of every sign used.
    pub(crate) fn entries(&self, texts: &Texts) -> Vec<[&'static str; 2]> {
        let mut used = self.used.borrow().clone();
        used.sort_unstable();
        used.dedup();
        used.into_iter().map(|sign| [sign.symbol(), sign.meaning(texts)]).collect()
    }
}

fn signs_of(mark: &ReportMark) -> impl Iterator<Item = Sign> {
    let means = mark.on_behalf.map(|means| match means {
        OnBehalfMeans::Phone => Sign::Phone,
        OnBehalfMeans::Radio => Sign::Radio,
        OnBehalfMeans::Other => Sign::Other,
    });
    let later = mark.recorded_later_at.map(|_| Sign::Later);
    let correction = mark.correction.then_some(Sign::Correction);
    [means, later, correction].into_iter().flatten()
}
