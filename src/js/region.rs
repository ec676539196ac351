//! The exported class. Every method takes the host, which is created with the backend's first region; `now` is the time of the region's own clock in
//! seconds, or NaN if it has none.
#![allow(clippy::too_many_arguments)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, JsString, Promise};
use wasm_bindgen::prelude::*;

use super::imports::Host;
use super::options::{SHAREABLE, settings};
use super::time::Realm;
use crate::duration;
use crate::freshness::Invalidations;
use crate::machine::{Machine, Peek, Ticket};

/// A region over one backend. The machine is shared by all regions of that backend.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Region {
    pub(super) machine: Rc<RefCell<Machine>>,
    pub(super) number: u32,
    pub(super) lock_timeout: Cell<f64>,
}

impl Drop for Region {
    fn drop(&mut self) {
        if let Ok(mut machine) = self.machine.try_borrow_mut() {
            machine.remove_region(self.number);
        }
    }
}

#[wasm_bindgen]
impl Region {
    /// The first region of a backend. Durations are seconds, NaN means "not given"; `flags`: see `flagsOf` in `pkg/region/settings.js`.
    #[wasm_bindgen(constructor)]
    pub fn new(expiration: f64, lock_timeout: f64, jitter: f64, flags: u32, on_workers: bool) -> Region {
        let machine = Rc::new(RefCell::new(Machine::new(on_workers)));
        Self::over(machine, expiration, lock_timeout, jitter, flags)
    }

    /// Another region of the same backend.
    pub fn sibling(&self, expiration: f64, lock_timeout: f64, jitter: f64, flags: u32) -> Region {
        Self::over(self.machine.clone(), expiration, lock_timeout, jitter, flags)
    }

    /// The region was configured again with the same backend. `is_new`: running loads are not stored.
    pub fn configure(&self, host: &Host, expiration: f64, lock_timeout: f64, jitter: f64, flags: u32, is_new: bool) {
        self.lock_timeout.set(lock_timeout);
        let time = Realm::new(f64::NAN);
        self.machine.borrow_mut().configure(self.number, settings(expiration, lock_timeout, jitter, flags), is_new, &time);
        self.act(host, &time);
    }

    /// `getOrCreate`: the fresh value under a key, the stale one while another caller loads, or the one that is loaded for all waiting callers.
    #[wasm_bindgen(js_name = getOrCreate)]
    pub fn get_or_create(
        &self,
        host: &Host,
        key: &JsString,
        creator: &Function,
        request: &JsValue,
        expiration: f64,
        lock_timeout: f64,
        stale_if_error: f64,
        flags: u32,
        now: f64,
    ) -> Promise {
        let time = Realm::new(now);
        let asked = self.request(expiration, lock_timeout, stale_if_error, flags, false);
        let number = self.enter(host, key);
        if self.machine.borrow().is_nested(self.number, number, &asked, &time) {
            return host.reentrant(request, 0);
        }
        let ticket = self.machine.borrow_mut().called(self.number, &[number], asked, &time);
        host.begin(ticket.slot, ticket.serial, creator, request);
        self.act(host, &time);
        host.promise(request)
    }

    /// The same for each of these keys, which are all different.
    #[wasm_bindgen(js_name = getOrCreateMulti)]
    pub fn get_or_create_multi(
        &self,
        host: &Host,
        keys: &Array,
        creator: &Function,
        request: &JsValue,
        expiration: f64,
        lock_timeout: f64,
        stale_if_error: f64,
        flags: u32,
        now: f64,
    ) -> Promise {
        let time = Realm::new(now);
        let asked = self.request(expiration, lock_timeout, stale_if_error, flags, true);
        let numbers = self.enter_all(host, keys);
        for (index, number) in numbers.iter().enumerate() {
            if self.machine.borrow().is_nested(self.number, *number, &asked, &time) {
                self.leave_keys(&numbers);
                self.act(host, &time);
                return host.reentrant(request, index as u32);
            }
        }
        let ticket = self.machine.borrow_mut().called(self.number, &numbers, asked, &time);
        host.begin(ticket.slot, ticket.serial, creator, request);
        self.act(host, &time);
        host.promise(request)
    }

    /// The same where the caller wants more than the value.
    #[wasm_bindgen(js_name = getOrCreateEntry)]
    pub fn get_or_create_entry(
        &self,
        host: &Host,
        key: &JsString,
        creator: &Function,
        request: &JsValue,
        expiration: f64,
        lock_timeout: f64,
        stale_if_error: f64,
        flags: u32,
        now: f64,
    ) -> Promise {
        self.get_or_create(host, key, creator, request, expiration, lock_timeout, stale_if_error, flags & !SHAREABLE, now)
    }

    /// With only numbers, for callers of a key that is loading: the call whose promise to share, or the flight whose old value to return, as -2
    /// minus its number; -1 means the full path.
    pub fn peek(&self, key: u32, expiration: f64, flags: u32) -> i32 {
        let request = self.request(expiration, f64::NAN, f64::NAN, flags, false);
        match self.machine.borrow_mut().peek(self.number, key, &request, &Realm::new(f64::NAN)) {
            Some(Peek::Share(call)) => call as i32,
            Some(Peek::Stale(flight) | Peek::Fresh(flight)) => -2 - flight as i32,
            None => -1,
        }
    }

    /// The record of one key, if it is fresh: the host reads, and asks `judge`.
    pub fn get(&self, host: &Host, request: &JsValue) -> Promise {
        host.look_up(request)
    }

    /// The same for many keys.
    #[wasm_bindgen(js_name = getMulti)]
    pub fn get_multi(&self, host: &Host, request: &JsValue) -> Promise {
        host.look_up(request)
    }

    /// The same for what is known of a record.
    #[wasm_bindgen(js_name = getValueMetadata)]
    pub fn get_value_metadata(&self, host: &Host, request: &JsValue) -> Promise {
        host.look_up(request)
    }

    /// Whether `get` returns a record: 0 yes, else why not. `expiration`: the call's own; `ignores`: `ignoreExpiration`.
    pub fn judge(
        &self,
        kind: u32,
        created: f64,
        version: f64,
        own: f64,
        invalidated: u32,
        expiration: f64,
        ignores: bool,
        now: f64,
    ) -> u32 {
        let found = super::resume::found(kind, created, version, own, invalidated);
        let decision =
            self.machine.borrow_mut().read(self.number, found, duration::normalize(expiration), ignores, &Realm::new(now));
        decision.as_number()
    }

    /// Stores a record: `request` is sent after earlier writes have ended.
    pub fn set(&self, host: &Host, key: &JsString, request: &JsValue) {
        self.write(host, vec![self.enter(host, key)], request);
    }

    /// Stores a record under each key.
    #[wasm_bindgen(js_name = setMulti)]
    pub fn set_multi(&self, host: &Host, keys: &Array, request: &JsValue) {
        self.write(host, self.enter_all(host, keys), request);
    }

    /// Deletes a record.
    pub fn delete(&self, host: &Host, key: &JsString, request: &JsValue) {
        self.set(host, key, request);
    }

    /// Deletes the record of each key.
    #[wasm_bindgen(js_name = deleteMulti)]
    pub fn delete_multi(&self, host: &Host, keys: &Array, request: &JsValue) {
        self.set_multi(host, keys, request);
    }

    /// Takes effect before it returns. `stamp`: NaN if a user's strategy was informed.
    pub fn invalidate(&self, host: &Host, hard: bool, stamp: f64) {
        let time = Realm::new(f64::NAN);
        self.machine.borrow_mut().invalidate(self.number, hard, stamp, &time);
        self.act(host, &time);
    }

    /// Somebody else has written or deleted a key of the store: `key` is its number, -1 for any key.
    #[wasm_bindgen(js_name = changedElsewhere)]
    pub fn changed_elsewhere(&self, host: &Host, key: i32) {
        let time = Realm::new(f64::NAN);
        self.machine.borrow_mut().changed_elsewhere(u32::try_from(key).ok(), &time);
        self.act(host, &time);
    }

    /// The clock was corrected, and the region's times lie nearer now.
    #[wasm_bindgen(js_name = moveTimes)]
    pub fn move_times(&self, hard: f64, soft: f64) {
        self.machine.borrow_mut().move_times(self.number, Invalidations { hard, soft });
    }

    /// Whether a load of the key is running.
    #[wasm_bindgen(js_name = keyIsLocked)]
    pub fn key_is_locked(&self, host: &Host, key: &JsString) -> bool {
        let number = host.number_of(key);
        number >= 0 && self.machine.borrow_mut().is_locked(self.number, number as u32, &Realm::new(f64::NAN))
    }
}

// The host may call back at any time, so the machine must not be borrowed while it runs.
impl Region {
    fn over(machine: Rc<RefCell<Machine>>, expiration: f64, lock_timeout: f64, jitter: f64, flags: u32) -> Self {
        let number = machine.borrow_mut().add_region(settings(expiration, lock_timeout, jitter, flags));
        Self { machine, number, lock_timeout: Cell::new(lock_timeout) }
    }

    /// The number of a key, a new one if nothing is under way for it.
    fn enter(&self, host: &Host, key: &JsString) -> u32 {
        let next = self.machine.borrow().next_key();
        let number = host.enter(key, next); // only looks into a map
        self.entered(number, next)
    }

    #[inline(never)]
    fn enter_all(&self, host: &Host, keys: &Array) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(keys.length() as usize);
        for index in 0..keys.length() {
            let next = self.machine.borrow().next_key();
            numbers.push(self.entered(host.enter_at(keys, index, next), next));
        }
        numbers
    }

    fn entered(&self, number: u32, next: u32) -> u32 {
        if number == next {
            self.machine.borrow_mut().enter();
        }
        number
    }

    fn leave_keys(&self, keys: &[u32]) {
        for key in keys {
            self.machine.borrow_mut().leave_key(*key);
        }
    }

    #[inline(never)]
    fn write(&self, host: &Host, keys: Vec<u32>, request: &JsValue) {
        let time = Realm::new(f64::NAN);
        let mut machine = self.machine.borrow_mut();
        let write = machine.write(self.number, keys, &time);
        let writer = machine.writer_of(write);
        drop(machine);
        let (writer, writer_serial) = writer.map_or((-1, 0), |Ticket { slot, serial }| (slot as i32, serial));
        host.begin_write(write.slot, write.serial, writer, writer_serial, request);
        self.act(host, &time);
    }
}
