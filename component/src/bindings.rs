//! What is generated from the WIT.
#![allow(missing_debug_implementations, unsafe_code)]

wit_bindgen::generate!({ path: "wit", world: "cache", generate_all });
export!(Component);

use crate::regions::Component;

pub use self::dogpile::cache::{backend, types};
pub use self::exports::dogpile::cache::regions;
pub use self::wasi::clocks::{monotonic_clock, system_clock};
