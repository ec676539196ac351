//! The component in Wasmtime, under clocks and over a store that the tests set. `npm test -- component` runs them.
#![cfg(test)]

mod bindings;
mod calls;
mod coalescing;
mod composed;
mod executor;
mod host;
mod records;
mod vacancies;
