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
