//! A trained model that scores blocks: many small trees whose answers are added up.
//!
//! Every tree asks the same question of all blocks on each of its levels, and the answers to all
//! its questions are the number of a leaf (symmetric trees, as `CatBoost` has them: Prokhorenkova et
//! al. 2018, arXiv:1706.09516). So a page is scored column by column, without a branch, and with
//! whole numbers only: the same bytes on every machine.

pub mod head;
pub mod signals;
pub mod words;

use std::fmt::Write;

use self::signals::{Signal, Signals};
use self::words::Words;
use crate::vector::{Loop, Machine, NUMBERS, ROW, Table, widest};

/// Questions a tree asks at the most.
pub const DEPTH_MAX: usize = 6;
const _: () = assert!(1 << DEPTH_MAX == NUMBERS, "a table has a place for each leaf");

/// What to do about a file that is none.
const REMEDY: &str = "make one with `cargo xtask train`";

/// Scores are thousandths of a logit.
const UNIT: f64 = 1000.0;

/// One question: whether a signal is above a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The signal.
    pub signal: Signal,
    /// The answer is yes above this.
    pub above: u8,
}

/// A tree: its questions, and a leaf for each way to answer them. The answer to question `k` is bit
/// `k` of the leaf's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Its questions, and idle ones behind them.
    questions: [Question; DEPTH_MAX],
    depth: usize,
    /// Thousandths of a logit.
    leaves: Table,
    /// The most that a leaf adds or takes.
    most: i32,
}

/// A model: what single words say, and four sums of trees.
///
/// The first round knows a block's own signals and its place; the others also what the first made of
/// the blocks around it (stacking, Wolpert 1992), and the last two which block is the title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// What single words say.
    pub words: Words,
    /// Whether a block is main text, in the first round.
    pub first: Round,
    /// Whether a block is the title.
    pub title: Round,
    /// Whether a block is main text, in the second round.
    pub second: Round,
    /// Whether a block is the caption of a picture.
    pub caption: Round,
}

/// A sum of trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// What every block starts with, in thousandths of a logit.
    pub base: i32,
    /// The trees.
    pub trees: Vec<Tree>,
}

/// Why a file of weights cannot be used: the line and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {what}")]
pub struct ModelError {
    /// 1-based line of the file.
    pub line: usize,
    /// What is wrong, and the remedy.
    pub what: String,
}

impl Model {
    /// Reads a file of weights: lines `words NUMBER WORD...`; for each part a line with its name in brackets, as `[first]`, a line
    /// `base NUMBER`, then lines `tree QUESTION... : LEAF...`, a question as `width>12`. Lines that
    /// start with `#` and blank lines say nothing.
    ///
    /// # Errors
    /// A line that is none of these, names a signal that is not known, or has too few leaves; a part
    /// that is missing.
    pub fn parse(text: &str) -> Result<Model, ModelError> {
        let mut model = Model::default();
        let mut part = None;
        for (index, line) in text.lines().enumerate() {
            let wrong = |what: String| ModelError { line: index + 1, what };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let strange = || wrong(format!("no line of a file of weights; {REMEDY}"));
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                let known = model.parts().iter().position(|(known, _)| *known == name);
                part = Some(known.ok_or_else(|| wrong(format!("no part is named {name}")))?);
                continue;
            }
            if let Some(words) = line.strip_prefix("words ") {
                model.words.read(words).map_err(wrong)?;
                continue;
            }
            let part = part.ok_or_else(strange)?;
            let round = model.part_mut(part);
            if let Some(base) = line.strip_prefix("base ") {
                let bad = |_| wrong(format!("{base} is no whole number"));
                round.base = base.trim().parse().map_err(bad)?;
            } else if let Some(tree) = line.strip_prefix("tree ") {
                round.trees.push(Tree::parse(tree).map_err(wrong)?);
            } else {
                return Err(strange());
            }
        }
        match model.parts().iter().find(|(_, round)| round.trees.is_empty()) {
            None => Ok(model),
            Some((name, _)) => {
                let what = format!("no tree in [{name}]; {REMEDY}");
                Err(ModelError { line: text.lines().count(), what })
            }
        }
    }

    /// The model as the text that [`Model::parse`] reads.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.words.write(&mut text);
        for (name, round) in self.parts() {
            let _ = writeln!(text, "[{name}]\nbase {}", round.base);
            for tree in &round.trees {
                tree.write(&mut text);
            }
        }
        text
    }

    fn parts(&self) -> [(&'static str, &Round); 4] {
        [
            ("first", &self.first),
            ("title", &self.title),
            ("second", &self.second),
            ("caption", &self.caption),
        ]
    }

    fn part_mut(&mut self, part: usize) -> &mut Round {
        match part {
            0 => &mut self.first,
            1 => &mut self.title,
            2 => &mut self.second,
            _ => &mut self.caption,
        }
    }

    /// A name that no other model has: the BLAKE3, in hex, of its text.
    #[must_use]
    pub fn name(&self) -> String {
        blake3::hash(self.to_text().as_bytes()).to_hex().to_string()
    }
}

impl Round {
    /// The score of each block, in thousandths of a logit: above zero it is rather main text.
    #[must_use]
    pub fn score(&self, signals: &Signals) -> Vec<i32> {
        let mut scores = widest(Scoring { round: self, signals });
        scores.truncate(signals.blocks());
        scores
    }

    /// What each signal added to the score of `block`, in thousandths of a logit, the strongest
    /// first. A question adds what the mean of the leaves left by its answer exceeds the mean before.
    #[must_use]
    pub fn reasons(&self, signals: &Signals, block: usize) -> Vec<(Signal, i32)> {
        let mut sums = vec![0_i64; Signal::ALL.len()];
        for tree in &self.trees {
            let mut left: Vec<i64> = tree.leaves().map(i64::from).collect();
            let mean = |leaves: &[i64]| {
                leaves.iter().sum::<i64>() / i64::try_from(leaves.len()).unwrap_or(1).max(1)
            };
            // From the last question, whose answer is the highest bit, to the first.
            for question in tree.questions().iter().rev() {
                let value = signals.get(question.signal, block);
                let before = mean(&left);
                let half = left.len() / 2;
                if value > question.above {
                    left.drain(..half);
                } else {
                    left.truncate(half);
                }
                sums[question.signal as usize] += mean(&left) - before;
            }
        }
        let all = Signal::ALL.iter().copied().zip(sums);
        let mut all: Vec<(Signal, i32)> = all
            .map(|(signal, sum)| (signal, i32::try_from(sum).unwrap_or(i32::MAX)))
            .filter(|(_, sum)| *sum != 0)
            .collect();
        all.sort_by_key(|(signal, sum)| (-sum.abs(), *signal as usize));
        all
    }
}

/// Scoring a page, a row of blocks at a time.
struct Scoring<'m> {
    round: &'m Round,
    signals: &'m Signals,
}

impl Loop for Scoring<'_> {
    type Output = Vec<i32>;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Vec<i32> {
        let rows = self.signals.rows();
        let mut scores = vec![[self.round.base; ROW]; rows.len()];
        // Half as wide as scores, and so twice as fast, as long as nothing overflows.
        let mut sums = vec![[0_i16; ROW]; rows.len()];
        let mut most = 0;
        for tree in &self.round.trees {
            most += tree.most;
            if most > i16::MAX.into() {
                settle(&mut sums, &mut scores);
                most = tree.most;
            }
            let table = machine.ready(&tree.leaves);
            let asked = tree.questions.map(|question| question.signal as usize);
            let above = tree.questions.map(|question| question.above);
            for (rows, sums) in rows.iter().zip(&mut sums) {
                let values = asked.map(|signal| &rows[signal]);
                let mut leaves = [0_u8; ROW];
                for i in 0..ROW {
                    for bit in 0..DEPTH_MAX {
                        leaves[i] |= u8::from(values[bit][i] > above[bit]) << bit;
                    }
                }
                machine.add(&table, &leaves, sums);
            }
        }
        settle(&mut sums, &mut scores);
        scores.into_flattened()
    }
}

/// Moves the sums of some trees to the scores.
#[inline(always)]
fn settle(sums: &mut [[i16; ROW]], scores: &mut [[i32; ROW]]) {
    for (sum, score) in sums.as_flattened_mut().iter_mut().zip(scores.as_flattened_mut()) {
        *score += i32::from(std::mem::take(sum));
    }
}

impl Tree {
    /// The tree with these questions, at most [`DEPTH_MAX`], and the leaf of each way to answer them.
    #[must_use]
    pub fn new(questions: &[Question], leaves: &[i16]) -> Tree {
        let depth = questions.len().min(DEPTH_MAX);
        let mut all = [Question::IDLE; DEPTH_MAX];
        all[..depth].copy_from_slice(&questions[..depth]);
        let most = leaves.iter().map(|&leaf| i32::from(leaf).abs()).max().unwrap_or(0);
        Tree { questions: all, depth, leaves: Table::of(leaves), most }
    }

    /// Its questions.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.questions[..self.depth]
    }

    /// Its leaves: two to the power of the number of questions.
    pub fn leaves(&self) -> impl Iterator<Item = i16> {
        (0..1_u8 << self.depth).map(|place| self.leaves.get(place))
    }

    /// The leaf with this number.
    #[must_use]
    pub fn leaf(&self, number: u8) -> i16 {
        self.leaves.get(number)
    }

    fn write(&self, text: &mut String) {
        text.push_str("tree");
        for question in self.questions() {
            let _ = write!(text, " {}>{}", question.signal.name(), question.above);
        }
        text.push_str(" :");
        for leaf in self.leaves() {
            let _ = write!(text, " {leaf}");
        }
        text.push('\n');
    }

    fn parse(text: &str) -> Result<Tree, String> {
        let (questions, leaves) = text.split_once(':').ok_or("a tree without `:`")?;
        let questions: Vec<Question> =
            questions.split_whitespace().map(Question::parse).collect::<Result<_, _>>()?;
        let leaf = |leaf: &str| leaf.parse().map_err(|_| format!("{leaf} is no leaf"));
        let leaves: Vec<i16> = leaves.split_whitespace().map(leaf).collect::<Result<_, _>>()?;
        if questions.len() > DEPTH_MAX || leaves.len() != 1 << questions.len() {
            let (asked, found) = (questions.len(), leaves.len());
            return Err(format!("{found} leaves for {asked} questions"));
        }
        Ok(Tree::new(&questions, &leaves))
    }
}

impl Question {
    /// A question to which the answer is always no.
    const IDLE: Question = Question { signal: Signal::Width, above: u8::MAX };

    fn parse(text: &str) -> Result<Question, String> {
        let (name, above) = text.split_once('>').ok_or_else(|| format!("{text} is no question"))?;
        let known = Signal::ALL.iter().find(|signal| signal.name() == name);
        let signal = *known.ok_or_else(|| format!("no signal is named {name}"))?;
        let above = above.parse().map_err(|_| format!("{above} is not from 0 to 255"))?;
        Ok(Question { signal, above })
    }
}

/// The share of blocks with this score that are main text, of 1000.
#[must_use]
pub fn permille(score: i32) -> u32 {
    let share = 1.0 / (1.0 + (-f64::from(score) / UNIT).exp());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of one, times a thousand"
    )]
    let permille = (share * 1000.0).round() as u32;
    permille
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_great_leaves_do_not_overflow() {
        let question = Question { signal: Signal::Width, above: 3 };
        let tree = Tree::new(&[question], &[-30_000, 30_000]);
        let round = Round { base: 5, trees: vec![tree; 5] };
        let mut signals = Signals::new(40);
        signals.fill(Signal::Width, |i| 3 + u8::from(i % 2 == 1));
        let expected: Vec<i32> =
            (0..40).map(|i| if i % 2 == 1 { 150_005 } else { -149_995 }).collect();
        assert_eq!(round.score(&signals), expected);
    }
}
