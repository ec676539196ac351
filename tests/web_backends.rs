//! The stores, locks and runtimes of browsers and of Workers: alone, and together with the npm package's. The bindings of Workers are as tests/web/backends.js
//! has them.
#![cfg(target_arch = "wasm32")]

#[path = "web/indexed_db.rs"]
mod indexed_db;
#[path = "web/js.rs"]
mod js;
#[path = "web/kv.rs"]
mod kv;
#[path = "web/locks.rs"]
mod locks;
#[path = "web/runtimes.rs"]
mod runtimes;
