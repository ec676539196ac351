//! `set`, `delete` and their like: sent at once, or when the writes ahead in line have settled.

use std::rc::Rc;

use js_sys::{JsString, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::backend;
use crate::cache_region::CacheRegion;
use crate::js;
use crate::options;
use crate::record::Record;
use crate::setup::Setup;
use crate::task;

impl CacheRegion {
    /// Writes a value under each key, all of one creation time.
    pub fn set(&self, keys: &[JsString], values: &[JsValue], expiration: Option<f64>, multi: bool) -> Result<Promise, JsValue> {
        let setup = self.setup()?;
        values.iter().try_for_each(options::storable)?;
        let mangled = setup.mangle_all(keys)?;
        let created = self.stamp()?;
        let records: Vec<Record> = values.iter().map(|value| Record::new(value, created, expiration)).collect();
        self.write(setup, mangled, move |setup, keys| backend::set(setup, keys, &records, multi))
    }

    /// Deletes.
    pub fn delete(&self, keys: &[JsString], multi: bool) -> Result<Promise, JsValue> {
        let setup = self.setup()?;
        let mangled = setup.mangle_all(keys)?;
        self.write(setup, mangled, move |setup, keys| backend::delete(setup, keys, multi))
    }

    /// Enters the line, then fences. A write that nobody is ahead of is sent before this returns.
    fn write(
        &self,
        setup: Rc<Setup>,
        keys: Vec<JsString>,
        send: impl FnOnce(&Setup, &[JsString]) -> Result<JsValue, JsValue> + 'static,
    ) -> Result<Promise, JsValue> {
        let sent = match setup.lines.ahead(&keys) {
            Some(ahead) => Ok(Some(write_behind(ahead, Rc::clone(&setup), keys.clone(), send))),
            None => send(&setup, &keys).map(|answer| unsettled(answer, Rc::clone(&setup))),
        };
        if let Ok(Some(write)) = &sent {
            setup.lines.enter(keys.clone(), write);
        }
        keys.iter().for_each(|key| self.flights.fence(key));
        Ok(sent?.map_or_else(|| Promise::resolve(&JsValue::UNDEFINED), own_promise))
    }
}

fn write_behind(
    ahead: Promise,
    setup: Rc<Setup>,
    keys: Vec<JsString>,
    send: impl FnOnce(&Setup, &[JsString]) -> Result<JsValue, JsValue> + 'static,
) -> Promise {
    task::promise(async move {
        let _settled_or_given_up = setup.settled(&ahead).await;
        let answer = send(&setup, &keys)?;
        setup.answered(answer).await
    })
}

fn unsettled(answer: JsValue, setup: Rc<Setup>) -> Option<Promise> {
    let pending = js::pending(&answer)?;
    Some(task::promise(async move { setup.settled(&pending).await }))
}

/// The line looks at every write's outcome; the caller's promise is another one, so that a rejection nobody looks at is still the host's to report.
fn own_promise(write: Promise) -> Promise {
    task::promise(async move { JsFuture::from(write).await.map(|_| JsValue::UNDEFINED) })
}
