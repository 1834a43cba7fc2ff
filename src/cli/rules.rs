//! `copydesk rules`: what each strip rule takes out, in its own words.

use crate::cli::table::{Limit, Look, Page};
use crate::cli::usage::nearest;
use crate::error::{Error, ErrorKind};
use crate::ledger::Reason;

/// A strip rule as people read about it.
#[derive(Clone, Copy, Debug)]
pub struct RuleDoc {
    /// Its name, as `--no-rule` takes it.
    pub name: &'static str,
    /// The reasons its removals have.
    pub reasons: &'static [Reason],
    /// What it removes, in one line.
    pub summary: &'static str,
    /// All about it, as Markdown.
    pub doc: &'static str,
}

/// Every rule with its line, in the order they are given.
#[must_use]
pub fn list(rules: &[RuleDoc], look: Look) -> String {
    let mut page = Page::new(look);
    let rows = rules.iter().map(|rule| [rule.name.into(), rule.summary.into()]);
    page.table("Strip rules", ["rule", "what it removes"], rows, Limit::ALL);
    page.line("");
    page.line("`copydesk rules NAME` prints all about one; `--no-rule NAME` switches it off.");
    page.into_text()
}

/// The whole doc of the rule `name`.
///
/// # Errors
/// A usage error when there is no such rule.
pub fn one(rules: &[RuleDoc], name: &str) -> Result<String, Error> {
    let Some(rule) = rules.iter().find(|rule| rule.name == name) else {
        return Err(unknown(rules, name));
    };
    let reasons: Vec<&str> = rule.reasons.iter().map(|reason| reason.as_str()).collect();
    // The lines of a doc comment start with the space behind its slashes.
    let line = |line: &str| line.strip_prefix(' ').unwrap_or(line).to_owned();
    let doc = rule.doc.trim_end().lines().map(line).collect::<Vec<_>>().join("\n");
    let reasons = match reasons.join(", ") {
        none if none.is_empty() => "none; it fills a field".to_owned(),
        reasons => reasons,
    };
    Ok(format!("# {}\n\n{doc}\n\nReasons in the ledger: {reasons}\n", rule.name))
}

/// Checks the names that `--no-rule` gave.
///
/// # Errors
/// A usage error for the first that no rule has.
pub fn check(rules: &[RuleDoc], names: &[String]) -> Result<(), Error> {
    let is_known = |name: &&String| rules.iter().any(|rule| rule.name == name.as_str());
    names
        .iter()
        .find(|name| !is_known(name))
        .map_or(Ok(()), |name| Err(Error::at("--no-rule", unknown(rules, name).kind)))
}

fn unknown(rules: &[RuleDoc], name: &str) -> Error {
    let remedy = match nearest(name, rules.iter().map(|rule| rule.name)) {
        Some(other) => format!("did you mean `{other}`?"),
        None => "`copydesk rules` lists them".to_owned(),
    };
    Error::at("rules", ErrorKind::Usage(format!("no strip rule is named `{name}`; {remedy}")))
}
