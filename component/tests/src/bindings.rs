//! What is generated from the WIT, for both sides of the host: all calls are concurrent.
#![allow(missing_debug_implementations, unsafe_code)]

pub mod cache {
    wasmtime::component::bindgen!({ path: "../wit", world: "cache", exports: { default: async | store }, additional_derives: [PartialEq] });
}

pub mod app {
    wasmtime::component::bindgen!({
        path: ["../wit", "../example/app/wit"],
        world: "example:app/app",
        exports: { default: async | store },
    });
}

pub use cache::dogpile::cache::{backend, types};
pub use cache::exports::dogpile::cache::regions;
pub use cache::wasi::clocks::{monotonic_clock, system_clock};
