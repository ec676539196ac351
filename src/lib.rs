//! The region of [dogpile.cache](https://dogpilecache.sqlalchemy.org) for JavaScript, compiled to WebAssembly.
//!
//! The npm package in `pkg` holds the public classes; this crate decides.
#![doc = include_str!("../README.md")]

mod backend;
mod cache_region;
pub mod clock;
mod creation;
pub mod duration;
mod error;
mod flight;
pub mod freshness;
mod get_or_create;
#[allow(missing_docs)]
mod js;
mod line;
mod options;
mod reading;
mod record;
mod region;
mod report;
mod setup;
mod stats;
mod task;
mod writing;

pub use region::{Region, configure_names};
