//! Recognises what one line of a news article is besides prose: a byline, a dateline, a picture
//! credit, a date line.
//!
//! Every function looks at one trimmed line and says what the line alone tells; whether a name or a
//! date in that place is chrome, the caller decides from where it stands. All are pure, linear in the
//! length of the line, and turn away an ordinary paragraph by its length, its first words or its last
//! character.

pub mod byline;
pub mod credit;
pub mod date;
pub mod dateline;
mod marks;
mod source;
pub mod template;
mod words;

pub(crate) use words::is_unspaced;
