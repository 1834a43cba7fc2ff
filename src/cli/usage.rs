//! What is wrong with a command line, in one line with the remedy.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// One line for an error of clap, which would print a paragraph.
#[must_use]
pub fn one_line(error: &clap::Error) -> String {
    let get = |kind| error.get(kind);
    let argument = || get(ContextKind::InvalidArg).map(list).unwrap_or_default();
    let value = get(ContextKind::InvalidValue).map(list).unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => {
            let words = get(ContextKind::ValidValue).map(list).unwrap_or_default();
            let remedy = if words.is_empty() { words } else { format!(": one of {words}") };
            format!("{} needs a value{remedy}", argument())
        }
        ErrorKind::InvalidValue => {
            let words = get(ContextKind::ValidValue).map(list).unwrap_or_default();
            match get(ContextKind::SuggestedValue).map(list) {
                Some(word) => {
                    format!("`{value}` for {}: did you mean `{word}`? one of {words}", argument())
                }
                None => format!("`{value}` for {}: give one of {words}", argument()),
            }
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string);
            let why = why.unwrap_or_else(|| format!("`{value}` is not understood"));
            format!("{}: {why}", argument())
        }
        ErrorKind::UnknownArgument => match get(ContextKind::SuggestedArg).map(list) {
            Some(other) => format!("no flag {}: did you mean {other}?", argument()),
            None if argument().starts_with('-') => {
                format!("no flag {}; {} lists all", argument(), help_command(error))
            }
            None => {
                format!("`{}` is one argument too many; see {}", argument(), help_command(error))
            }
        },
        ErrorKind::MissingRequiredArgument => {
            format!("missing {}; write it as: {}", argument(), usage(error))
        }
        ErrorKind::ArgumentConflict => {
            let other = get(ContextKind::PriorArg).map(list).unwrap_or_default();
            format!("{} cannot stand beside {other}; leave one out", argument())
        }
        ErrorKind::InvalidUtf8 => {
            "an argument that is no path is not valid UTF-8; write it in UTF-8".to_owned()
        }
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            let first = first.strip_prefix("error: ").unwrap_or(first);
            format!("{first}; see {}", help_command(error))
        }
    }
}

/// The words of a context, without what clap decorates them with.
fn list(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(words) => words.join(", "),
        ContextValue::StyledStrs(words) => {
            words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// The usage of the command that was meant: `copydesk explain <DIR> <ID>`.
fn usage(error: &clap::Error) -> String {
    let text = error.get(ContextKind::Usage).map(list).unwrap_or_default();
    let text = text.lines().next().unwrap_or_default();
    text.trim_start_matches("Usage:").trim().to_owned()
}

/// `copydesk run --help` for a mistake in the flags of `run`.
fn help_command(error: &clap::Error) -> String {
    let usage = usage(error);
    let names = usage.split(' ').take_while(|word| word.bytes().all(|b| b.is_ascii_lowercase()));
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        "`copydesk --help`".to_owned()
    } else {
        format!("`{} --help`", names.join(" "))
    }
}

/// The word of `words` that `word` was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Suggestions are for slips of the finger; a long word would cost its square.
    if word.len() > 64 {
        return None;
    }
    words
        .into_iter()
        .map(|other| (strsim::damerau_levenshtein(word, other), other))
        .filter(|(distance, other)| *distance <= other.chars().count().max(3) / 3)
        .min()
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognised() {
        let words = ["report", "rules", "run", "verify"];
        let check = |word: &str, meant| assert_eq!(nearest(word, words), meant, "{word}");
        check("verfy", Some("verify"));
        check("reprot", Some("report"));
        check("rnu", Some("run"));
        check("dumps", None);
        check("", None);
        check(&"x".repeat(100_000), None);
    }
}
