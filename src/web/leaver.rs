//! What has to be let go of when the page goes: one that is kept for the back button would hold it for ever.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::bindings::add_event_listener;
use super::time::call;

thread_local! {
    /// What is called when the page goes. A listener for each would cost a page with thousands of locks seconds: each is compared with all others.
    static LEAVERS: RefCell<BTreeMap<u64, Function>> = const { RefCell::new(BTreeMap::new()) };
    static LAST: Cell<u64> = const { Cell::new(0) };
}

/// Has a function called when the page goes, as long as this is there.
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
