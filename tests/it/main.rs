//! One test binary for everything that is tested from outside.

mod write;
mod read;
mod cli_args;
mod recognize;
