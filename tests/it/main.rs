//! One test binary for everything that is tested from outside.

mod articles;
mod cases;
mod cli;
mod cli_args;
mod desk;
mod properties;
mod read;
mod recognize;
mod tidy;
mod write;
#![allow(clippy::unwrap_used)]

mod characters;
mod fingerprint;
mod language;
mod normalize;
