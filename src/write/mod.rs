//! Everything that leaves the program: the rows of the output files, and the folder that holds
//! them.
//!
//! The rows are our interface: programs of users depend on their names and order. So they are
//! structs of their own, apart from the types the rest of the crate works with.

mod append;
mod cells;
pub mod folder;
mod json;
mod output;
pub mod rows;
mod schema;

pub use schema::{SCHEMAS, schema};
