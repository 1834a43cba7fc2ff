//! One test binary for everything that is tested from outside.
#![allow(clippy::unwrap_used)]

mod characters;
mod fingerprint;
mod language;
mod normalize;
