//! Turns scraped dumps of articles into clean, duplicate-free articles, and says what it removed.

pub mod article;
pub mod error;
pub mod fingerprint;
pub mod language;
pub mod ledger;
pub mod normalize;
