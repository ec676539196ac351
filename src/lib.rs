//! The region of [dogpile.cache](https://dogpilecache.sqlalchemy.org) for JavaScript, compiled to WebAssembly.
//!
//! The npm package in `pkg` holds the public classes; this crate decides.
#![doc = include_str!("../README.md")]

pub mod clock;
pub mod duration;
pub mod flight;
pub mod freshness;
#[cfg(feature = "sha1")]
mod keys;
#[cfg(feature = "region")]
mod lock;
#[cfg(feature = "sha1")]
mod mangler;
#[cfg(feature = "region")]
mod region;

#[cfg(feature = "region")]
pub use lock::*;
#[cfg(feature = "sha1")]
pub use mangler::*;
#[cfg(feature = "region")]
pub use region::*;

/// The standard library's allocator is five times as large, and leaves its messages behind even where nothing is allocated.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
