//! Browsers and Cloudflare Workers, by the feature `web`: how something waits there, and the stores that they have.
//!
//! | type | what it is |
//! |---|---|
//! | [`Browser`], [`Workers`] | the runtimes |
//! | [`IndexedDbBackend`], [`WebLock`] | records in a browser, and a lock across its tabs and workers |
//! | [`CloudflareKvBackend`], [`DogpileLock`] | records in Cloudflare KV, and a lock across isolates by a Durable Object |
//!
//! Records are the npm package's: either reads what the other has written, and waits for the other's locks.

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
