//! What measured quality must not fall below: `floors.json`, whose numbers only rise.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::gold::Score;
use crate::pages::Figures;

/// The floors of the project.
#[derive(Deserialize)]
pub(crate) struct Floors {
    gold: GoldFloor,
    /// By kind of page, on domains that the weights were not trained on.
    pages: BTreeMap<String, PagesFloor>,
}

#[derive(Deserialize)]
struct GoldFloor {
    cases_right: usize,
    paragraphs_lost_max: usize,
}

#[derive(Deserialize)]
struct PagesFloor {
    f1: Option<f64>,
    recall: Option<f64>,
    under_0_8_max: Option<f64>,
}

impl Floors {
    /// Reads them.
    pub(crate) fn read() -> anyhow::Result<Floors> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../floors.json");
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// What of the cases falls short.
    pub(crate) fn cases(&self, score: &Score) -> Vec<String> {
        let GoldFloor { cases_right, paragraphs_lost_max } = self.gold;
        let right = (score.right < cases_right).then(|| format!("{cases_right} cases right"));
        let lost = (score.lost > paragraphs_lost_max)
            .then(|| format!("{paragraphs_lost_max} paragraphs lost at the most"));
        right.into_iter().chain(lost).collect()
    }

    /// What of the pages falls short.
    pub(crate) fn pages(&self, figures: &[Figures]) -> Vec<String> {
        let mut short = Vec::new();
        for (name, floor) in &self.pages {
            let Some(found) = figures.iter().find(|figures| figures.of == name) else {
                short.push(format!("{name}: no such pages"));
                continue;
            };
            if let Some(f1) = floor.f1.filter(|f1| found.f1 < *f1) {
                short.push(format!("{name}: F1 {f1}"));
            }
            if let Some(recall) = floor.recall.filter(|recall| found.recall < *recall) {
                short.push(format!("{name}: recall {recall}"));
            }
            if let Some(share) = floor.under_0_8_max.filter(|share| found.bad > *share) {
                short.push(format!("{name}: {share} of pages under an F1 of 0.8 at the most"));
            }
        }
        short
    }
}
