//! One test binary for everything that is tested from outside.

#![allow(clippy::unwrap_used)]

mod characters;
mod cli_args;
mod fingerprint;
mod language;
mod lexicon;
mod normalize;
mod read;
mod recognize;
mod write;
