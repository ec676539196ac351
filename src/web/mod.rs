//! Runtimes and stores for browsers and Cloudflare Workers, with the feature `web`.
//!
//! | type | what it is |
//! |---|---|
//! | [`Browser`], [`Workers`] | the runtimes |
//! | [`IndexedDbBackend`], [`WebLock`] | records in a browser, and a lock across its tabs and workers |
//! | [`CloudflareKvBackend`], [`DogpileLock`] | records in Cloudflare KV, and a lock across isolates by a Durable Object |
//!
//! They share records and locks with the npm package.

mod bindings;
mod dogpile_lock;
mod error;
mod indexed_db;
mod kv;
mod leaver;
mod runtime;
mod time;
mod web_lock;

pub use dogpile_lock::DogpileLock;
pub use error::WebError;
pub use indexed_db::IndexedDbBackend;
pub use kv::CloudflareKvBackend;
pub use runtime::{Browser, Workers};
pub use time::{Alarm, Interval};
pub use web_lock::WebLock;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub(crate) use time::now;
