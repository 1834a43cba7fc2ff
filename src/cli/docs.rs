//! `docs/cli.md` and the man page, from the help texts.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::cli::args::command;

/// The text of `docs/cli.md`.
#[must_use]
pub fn markdown() -> String {
    let mut root = command();
    root.build();
    let mut text = String::from(
        "<!-- Written from the help texts by `UPDATE_DOCS=1 cargo test --test it cli_args`. -->\n\n\
         # The command line\n\n",
    );
    push(&mut text, root.get_long_about().or(root.get_about()).map(ToString::to_string));
    push(&mut text, root.get_after_help().map(|help| format!("```text\n{help}\n```")));
    for command in commands(&root) {
        let mut command = command.clone();
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        let _ = write!(text, "## copydesk {}\n\n", command.get_name());
        push(&mut text, command.get_long_about().or(command.get_about()).map(ToString::to_string));
        push(&mut text, Some(format!("```text\n{usage}\n```")));
        let mut heading = None;
        for arg in command.get_arguments().filter(|arg| !is_help(arg)) {
            if arg.get_help_heading() != heading {
                heading = arg.get_help_heading();
                push(&mut text, heading.map(|heading| format!("### {heading}")));
            }
            push(&mut text, Some(format!("#### `{}`", signature(arg))));
            push(&mut text, arg.get_long_help().or(arg.get_help()).map(ToString::to_string));
            push(&mut text, words(arg));
        }
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

/// The man page, in roff.
///
/// # Errors
/// Those of writing to memory, which do not happen.
pub fn man() -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command()).render(&mut page)?;
    Ok(page)
}

/// The commands in the order of the help, but `help` itself.
pub fn commands(root: &Command) -> impl Iterator<Item = &Command> {
    root.get_subcommands().filter(|command| command.get_name() != "help")
}

/// A paragraph, with an empty line after it.
fn push(text: &mut String, paragraph: Option<String>) {
    if let Some(paragraph) = paragraph {
        text.push_str(paragraph.trim_end());
        text.push_str("\n\n");
    }
}

fn is_help(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "help" | "version")
}

/// `-o, --output <DIR>`, `[INPUT]...`.
fn signature(arg: &Arg) -> String {
    let long = arg.to_string();
    match arg.get_short() {
        Some(short) => format!("-{short}, {long}"),
        None => long,
    }
}

/// The words a flag takes, where they are few and fixed.
fn words(arg: &Arg) -> Option<String> {
    if arg.is_hide_possible_values_set() {
        return None;
    }
    let words: Vec<String> =
        arg.get_possible_values().iter().map(|word| format!("`{}`", word.get_name())).collect();
    (!words.is_empty() && arg.get_action().takes_values())
        .then(|| format!("One of: {}", words.join(", ")))
}
