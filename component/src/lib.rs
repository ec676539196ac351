//! The component: `dogpile::Region` behind the interfaces of `wit/dogpile.wit`. No rule of the cache is here.
//!
//! | file | what it holds |
//! |---|---|
//! | `bindings` | what is generated from the WIT |
//! | `clocks` | the runtime: clocks and timers of the host |
//! | `store` | the backend: records as bytes in the host's store |
//! | `regions` | what is exported: regions and vacancies |

mod bindings;
mod clocks;
mod regions;
mod store;
