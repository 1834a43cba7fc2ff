//! One test binary for everything that is tested from outside.

mod cli_args;
mod read;
mod recognize;
mod write;
#![allow(clippy::unwrap_used)]

mod characters;
mod fingerprint;
mod language;
mod normalize;
