//! Trains the model of main text on labelled pages.
//!
//! Gradient boosting of symmetric trees on the log-loss, with histograms of the signals (Friedman
//! 2001; Ke et al. 2017, `LightGBM`; Prokhorenkova et al. 2018, arXiv:1706.09516). Every page weighs
//! the same, and within it a block by the root of its words: the figure that counts is the mean over
//! pages of the F1 of words. The same data gives the same weights.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts of blocks and words, bins and leaves that fit by their definition"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use copydesk::model::signals::Signal;
use copydesk::model::words::Words;
use copydesk::model::{DEPTH_MAX, Model, Question, Round, Tree};
use copydesk::options::Split;
use copydesk::segment::segment;
use copydesk::strip::{Page, main_text};
use rayon::prelude::*;

use crate::pages::{self, Figures, LabelledPage, Score};
use crate::words;

/// How to train. The defaults are those of the weights that come with the program.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Settings {
    /// Trees of a round; the title and the captions have half as many.
    #[arg(long, default_value_t = Settings::default().trees)]
    pub(crate) trees: usize,
    /// Share of a tree's answer that is added.
    #[arg(long, default_value_t = Settings::default().rate)]
    pub(crate) rate: f64,
    /// Share of the blocks that a tree sees.
    #[arg(long, default_value_t = Settings::default().blocks)]
    pub(crate) blocks: f64,
    /// Share of the signals that a tree may ask.
    #[arg(long, default_value_t = Settings::default().signals)]
    pub(crate) signals: f64,
    /// Weight that pulls leaves to zero, in weights of blocks.
    #[arg(long, default_value_t = Settings::default().shrink)]
    pub(crate) shrink: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { trees: 300, rate: 0.06, blocks: 0.35, signals: 0.2, shrink: 5.0 }
    }
}

/// The weights of one page's blocks add up to this; it gives `shrink` its meaning.
const PAGE_WEIGHT: f64 = 30.0;
/// Values of a signal that are told apart.
const BINS: usize = 64;

/// Blocks with their signals, targets and weights.
struct Table {
    /// For each signal, the bin of each block.
    columns: Vec<Vec<u8>>,
    /// For each signal, the greatest value in each bin.
    edges: Vec<Vec<u8>>,
    /// Share of a block's words that are of the article.
    targets: Vec<f64>,
    weights: Vec<f64>,
}

/// The blocks of one page.
pub(crate) struct Example<'p> {
    pub(crate) page: &'p LabelledPage,
    part: u32,
    pub(crate) reading: main_text::Reading,
    words: Vec<u32>,
    pub(crate) kept: Targets,
    titles: Targets,
    captions: Targets,
}

/// Parts into which the pages are cut, so that the second round is told what a first round makes of
/// pages that it was not trained on.
const PARTS: u32 = 4;

/// Trains on `pages`.
pub(crate) fn train(pages: &[&LabelledPage], settings: Settings) -> Arc<Model> {
    let mut examples: Vec<Example> = pages.par_iter().filter_map(|page| example(page)).collect();
    let early: Vec<usize> = (0..Signal::SECOND_ROUND as usize).collect();
    let every: Vec<usize> = (0..Signal::ALL.len()).collect();
    let few = Settings { trees: settings.trees / 2, ..settings };

    let texts = words::texts(pages);
    for part in 0..PARTS {
        let says = words::learn(&examples, &texts, |example| example.part != part);
        let told = examples.par_iter_mut().filter(|example| example.part == part);
        told.for_each(|example| example.reading.read_words(&says));
    }
    let says = words::learn(&examples, &texts, |_| true);

    let table = Table::new(&examples, |example| &example.kept);
    let told = held_out(&table, &examples, &early, settings);
    let first = boost(&table, &table.rows(&examples, |_| true), &early, settings);
    drop(table);
    examples.par_iter_mut().zip(told).for_each(|(example, scores)| {
        main_text::second_round(&mut example.reading.signals, &scores, &example.words);
    });

    let table = Table::new(&examples, |example| &example.titles);
    let told = held_out(&table, &examples, &every, few);
    let title = boost(&table, &table.rows(&examples, |_| true), &every, few);
    drop(table);
    examples.par_iter_mut().zip(told).for_each(|(example, scores)| example.retitle(&scores));

    let table = Table::new(&examples, |example| &example.kept);
    let second = boost(&table, &table.rows(&examples, |_| true), &every, settings);
    let table = Table::new(&examples, |example| &example.captions);
    let caption = boost(&table, &table.rows(&examples, |_| true), &every, few);
    Arc::new(Model { words: says, first, title, second, caption })
}

/// Scores of every example from trees that were not trained on it.
fn held_out(
    table: &Table,
    examples: &[Example],
    signals: &[usize],
    settings: Settings,
) -> Vec<Vec<i32>> {
    let mut scores = vec![Vec::new(); examples.len()];
    for part in 0..PARTS {
        let rows = table.rows(examples, |example| example.part != part);
        let round = boost(table, &rows, signals, settings);
        let told = scores.par_iter_mut().zip(examples).filter(|(_, e)| e.part == part);
        told.for_each(|(scores, example)| *scores = round.score(&example.reading.signals));
    }
    scores
}

/// Weights for a part, trained on the pages that are given.
type Trained<'p> = dyn FnMut(u32, &[&'p LabelledPage]) -> anyhow::Result<Arc<Model>> + 'p;

/// Measures with `folds` parts: every page is cleaned with weights that were trained without the
/// pages of its domain. `trained` gives those of a part, trained on the pages it is given.
pub(crate) fn measure<'p>(
    pages: &'p [LabelledPage],
    folds: u32,
    trained: &mut Trained<'p>,
) -> anyhow::Result<Vec<Figures>> {
    let mut scores: Vec<(&LabelledPage, Score)> = Vec::new();
    for fold in 0..folds {
        let (measured, taught): (Vec<_>, Vec<_>) =
            pages.iter().partition(|page| page.fold(folds) == fold);
        let model = trained(fold, &taught)?;
        let found = pages::score(&measured, Some(&model));
        scores.extend(measured.into_iter().zip(found));
    }
    Ok(pages::figures(&scores))
}

/// Where the weights of a part stand: beside those of all.
fn part_path(weights: &Path, fold: u32, folds: u32) -> PathBuf {
    weights.with_extension(format!("fold-{fold}-of-{folds}.txt"))
}

/// The weights of a part that [`run`] wrote.
pub(crate) fn read_part(weights: &Path, fold: u32, folds: u32) -> anyhow::Result<Arc<Model>> {
    let path = part_path(weights, fold, folds);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(Arc::new(Model::parse(&text).with_context(|| path.display().to_string())?))
}

/// Measures with `folds` parts, trains on all, and writes the weights to `output`, those of each part
/// beside it.
pub(crate) fn run(
    data: &Path,
    output: Option<&Path>,
    folds: u32,
    settings: Settings,
) -> anyhow::Result<()> {
    let pages = pages::load(data)?;
    let mut head = format!(
        "# Weights of the rule `main-text`, made by `cargo xtask train DATA --output FILE`.\n\
         # {settings:?}\n"
    );
    let figures = measure(&pages, folds, &mut |fold, taught| {
        let model = train(taught, settings);
        if let Some(output) = output {
            let path = part_path(output, fold, folds);
            let text = format!("# Trained without fold {fold} of {folds}.\n{}", model.to_text());
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        Ok(model)
    })?;
    if folds > 0 {
        head.push_str("# Measured on pages of domains that were not trained on:\n");
    }
    for figures in figures.iter().filter(|_| folds > 0) {
        println!("{figures}");
        let _ = writeln!(head, "# {figures}");
    }
    if let Some(output) = output {
        let all: Vec<&LabelledPage> = pages.iter().collect();
        let text = head + &train(&all, settings).to_text();
        std::fs::write(output, text).with_context(|| output.display().to_string())?;
    }
    Ok(())
}

/// What the blocks of a page are, each with its weight.
#[derive(Default)]
pub(crate) struct Targets {
    pub(crate) values: Vec<f64>,
    pub(crate) weights: Vec<f64>,
}

impl Targets {
    /// Makes the weights of the page add up to [`PAGE_WEIGHT`].
    fn levelled(mut self) -> Targets {
        let sum: f64 = self.weights.iter().sum();
        for weight in &mut self.weights {
            *weight *= PAGE_WEIGHT / sum.max(1e-9);
        }
        self
    }
}

/// What a page teaches; `None` where it has no block that is labelled.
fn example(page: &LabelledPage) -> Option<Example<'_>> {
    let articles = segment(&page.dump, Split::Never);
    let article = articles.first()?;
    let mut facts = Vec::new();
    let read = Page::read(article, &mut facts, &mut copydesk::strip::Scratch::default());
    let lines: Vec<&str> = page.dump.text.split('\n').collect();
    let [mut main, mut titles, mut captions] = [(); 3].map(|()| Targets::default());
    for block in &article.blocks {
        let (mut keep, mut drop, mut other, mut headline, mut pictured) = (0, 0, 0, 0, 0);
        let last = block.line + block.span.of(&page.dump.text).matches('\n').count();
        for line in block.line - 1..last {
            let words = pages::words(lines.get(line).copied().unwrap_or("")).len();
            match page.labels.as_ref().map(|labels| labels.get(line).copied()) {
                None | Some(Some(b'K' | b'k')) => keep += words,
                Some(Some(b'D' | b'd')) => drop += words,
                Some(Some(b'T')) => headline += words,
                Some(_) => other += words,
            }
            if matches!(page.classes.get(line), Some(b'c' | b'C')) {
                pictured += words;
            }
        }
        let labelled = keep + drop;
        let known = labelled > 0 && other + headline <= labelled;
        main.values.push(if known { keep as f64 / labelled as f64 } else { 0.0 });
        main.weights.push(if known { ((labelled + other + 1) as f64).sqrt() } else { 0.0 });
        let all = labelled + headline + other;
        let share = |part: usize| if all > 0 { part as f64 / all as f64 } else { 0.0 };
        titles.values.push(share(headline));
        let title_known = main_text::states_title(&read) && page.labels.is_some() && all > 0;
        // A title is one line of hundreds.
        let rarity = if headline > 0 { 30.0 } else { 1.0 };
        titles.weights.push(if title_known { rarity } else { 0.0 });
        captions.values.push(share(pictured));
        captions.weights.push(if all > 0 { 1.0 } else { 0.0 });
    }
    let labelled = main.weights.iter().any(|weight| *weight > 0.0);
    let reading = main_text::Reading::of(&read, &Words::default());
    labelled.then(|| Example {
        page,
        part: page.fold(PARTS),
        words: reading.counts.clone(),
        reading,
        kept: main.levelled(),
        titles: titles.levelled(),
        captions: captions.levelled(),
    })
}

impl Example<'_> {
    /// Reads the signals of the title again for the one that `scores` find.
    fn retitle(&mut self, scores: &[i32]) {
        let articles = segment(&self.page.dump, Split::Never);
        let Some(article) = articles.first() else { return };
        let mut facts = Vec::new();
        let mut page = Page::read(article, &mut facts, &mut copydesk::strip::Scratch::default());
        if main_text::states_title(&page) {
            page.set_title(main_text::title(&page, scores));
            self.reading.read_title(&page, &Words::default());
        }
    }
}

impl Table {
    fn new<'e, 'p>(
        examples: &'e [Example<'p>],
        targets: fn(&'e Example<'p>) -> &'e Targets,
    ) -> Table {
        let column = |signal: Signal| {
            let values = examples.iter().flat_map(|e| e.reading.signals.column(signal));
            values.collect::<Vec<u8>>()
        };
        let of = |values: fn(&Targets) -> &Vec<f64>| -> Vec<f64> {
            examples.iter().flat_map(|example| values(targets(example)).iter().copied()).collect()
        };
        let binned: Vec<(Vec<u8>, Vec<u8>)> =
            Signal::ALL.par_iter().map(|&signal| bins(column(signal))).collect();
        let (columns, edges) = binned.into_iter().unzip();
        Table { columns, edges, targets: of(|t| &t.values), weights: of(|t| &t.weights) }
    }

    /// The rows with a label of the examples that are `wanted`.
    fn rows(&self, examples: &[Example], wanted: impl Fn(&Example) -> bool) -> Vec<u32> {
        let rows = examples.iter().flat_map(|e| std::iter::repeat_n(wanted(e), e.words.len()));
        let labelled = rows.zip(&self.weights).zip(0..);
        labelled
            .filter(|((wanted, weight), _)| *wanted && **weight > 0.0)
            .map(|(_, row)| row)
            .collect()
    }
}

/// Puts values into at most [`BINS`] bins of about the same number; gives the greatest value of each.
fn bins(mut values: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let mut counts = [0_usize; 256];
    for value in &values {
        counts[usize::from(*value)] += 1;
    }
    let distinct = counts.iter().filter(|&&count| count > 0).count();
    let share = if distinct <= BINS { 0 } else { values.len() / BINS };
    let (mut bin_of, mut edges, mut filled) = ([0_u8; 256], Vec::<u8>::new(), usize::MAX);
    for (value, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        if filled >= share.max(1) && edges.len() < BINS {
            edges.push(0);
            filled = 0;
        }
        filled += count;
        let bin = edges.len() - 1;
        edges[bin] = value as u8;
        bin_of[value] = bin as u8;
    }
    for value in &mut values {
        *value = bin_of[usize::from(*value)];
    }
    (values, edges)
}

/// A small generator (xorshift64*, Vigna 2016): the same data gives the same weights.
struct Random(u64);

impl Random {
    fn below(&mut self, share: f64) -> bool {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        (bits as f64) < share * (1_u64 << 53) as f64
    }
}

/// Trains a round on `rows`, which may ask `signals`.
fn boost(table: &Table, rows: &[u32], signals: &[usize], settings: Settings) -> Round {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let weights = || rows.iter().map(|&row| table.weights[row as usize]);
    let sum: f64 = weights().sum();
    let kept: f64 = weights().zip(rows).map(|(w, &row)| w * table.targets[row as usize]).sum();
    let start = (kept / (sum - kept)).ln();
    let mut round = Round { base: (start * 1000.0).round() as i32, trees: Vec::new() };
    let mut scores = vec![start; table.targets.len()];
    for _ in 0..settings.trees {
        let sample: Vec<u32> =
            rows.iter().copied().filter(|_| random.below(settings.blocks)).collect();
        let asked: Vec<usize> =
            signals.iter().copied().filter(|_| random.below(settings.signals)).collect();
        let slopes: Vec<[f32; 2]> = sample
            .iter()
            .map(|&row| {
                let row = row as usize;
                let chance = 1.0 / (1.0 + (-scores[row]).exp());
                let weight = table.weights[row];
                [
                    (weight * (table.targets[row] - chance)) as f32,
                    (weight * (chance * (1.0 - chance)).max(1e-4)) as f32,
                ]
            })
            .collect();
        let tree = grow(table, &sample, &asked, &slopes, settings);
        let leaf_of = leaves(table, &tree);
        for (score, leaf) in scores.iter_mut().zip(leaf_of) {
            *score += f64::from(tree.leaf(leaf)) / 1000.0;
        }
        let questions = tree.questions().iter().map(|question| Question {
            signal: question.signal,
            above: table.edges[question.signal as usize][usize::from(question.above)],
        });
        round
            .trees
            .push(Tree::new(&questions.collect::<Vec<_>>(), &tree.leaves().collect::<Vec<_>>()));
    }
    round
}

/// One tree over the sampled rows; its questions are of bins.
fn grow(
    table: &Table,
    sample: &[u32],
    asked: &[usize],
    slopes: &[[f32; 2]],
    settings: Settings,
) -> Tree {
    let mut leaf_of = vec![0_u8; sample.len()];
    let mut questions: Vec<Question> = Vec::new();
    for level in 0..DEPTH_MAX {
        let best = asked
            .par_iter()
            .map(|&signal| {
                let gain = best_question(table, sample, &leaf_of, slopes, signal, level, settings);
                (gain.0, signal, gain.1)
            })
            .reduce_with(|a, b| if (b.0, b.1) > (a.0, a.1) { b } else { a });
        let Some((_, signal, bin)) = best else { break };
        let column = &table.columns[signal];
        for (leaf, &row) in leaf_of.iter_mut().zip(sample) {
            *leaf |= u8::from(column[row as usize] > bin) << level;
        }
        questions.push(Question { signal: Signal::ALL[signal], above: bin });
    }
    let mut sums = vec![[0.0_f64; 2]; 1 << questions.len()];
    for (leaf, slope) in leaf_of.iter().zip(slopes) {
        let sum = &mut sums[usize::from(*leaf)];
        sum[0] += f64::from(slope[0]);
        sum[1] += f64::from(slope[1]);
    }
    let leaf = |sum: &[f64; 2]| {
        let step = settings.rate * sum[0] / (sum[1] + settings.shrink);
        (step * 1000.0).round().clamp(-30_000.0, 30_000.0) as i16
    };
    let leaves: Vec<i16> = sums.iter().map(leaf).collect();
    Tree::new(&questions, &leaves)
}

/// The bin of `signal` above which asking parts the leaves best, and how well.
fn best_question(
    table: &Table,
    sample: &[u32],
    leaf_of: &[u8],
    slopes: &[[f32; 2]],
    signal: usize,
    level: usize,
    settings: Settings,
) -> (f64, u8) {
    let column = &table.columns[signal];
    let mut sums = vec![[0.0_f32; 2]; BINS << level];
    for ((&row, leaf), slope) in sample.iter().zip(leaf_of).zip(slopes) {
        let slot = usize::from(*leaf) * BINS + usize::from(column[row as usize]);
        let sum = &mut sums[slot];
        sum[0] += slope[0];
        sum[1] += slope[1];
    }
    let worth = |slope: f64, weight: f64| slope * slope / (weight + settings.shrink);
    let mut gains = [0.0_f64; BINS];
    for leaf in sums.chunks(BINS) {
        let all = leaf.iter().fold([0.0_f64; 2], |all, bin| {
            [all[0] + f64::from(bin[0]), all[1] + f64::from(bin[1])]
        });
        let mut low = [0.0_f64; 2];
        for (gain, bin) in gains.iter_mut().zip(leaf) {
            low[0] += f64::from(bin[0]);
            low[1] += f64::from(bin[1]);
            *gain += worth(low[0], low[1]) + worth(all[0] - low[0], all[1] - low[1]);
        }
    }
    let last = table.edges[signal].len().max(1);
    let best = gains[..last].iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or((0.0, 0), |(bin, gain)| (*gain, bin as u8))
}

/// The leaf of every row.
fn leaves(table: &Table, tree: &Tree) -> Vec<u8> {
    let mut leaf_of = vec![0_u8; table.targets.len()];
    for (level, question) in tree.questions().iter().enumerate() {
        let column = &table.columns[question.signal as usize];
        for (leaf, value) in leaf_of.iter_mut().zip(column) {
            *leaf |= u8::from(*value > question.above) << level;
        }
    }
    leaf_of
}
