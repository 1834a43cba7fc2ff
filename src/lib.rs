//! Turns scraped dumps of articles into clean, duplicate-free articles, and says what it removed.

pub mod article;
pub mod cli;
pub mod error;
pub mod ledger;
pub mod observer;
pub mod options;
pub mod report;
pub mod terminal;
pub mod text;
pub mod write;
pub mod read;
pub mod boilerplate;
pub mod clean;
pub mod dedupe;
pub mod fingerprint;
pub mod inspect;
pub mod language;
pub mod lexicon;
pub mod normalize;
pub mod pipeline;
pub mod recognize;
pub mod segment;
pub mod strip;
pub mod recognize;
