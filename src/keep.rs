//! Texts that no rule may remove: the `[keep]` of a configuration.
//!
//! A wrong removal that somebody has seen is answered here, by name, and not by weakening the rule for
//! everyone.

use hashbrown::HashSet;
use regex::{RegexSet, RegexSetBuilder};

use crate::fingerprint::{self, Digest};
use crate::normalize;

/// Bytes that all patterns together may take when compiled. Thousands of usual ones fit; a slip as
/// `(.{1000}){1000}` is told at once.
const PATTERNS_BYTES_MAX: usize = 1 << 26;

/// What is kept whatever the rules say.
#[derive(Clone, Debug)]
pub struct KeepList {
    texts: Vec<String>,
    digests: HashSet<Digest>,
    patterns: RegexSet,
}

/// The line of the configuration that keeps a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptBy<'a> {
    /// The text stands in the list.
    Text,
    /// This pattern is found in it.
    Pattern(&'a str),
}

impl KeepList {
    /// Keeps every text that has the key of one of `texts`, or in which one of `patterns` is found.
    ///
    /// # Errors
    /// With a sentence that names the text without a key, or the pattern that is none.
    pub fn new(texts: Vec<String>, patterns: &[String]) -> Result<KeepList, String> {
        let mut digests = HashSet::new();
        let mut scratch = String::new();
        for text in &texts {
            let digest = fingerprint::paragraph(text, &mut scratch)
                .ok_or_else(|| format!("`{text}` has no letter to tell it by"))?;
            digests.insert(digest);
        }
        let patterns = RegexSetBuilder::new(patterns)
            .size_limit(PATTERNS_BYTES_MAX)
            .build()
            .map_err(|error| no_pattern(patterns, &error))?;
        Ok(KeepList { texts, digests, patterns })
    }

    /// What keeps `text`, a block or the part of one that a rule would remove.
    #[must_use]
    pub fn kept_by(&self, text: &str) -> Option<KeptBy<'_>> {
        let digest = || fingerprint::paragraph(text, &mut String::new());
        if !self.digests.is_empty() && digest().is_some_and(|digest| self.digests.contains(&digest))
        {
            return Some(KeptBy::Text);
        }
        if self.patterns.is_empty() {
            return None;
        }
        let first = self.patterns.matches(&normalize::text(text)).into_iter().next()?;
        self.patterns.patterns().get(first).map(|pattern| KeptBy::Pattern(pattern))
    }

    /// The texts, as they were given.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The patterns, as they were given.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        self.patterns.patterns()
    }
}

impl PartialEq for KeepList {
    fn eq(&self, other: &KeepList) -> bool {
        self.texts == other.texts && self.patterns() == other.patterns()
    }
}

/// Names the pattern that is none; each alone, for the error of a set does not.
fn no_pattern(patterns: &[String], error: &regex::Error) -> String {
    let alone = patterns.iter().find_map(|pattern| {
        regex::Regex::new(pattern).err().map(|error| (pattern.as_str(), error))
    });
    let (pattern, error) = match &alone {
        Some((pattern, error)) => (*pattern, error),
        None => ("the patterns together", error),
    };
    // The library draws the pattern with a mark under the mistake, over several lines.
    let error = error.to_string();
    let last = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!("`{pattern}` is no pattern: {last}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn list(texts: &[&str], patterns: &[&str]) -> Result<KeepList, String> {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        KeepList::new(owned(texts), &owned(patterns))
    }

    #[test]
    fn texts_are_told_by_their_keys() {
        let list = list(&["“Share this” — it is a poem"], &[]).unwrap();
        assert_eq!(list.kept_by("\"share this\"  - IT is a\u{a0}poem"), Some(KeptBy::Text));
        assert_eq!(list.kept_by("Share this"), None);
    }

    #[test]
    fn patterns_are_found_in_the_written_form() {
        let list = list(&[], &["^Correction:", "(?i)appendix"]).unwrap();
        assert_eq!(list.kept_by("Correction:  the price"), Some(KeptBy::Pattern("^Correction:")));
        assert_eq!(list.kept_by("See the APPENDIX"), Some(KeptBy::Pattern("(?i)appendix")));
        assert_eq!(list.kept_by("A Correction: the price"), None);
    }

    #[test]
    fn what_keeps_nothing_is_refused_by_name() {
        assert_eq!(list(&["\u{200b}"], &[]).unwrap_err(), "`\u{200b}` has no letter to tell it by");
        let error = list(&[], &["fine", "a(b"]).unwrap_err();
        assert_eq!(error, "`a(b` is no pattern: unclosed group");
        let error = list(&[], &["(.{1000}){1000}"]).unwrap_err();
        assert!(error.starts_with("`(.{1000}){1000}` is no pattern: "), "{error}");
    }
}
