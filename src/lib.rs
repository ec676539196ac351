#![doc = include_str!("README.md")]

pub mod backend;
pub mod clock;
pub mod duration;
pub mod early;
pub mod freshness;
#[cfg(feature = "js")]
pub mod js;
#[cfg(any(feature = "sha1", feature = "web"))]
mod keys;
pub mod machine;
#[cfg(feature = "sha1")]
mod mangler;
pub mod memory;
pub mod record;
pub mod region;
pub mod runtime;
pub mod tags;
#[cfg(feature = "serde")]
pub mod text;
#[cfg(feature = "web")]
pub mod web;

pub use backend::{Backend, Lock, NoLock};
pub use machine::LockAnswer;
#[cfg(feature = "sha1")]
pub use mangler::*;
pub use memory::MemoryBackend;
pub use record::Record;
pub use region::{CallOptions, Error, Invalidate, Lookup, Region, RegionBuilder, SetOptions, Vacancy};
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub use runtime::Native;
pub use runtime::{Runtime, Wakeup};
#[cfg(feature = "serde")]
pub use text::TextError;
#[cfg(feature = "web")]
pub use web::{Browser, CloudflareKvBackend, DogpileLock, IndexedDbBackend, WebError, WebLock, Workers};

/// The standard library's allocator is five times as large, and leaves its messages behind even where nothing is allocated.
#[cfg(all(target_arch = "wasm32", any(feature = "js", feature = "sha1")))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
