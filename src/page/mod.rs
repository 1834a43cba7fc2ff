//! `report.html`: what a run removed, for people, as one page that needs nothing else.
//!
//! The page is a function of the report and of samples that the run chose; it shows no time and no
//! place of output, so the same run gives the same bytes. All that comes from data is escaped by the
//! template; the policy in its head lets nothing run or load but the style and the script that stand in
//! it, named by their hashes.

mod charts;
mod view;

use std::fmt::Write as _;

use askama::Template as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use indicatif::HumanCount;
use sha2::{Digest as _, Sha256};

use crate::difference::{Difference, Piece, shortened};
use crate::report::Report;
use crate::text::{terminal_safe, terminal_safe_lines};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Bytes of a page that opens at once. Data that escaping makes many times longer could go beyond;
/// then fewer samples are shown.
pub const BYTES_MAX: usize = 4_800_000;

/// Removals shown.
pub const REMOVALS_MAX: u64 = 480;
/// Clusters shown: the largest, those with the least alike member, and some by chance.
pub const CLUSTERS_MAX: [usize; 3] = [24, 24, 12];
/// Members shown of a cluster.
pub const MEMBERS_MAX: usize = 3;
/// Pairs below the threshold shown.
pub const MISSES_MAX: usize = 40;
/// Words and marks of two texts that are compared; few articles have more.
pub const WORDS_COMPARED: usize = 1500;

/// Bytes of a text, of a line around it, and of a title or a name.
const TEXT_BYTES: usize = 400;
const LINE_BYTES: usize = 200;
const NAME_BYTES: usize = 160;
/// Words of a stretch that both texts have; of a longer one its ends are shown.
const WORDS_AROUND: usize = 30;
/// Bytes of either side of a difference.
const SIDE_BYTES: usize = 4000;

/// What is shown of the data itself.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Removed lines.
    pub removals: Vec<Removed>,
    /// Clusters of copies.
    pub clusters: Vec<Cluster>,
    /// Pairs just below the threshold.
    pub misses: Vec<Pair>,
}

/// A removed line in its article.
#[derive(Clone, Debug, Default)]
pub struct Removed {
    /// The rule.
    pub rule: String,
    /// Its reason.
    pub reason: String,
    /// The publisher.
    pub source: String,
    /// The id of the article.
    pub article: String,
    /// Its title.
    pub title: String,
    /// Where it came from.
    pub dump: String,
    /// 1-based line of the decoded text.
    pub line: u64,
    /// What was removed.
    pub text: String,
    /// Whether the rest of its block stays.
    pub partial: bool,
    /// What it repeats; empty for nothing.
    pub repeats: String,
    /// The line of a configuration that keeps it; empty where the text is too long for one.
    pub keep: String,
    /// It and the lines around it.
    pub context: Vec<Line>,
}

/// A line of an article.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// Whether it was removed.
    pub is_removed: bool,
    /// Whether it is the one that is shown.
    pub is_this: bool,
}

/// What names an article.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The publisher.
    pub source: String,
    /// Where it came from.
    pub dump: String,
}

/// A cluster of copies.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// The article that is kept.
    pub kept: Named,
    /// Articles in it.
    pub size: u64,
    /// How alike the least alike member is.
    pub lowest: String,
    /// Why it was chosen: `largest`, `least alike`, `by chance`.
    pub why: &'static str,
    /// Some of the copies.
    pub members: Vec<Member>,
    /// How many more there are.
    pub more: u64,
}

/// A copy beside its representative.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// The copy.
    pub article: Named,
    /// `exact`, `near`, `contained`.
    pub kind: &'static str,
    /// What was measured.
    pub similarity: String,
    /// How it differs.
    pub hunks: Vec<Hunk>,
    /// Whether the texts are longer than what is shown.
    pub is_cut: bool,
}

/// Two articles that are both written.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    /// The earlier one.
    pub first: Named,
    /// The later one.
    pub second: Named,
    /// What was measured.
    pub similarity: String,
    /// How they differ.
    pub hunks: Vec<Hunk>,
    /// Whether the texts are longer than what is shown.
    pub is_cut: bool,
}

/// A stretch of two texts, after some words that are alike.
#[derive(Clone, Debug, Default)]
pub struct Hunk {
    /// Words left out before it.
    pub skipped: usize,
    /// The first text, with what only it has.
    pub left: Vec<Run>,
    /// The second.
    pub right: Vec<Run>,
}

/// A piece of one text.
#[derive(Clone, Debug)]
pub struct Run {
    /// The text.
    pub text: String,
    /// Whether the other text does not have it.
    pub is_own: bool,
}

/// What is said of a rule: its name and a line.
pub type RuleLine<'a> = (&'a str, &'a str);

/// The page of the run that `report` is of.
///
/// # Errors
/// Those of writing to memory, which do not happen.
pub fn page(
    report: &Report,
    samples: &mut Samples,
    rules: &[RuleLine],
) -> Result<String, askama::Error> {
    loop {
        let page = view::View::of(report, samples, rules).render()?;
        if page.len() <= BYTES_MAX || samples.is_empty() {
            return Ok(page);
        }
        samples.halve();
    }
}

impl Samples {
    fn is_empty(&self) -> bool {
        self.removals.is_empty() && self.clusters.is_empty() && self.misses.is_empty()
    }

    /// Takes every second of each away.
    fn halve(&mut self) {
        fn half<T>(list: &mut Vec<T>) {
            let mut index = 0;
            list.retain(|_| {
                index += 1;
                index % 2 == 0
            });
        }
        half(&mut self.removals);
        half(&mut self.clusters);
        half(&mut self.misses);
    }
}

/// `text`, as it came in, made fit to be shown in one line: controls spelled out, its end cut.
#[must_use]
pub fn shown(text: &str) -> String {
    cut(&terminal_safe(text.trim()), TEXT_BYTES)
}

/// A line around a removed one.
#[must_use]
pub fn shown_line(text: &str) -> String {
    cut(&terminal_safe(text.trim()), LINE_BYTES)
}

/// A title or a name.
#[must_use]
pub fn shown_name(text: &str) -> String {
    cut(&terminal_safe(text), NAME_BYTES)
}

/// The value that keeps `text`, as TOML; empty for one that is cut where it is shown.
#[must_use]
pub fn keep_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > LINE_BYTES { String::new() } else { toml::Value::String(text).to_string() }
}

fn cut(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(bytes_max)])
}

/// A similarity with three decimals.
#[must_use]
pub fn similarity(measured: f64) -> String {
    format!("{measured:.3}")
}

/// A difference as stretches with the words that both have in between left out, and whether something
/// is missing at its end.
#[must_use]
pub fn hunks(found: &Difference) -> (Vec<Hunk>, bool) {
    let mut hunks = Vec::new();
    let mut hunk = Hunk::default();
    let (mut left, mut right) = (0, 0);
    for (i, piece) in found.pieces.iter().enumerate() {
        if left > SIDE_BYTES || right > SIDE_BYTES {
            hunks.push(hunk);
            return (hunks, true);
        }
        let mut both = |hunk: &mut Hunk, text: &str| {
            left += text.len();
            right += text.len();
            hunk.left.push(run(text, false));
            hunk.right.push(run(text, false));
        };
        match *piece {
            Piece::Same(text) => match shortened(text, WORDS_AROUND) {
                Some((head, skipped, tail)) => {
                    if i > 0 {
                        both(&mut hunk, head);
                    }
                    let head = if i > 0 { 0 } else { WORDS_AROUND / 2 };
                    let end = i + 1 == found.pieces.len();
                    let next = skipped + head + if end { WORDS_AROUND / 2 } else { 0 };
                    let before =
                        std::mem::replace(&mut hunk, Hunk { skipped: next, ..Hunk::default() });
                    if !before.left.is_empty() || !before.right.is_empty() {
                        hunks.push(before);
                    }
                    if !end {
                        both(&mut hunk, tail);
                    }
                }
                None => both(&mut hunk, text),
            },
            Piece::Differs(old, new) => {
                left += old.len();
                right += new.len();
                for (runs, text) in [(&mut hunk.left, old), (&mut hunk.right, new)] {
                    if !text.is_empty() {
                        runs.push(run(&cut(text, SIDE_BYTES), true));
                    }
                }
            }
        }
    }
    hunks.push(hunk);
    (hunks, found.is_cut)
}

fn run(text: &str, is_own: bool) -> Run {
    Run { text: terminal_safe_lines(text), is_own }
}

/// Two texts side by side.
fn pair(hunks: &[Hunk], is_cut: bool, first: &str, second: &str) -> String {
    if hunks.is_empty() {
        return "<p class=\"quiet\">The paragraphs are the same.</p>".to_owned();
    }
    let mut html = format!(
        "<div class=\"pair\"><div class=\"head first\">{first}</div><div class=\"head\">{second}</div>"
    );
    for hunk in hunks {
        if hunk.skipped > 0 {
            let _ = write!(html, "<div class=\"gap\">… {} words alike …</div>", hunk.skipped);
        }
        if hunk.left.is_empty() && hunk.right.is_empty() {
            continue;
        }
        for (runs, mark, class) in [(&hunk.left, "del", "first"), (&hunk.right, "ins", "second")] {
            let _ = write!(html, "<div class=\"{class}\" dir=\"auto\">");
            for run in runs {
                let text = escaped(&run.text);
                let _ = if run.is_own {
                    write!(html, "<{mark}>{text}</{mark}>")
                } else {
                    write!(html, "{text}")
                };
            }
            html.push_str("</div>");
        }
    }
    if is_cut {
        html.push_str("<div class=\"gap\">… the texts go on …</div>");
    }
    html + "</div>"
}

/// `text` as HTML that shows it.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// The tools above a list in which one can search.
fn tools(list: &str, label: &str) -> String {
    format!(
        "<div class=\"tools\" data-for=\"{list}\" hidden><label>{label}<input type=\"search\"></label>\
         <output></output></div>"
    )
}

/// The policy of the page: nothing but what stands in it.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// A count with commas between thousands.
fn grouped(count: u64) -> String {
    HumanCount(count).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::difference::difference;

    #[test]
    fn counts_are_grouped() {
        for (count, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn long_stretches_that_both_have_are_left_out() {
        let words = |n: usize| (0..n).map(|i| format!("w{i}")).collect::<Vec<_>>().join(" ");
        let (first, second) = (
            format!("{} old {}", words(100), words(100)),
            format!("{} new {}", words(100), words(100)),
        );
        let (hunks, is_cut) = hunks(&difference(&first, &second, 1000));
        assert!(!is_cut);
        let skipped: Vec<usize> = hunks.iter().map(|hunk| hunk.skipped).collect();
        assert_eq!(skipped, [85, 85]);
        let own = |runs: &[Run]| runs.iter().filter(|run| run.is_own).count();
        assert_eq!((own(&hunks[0].left), own(&hunks[0].right)), (1, 1));
        assert!(hunks[1].left.is_empty());
    }

    #[test]
    fn hostile_text_is_text() {
        let (hunks, _) = hunks(&difference("a <script>x</script>", "a \"'&\u{202e}", 100));
        let html = pair(&hunks, false, "kept", "copy");
        assert!(html.contains("&lt;") && !html.contains("<script"), "{html}");
        assert!(html.contains("&quot;&#39;&amp;\\u{202e}"), "{html}");
        assert_eq!(keep_line("say \"no\"\n  twice"), "'say \"no\" twice'");
    }
}
