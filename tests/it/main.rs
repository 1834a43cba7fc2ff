//! One test binary for everything that is tested from outside.
#![allow(clippy::unwrap_used)]

mod articles;
mod boilerplate;
mod browser;
mod cases;
mod characters;
mod cli;
mod cli_args;
mod desk;
mod dumps;
#[cfg(target_os = "linux")]
mod faults;
mod fingerprint;
mod fuzz;
#[cfg(target_os = "linux")]
mod hostile;
mod language;
mod lexicon;
mod main_text;
mod near;
mod normalize;
mod properties;
mod read;
mod recognize;
mod reports;
mod tidy;
mod write;
