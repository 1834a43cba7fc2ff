//! Flags from a TOML file. Each key becomes the flag of its name, so that both have one meaning and
//! one set of messages; a flag on the command line replaces the key.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::args::RunArgs;
use crate::cli::usage::{nearest, one_line};
use crate::error::{Error, ErrorKind};

/// Adds to `args`, which `matches` is clap's record of, what the file at `path` says and the command
/// line does not.
///
/// A key of `run` that `args` has no flag for is checked and left alone, so that one file serves
/// `run` and `clean`.
///
/// # Errors
/// A usage error at `FILE:LINE` when the file cannot be read, is no TOML, has an unknown key, or a
/// value the flag would refuse.
pub fn apply<A: Args + FromArgMatches>(
    path: &Path,
    args: &mut A,
    matches: &ArgMatches,
) -> Result<(), Error> {
    let usage = |text: String| Error::at(path.display(), ErrorKind::Usage(text));
    let bytes = fs::read(path)
        .map_err(|error| usage(format!("{error}; name a TOML file with --config FILE")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| usage("not UTF-8; save the file in UTF-8".to_owned()))?;
    let at = |span: Option<std::ops::Range<usize>>, what: String| {
        let start = span.map_or(0, |span| span.start);
        let before = text.as_bytes().get(..start).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        Error::at(format_args!("{}:{line}", path.display()), ErrorKind::Usage(what))
    };

    let table = DeTable::parse(&text)
        .map_err(|error| at(error.span(), format!("no TOML: {}", error.message().trim())))?;
    let mut entries = Vec::new();
    for (key, value) in table.get_ref() {
        let name: &str = key.get_ref();
        match value.get_ref() {
            DeValue::Table(kept) if name == KEEP => {
                for (key, value) in kept {
                    let name =
                        keep_flag(key.get_ref()).map_err(|what| at(Some(key.span()), what))?;
                    entries.push((key.span(), name, value));
                }
            }
            _ => entries.push((key.span(), name, value)),
        }
    }
    entries.sort_by_key(|(span, ..)| span.start);

    let known = RunArgs::augment_args(Command::new("run").args_override_self(true));
    let own = A::augment_args(Command::new("copydesk").args_override_self(true));
    let mut flags = vec![OsString::from("copydesk")];
    let mut inputs = Vec::new();
    for (span, name, value) in entries {
        let flag = flag(&known, name).map_err(|what| at(Some(span), what))?;
        let words = words(flag, name, value).map_err(|what| at(Some(value.span()), what))?;
        if let Err(error) = known.clone().try_get_matches_from(
            [OsString::from("copydesk")].into_iter().chain(words.iter().map(OsString::from)),
        ) {
            return Err(at(Some(value.span()), one_line(&error)));
        }
        let id = flag.get_id().as_str();
        let is_of_command = own.get_arguments().any(|arg| arg.get_id().as_str() == id);
        let is_given = is_of_command && matches.value_source(id) == Some(ValueSource::CommandLine);
        if is_of_command && !is_given {
            let list = if flag.is_positional() { &mut inputs } else { &mut flags };
            list.extend(words.into_iter().map(OsString::from));
        }
    }
    flags.extend(inputs);
    own.try_get_matches_from(flags)
        .and_then(|matches| args.update_from_arg_matches(&matches))
        .map_err(|error| usage(one_line(&error)))
}

/// The key that may be a table, of what is to be kept.
const KEEP: &str = "keep";

/// The flag that a key under `[keep]` stands for.
fn keep_flag(name: &str) -> Result<&'static str, String> {
    match name {
        "texts" => Ok("keep-text"),
        "patterns" => Ok("keep-pattern"),
        "representative" => Ok(KEEP),
        _ => Err(format!("no key `{name}` under [keep]; one of texts, patterns, representative")),
    }
}

/// The flag a key names: its long name, or `input`.
fn flag<'a>(known: &'a Command, name: &str) -> Result<&'a Arg, String> {
    let key = |arg: &'a Arg| {
        if arg.is_positional() {
            Some("input")
        } else {
            arg.get_long().filter(|long| *long != "config")
        }
    };
    if let Some(arg) = known.get_arguments().find(|arg| key(arg) == Some(name)) {
        return Ok(arg);
    }
    let keys = || known.get_arguments().filter_map(key);
    Err(match nearest(name, keys()) {
        Some(other) => format!("no key `{name}`: did you mean `{other}`?"),
        None => format!("no key `{name}`; one of {}", keys().collect::<Vec<_>>().join(", ")),
    })
}

/// The words that would stand on the command line.
fn words(flag: &Arg, name: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, String> {
    let is_list = matches!(flag.get_action(), ArgAction::Append);
    let is_bool =
        flag.get_num_args().is_some_and(|count| count.min_values() == 0) && !flag.is_positional();
    let word = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Ok(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 && !is_bool => {
            Ok(number.as_str().to_owned())
        }
        DeValue::Float(number) if !is_bool => Ok(number.as_str().to_owned()),
        other => Err(format!("`{name}` cannot be {}", article(other.type_str()))),
    };
    let values = match value.get_ref() {
        DeValue::Boolean(value) if is_bool => vec![value.to_string()],
        _ if is_bool => return Err(format!("`{name}` is true or false")),
        DeValue::Array(items) if is_list => {
            items.iter().map(|item| word(item.get_ref())).collect::<Result<_, _>>()?
        }
        DeValue::Array(_) => return Err(format!("`{name}` takes one value, not a list")),
        DeValue::Table(table) if name == "field" => {
            let mut fields: Vec<_> = table.iter().collect();
            fields.sort_by_key(|(key, _)| key.span().start);
            let pair = |(key, column): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                Ok(format!("{}={}", key.get_ref(), word(column.get_ref())?))
            };
            fields.into_iter().map(pair).collect::<Result<_, String>>()?
        }
        other => vec![word(other)?],
    };
    if flag.is_positional() {
        // After `--` a path that begins with a dash is a path.
        let dashes = (!values.is_empty()).then(|| "--".to_owned());
        return Ok(dashes.into_iter().chain(values).collect());
    }
    Ok(values.into_iter().map(|value| format!("--{name}={value}")).collect())
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}
