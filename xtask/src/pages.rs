//! Labelled pages: texts of whole web pages, line by line marked as article or not.

#![expect(clippy::cast_precision_loss, reason = "counts of pages")]

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use blake2::Blake2bVar;
use blake2::digest::{Update, VariableOutput};
use copydesk::article::{Dump, Fields};
use copydesk::clean::{Cleaner, Scratch};
use copydesk::model::Model;
use copydesk::options::Options;
use rayon::prelude::*;
use serde::Deserialize;

/// A row of the data: one page as one program wrote it. Only the first row of a page says what it is.
#[derive(Deserialize)]
struct Row {
    id: String,
    renderer: String,
    text: String,
    labels: String,
    classes: String,
    #[serde(flatten)]
    about: Option<About>,
}

/// What is known of a page.
#[derive(Clone, Deserialize)]
struct About {
    domain: String,
    url: String,
    title: Option<String>,
    kind: String,
    lang_group: String,
    gold: String,
}

/// One page as one program wrote it, with what is known of it.
pub(crate) struct LabelledPage {
    /// The program, or [`CLEAN`].
    pub(crate) renderer: String,
    /// The registered domain.
    pub(crate) domain: String,
    /// `news` or `other`.
    pub(crate) kind: String,
    /// `en` or `non-en`.
    pub(crate) language: String,
    /// What is cleaned.
    pub(crate) dump: Dump,
    /// A letter for each line: `K` keep, `D` drop, small letters where that is not sure, others for
    /// lines that are neither. `None` where the whole text is the article.
    pub(crate) labels: Option<Vec<u8>>,
    /// A letter for each line that says what kind of chrome it is: `c` a caption, `C` its credit.
    pub(crate) classes: Vec<u8>,
    /// The words of the article, the title's line left out.
    gold: Bag,
    title: Vec<u64>,
    /// Whether the title is a line of the text.
    has_title: bool,
}

/// The renderer of a page whose text is the article already.
pub(crate) const CLEAN: &str = "clean";
/// The same below its title.
pub(crate) const TITLED: &str = "titled";

/// How often each word stands in a text.
type Bag = HashMap<u64, u32>;

/// Reads every row of `path`, a file of JSON lines, and adds each page's article as a page of its own.
pub(crate) fn load(path: &Path) -> anyhow::Result<Vec<LabelledPage>> {
    let place = || path.display().to_string();
    let file = File::open(path).with_context(place)?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> =
        if packed { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut known: HashMap<String, About> = HashMap::new();
    let mut pages = Vec::new();
    for line in BufReader::new(reader).lines() {
        let row: Row = serde_json::from_str(&line.with_context(place)?).with_context(place)?;
        if let Some(about) = row.about {
            let title = about.title.clone();
            if let Some(title) = &title {
                let text = format!("{title}\n\n{}", about.gold);
                let labels: Vec<u8> = std::iter::once(b'T')
                    .chain(
                        text.split('\n')
                            .skip(1)
                            .map(|line| if line.is_empty() { b'-' } else { b'K' }),
                    )
                    .collect();
                let classes = vec![b'-'; labels.len()];
                pages.push(LabelledPage::new(&about, TITLED, text, None, Some((labels, classes))));
            }
            pages.push(LabelledPage::new(&about, CLEAN, about.gold.clone(), title, None));
            known.insert(row.id.clone(), about);
        }
        let about = known.get(&row.id).with_context(|| format!("{}: no first row", row.id))?;
        let labels = Some((row.labels.into_bytes(), row.classes.into_bytes()));
        pages.push(LabelledPage::new(about, &row.renderer, row.text, None, labels));
    }
    Ok(pages)
}

impl LabelledPage {
    fn new(
        about: &About,
        renderer: &str,
        text: String,
        title: Option<String>,
        labels: Option<(Vec<u8>, Vec<u8>)>,
    ) -> LabelledPage {
        let (labels, classes) = labels.unzip();
        let words = words(about.title.as_deref().unwrap_or(""));
        let has_title =
            title.is_none() && labels.as_ref().is_some_and(|labels| labels.contains(&b'T'));
        LabelledPage {
            renderer: renderer.to_owned(),
            domain: about.domain.clone(),
            kind: about.kind.clone(),
            language: about.lang_group.clone(),
            dump: Dump {
                path: "page".into(),
                record: Some(1),
                line: 1,
                folder: "pages".into(),
                text,
                fields: Fields { url: Some(about.url.clone()), title, ..Fields::default() },
            },
            labels,
            classes: classes.unwrap_or_default(),
            gold: bag(&about.gold, &words),
            title: words,
            has_title,
        }
    }

    /// Whether it is a page as a program wrote it.
    pub(crate) fn is_dumped(&self) -> bool {
        self.renderer != CLEAN && self.renderer != TITLED
    }

    /// In which of `folds` parts the page's domain is: no domain is in two.
    pub(crate) fn fold(&self, folds: u32) -> u32 {
        let mut hash = [0; 4];
        let Ok(mut hasher) = Blake2bVar::new(hash.len()) else { return 0 };
        hasher.update(self.domain.as_bytes());
        // The buffer has the length that was asked for.
        let _ = hasher.finalize_variable(&mut hash);
        u32::from_be_bytes(hash) % folds
    }

    /// How well `text` says what the article says, words counted without their order: precision,
    /// recall, F1. A line that equals the title counts on neither side.
    pub(crate) fn compare(&self, text: &str, title: Option<&str>) -> Score {
        let found = bag(text, &self.title);
        let count = |bag: &Bag| bag.values().map(|&n| f64::from(n)).sum::<f64>();
        let both = |(word, n): (&u64, &u32)| f64::from(*self.gold.get(word).unwrap_or(&0).min(n));
        let (right, found, wanted) =
            (found.iter().map(both).sum::<f64>(), count(&found), count(&self.gold));
        let part = |of: f64| if of > 0.0 { right / of } else { 1.0 };
        let precision = if found > 0.0 || wanted == 0.0 { part(found) } else { 0.0 };
        let recall = part(wanted);
        let sum = precision + recall;
        let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
        let titled = title.filter(|_| self.has_title).map(|title| {
            let found = words(title);
            !found.is_empty() && (found == self.title || contains(&found, &self.title))
        });
        Score { recall, f1, titled }
    }
}

/// How a text compares with the article as people marked it.
#[derive(Clone, Copy)]
pub(crate) struct Score {
    pub(crate) recall: f64,
    pub(crate) f1: f64,
    /// Whether the title is right, where it stands in the text.
    pub(crate) titled: Option<bool>,
}

/// Whether one of the two is the other with the name of the site behind it.
fn contains(a: &[u64], b: &[u64]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() >= 3 && long.starts_with(short)
}

/// Cleans every page with `model` (`None`: the built-in weights) and compares.
pub(crate) fn score(pages: &[&LabelledPage], model: Option<&Arc<Model>>) -> Vec<Score> {
    let cleaner = Cleaner::new(&Options { model: model.cloned(), ..Options::default() });
    let one = |page: &&LabelledPage| {
        let (mut text, mut title) = (String::new(), None);
        cleaner.clean(&page.dump, &mut Scratch::default(), &mut |article| {
            if let Ok(article) = article {
                text.push_str(&article.text);
                title = title.take().or(article.title);
            }
        });
        page.compare(&text, Some(title.as_deref().unwrap_or("")))
    };
    pages.par_iter().map(one).collect()
}

/// Means over the pages of one kind.
pub(crate) struct Figures {
    /// Which pages.
    pub(crate) of: &'static str,
    pages: usize,
    pub(crate) f1: f64,
    pub(crate) recall: f64,
    /// Share of pages with an F1 under 0.8.
    pub(crate) bad: f64,
    /// Right titles, and titles that stand in the text.
    titles: (usize, usize),
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { of, pages, f1, recall, bad, titles: (right, all) } = self;
        write!(
            f,
            "{of:<12}{pages:>6} pages  F1 {f1:.4}  recall {recall:.4}  under 0.8 {bad:.4}  \
             titles {right} of {all}"
        )
    }
}

/// Means over the pages: of all, by the program that wrote them, by language, by kind.
pub(crate) fn figures(scores: &[(&LabelledPage, Score)]) -> Vec<Figures> {
    type Of = fn(&LabelledPage) -> bool;
    let kinds: [(&'static str, Of); 10] = [
        ("all", |page| page.is_dumped()),
        ("inscriptis", |page| page.renderer == "inscriptis"),
        ("bs4", |page| page.renderer == "bs4"),
        ("lynx", |page| page.renderer == "lynx"),
        ("scoped", |page| page.renderer == "scoped"),
        ("not English", |page| page.is_dumped() && page.language != "en"),
        ("news", |page| page.is_dumped() && page.kind == "news"),
        ("other", |page| page.is_dumped() && page.kind != "news"),
        (CLEAN, |page| page.renderer == CLEAN),
        (TITLED, |page| page.renderer == TITLED),
    ];
    let of = |(name, of): &(&'static str, Of)| {
        let scores: Vec<Score> =
            scores.iter().filter(|(page, _)| of(page)).map(|(_, score)| *score).collect();
        let mean = |part: fn(&Score) -> f64| {
            scores.iter().map(part).sum::<f64>() / scores.len().max(1) as f64
        };
        let titles: Vec<bool> = scores.iter().filter_map(|score| score.titled).collect();
        Figures {
            of: name,
            pages: scores.len(),
            f1: mean(|s| s.f1),
            recall: mean(|s| s.recall),
            bad: mean(|s| f64::from(u8::from(s.f1 < 0.8))),
            titles: (titles.iter().filter(|right| **right).count(), titles.len()),
        }
    };
    kinds.iter().map(of).collect()
}

fn bag(text: &str, title: &[u64]) -> Bag {
    let mut bag = Bag::new();
    for line in text.lines() {
        let words = words(line);
        if title.is_empty() || words != title {
            for word in words {
                *bag.entry(word).or_default() += 1;
            }
        }
    }
    bag
}

/// The words of `text`, each as a hash of its small letters. Characters of scripts without spaces
/// are words.
pub(crate) fn words(text: &str) -> Vec<u64> {
    let alone = |c: char| {
        matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{0e00}'..='\u{0e7f}')
    };
    let hash = |word: &str| {
        let hash = blake3::hash(word.to_lowercase().as_bytes());
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
    };
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let part = (c.is_alphanumeric() || c == '_') && !alone(c);
        if let Some(from) = start.filter(|_| !part) {
            words.push(hash(&text[from..at]));
            start = None;
        }
        if part {
            start.get_or_insert(at);
        } else if alone(c) && at < text.len() {
            words.push(hash(&text[at..at + c.len_utf8()]));
        }
    }
    words
}
