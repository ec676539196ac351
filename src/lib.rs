//! The region of [dogpile.cache](https://dogpilecache.sqlalchemy.org) for JavaScript, compiled to WebAssembly.
//!
//! The npm package in `pkg` holds the public classes; this crate decides.
#![doc = include_str!("../README.md")]

pub mod clock;
pub mod duration;
pub mod freshness;
#[cfg(feature = "js")]
mod js;
#[cfg(feature = "sha1")]
mod keys;
pub mod machine;
#[cfg(feature = "sha1")]
mod mangler;

#[cfg(feature = "js")]
pub use js::*;
#[cfg(feature = "sha1")]
pub use mangler::*;

/// The standard library's allocator is five times as large, and leaves its messages behind even where nothing is allocated.
#[cfg(all(target_arch = "wasm32", any(feature = "js", feature = "sha1")))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
