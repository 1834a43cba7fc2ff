//! Turns scraped dumps of articles into clean, duplicate-free articles, and says what it removed.
//!
//! Start reading at [`pipeline::run`]: it is the whole program on one page. One article's way is in
//! [`clean`].

pub mod article;
pub mod boilerplate;
mod checksum;
pub mod clean;
pub mod cli;
pub mod dedupe;
pub mod difference;
pub mod error;
pub mod fingerprint;
pub mod inspect;
pub mod keep;
pub mod language;
pub mod ledger;
pub mod lexicon;
pub mod model;
pub mod normalize;
pub mod observer;
pub mod options;
pub mod page;
pub mod pipeline;
pub mod read;
pub mod recognize;
pub mod report;
pub mod sample;
pub mod segment;
pub mod strip;
pub mod text;
mod vector;
pub mod write;
