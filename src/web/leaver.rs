//! Releases locks when the page is hidden: a page in the back/forward cache would hold them forever.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::bindings::add_event_listener;
use super::time::call;

thread_local! {
    /// Called when the page is hidden. A listener per lock would cost a page with thousands of locks seconds: each is compared with all others.
    static LEAVERS: RefCell<BTreeMap<u64, Function>> = const { RefCell::new(BTreeMap::new()) };
    static LAST: Cell<u64> = const { Cell::new(0) };
}

/// Calls a function when the page is hidden, until this is dropped.
#[derive(Debug)]
pub(super) struct Leaver(u64);

impl Leaver {
    pub fn new(leave: &Function) -> Self {
        let id = LAST.get() + 1;
        if id == 1 {
            let leave_all = || LEAVERS.with_borrow(|leavers| leavers.values().cloned().collect::<Vec<_>>()).iter().for_each(call);
            let _ = add_event_listener("pagehide", Closure::<dyn Fn()>::new(leave_all).into_js_value().unchecked_ref());
        }
        LAST.set(id);
        LEAVERS.with_borrow_mut(|leavers| leavers.insert(id, leave.clone()));
        Self(id)
    }
}

impl Drop for Leaver {
    fn drop(&mut self) {
        let _ = LEAVERS.try_with(|leavers| leavers.borrow_mut().remove(&self.0));
    }
}
