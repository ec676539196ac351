//! Opens a database that has the store and its indexes.

use js_sys::{Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbTransaction};

use super::super::bindings::{global, member};
use super::super::error::WebError;

/// The indexes, and the members that they are over.
pub(super) const BY_TIME: &str = "time";
pub(super) const BY_EXPIRY: &str = "until";

const ATTEMPTS: usize = 5;

/// Opens any version of the database: another tab or a later release may have added stores. It closes when another tab needs to change the database.
pub(super) async fn open(database_name: String, store_name: String) -> Result<JsValue, JsValue> {
    let factory = global("indexedDB").ok_or_else(|| JsValue::from("there is no IndexedDB"))?.unchecked_into::<IdbFactory>();
    let mut version = None;
    for _ in 0..ATTEMPTS {
        match attempt(&factory, &database_name, version, &store_name).await {
            Ok(database) if is_complete(&database, &store_name)? => {
                let close = member(&database, "close").map(|close| close.unchecked_into::<Function>().bind0(&database));
                database.set_onversionchange(close.as_ref());
                return Ok(database.into());
            }
            Ok(database) => {
                version = Some(database.version() + 1.0);
                database.close();
            }
            Err(error) if WebError::from(error.clone()).name() == "VersionError" => version = None,
            Err(error) => return Err(error),
        }
    }
    Err("other tabs keep changing the database".into())
}

async fn attempt(factory: &IdbFactory, name: &str, version: Option<f64>, store_name: &str) -> Result<IdbDatabase, JsValue> {
    let request = match version {
        None => factory.open(name)?,
        Some(version) => factory.open_with_f64(name, version)?,
    };
    let (upgraded, store_name) = (request.clone(), store_name.to_owned());
    let upgrade = Closure::once_into_js(move || upgrade(&upgraded, &store_name));
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    let opened = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(opened).await {
        Ok(_) => Ok(request.result()?.unchecked_into()),
        Err(event) => Err(request.error()?.map_or(event, JsValue::from)),
    }
}

/// An error here aborts the upgrade, and the opening fails.
fn upgrade(request: &IdbOpenDbRequest, store_name: &str) -> Result<(), JsValue> {
    let database: IdbDatabase = request.result()?.unchecked_into();
    let store = if database.object_store_names().contains(store_name) {
        request.transaction().ok_or(JsValue::NULL)?.object_store(store_name)?
    } else {
        database.create_object_store(store_name)?
    };
    for name in [BY_TIME, BY_EXPIRY] {
        if !store.index_names().contains(name) {
            store.create_index_with_str(name, name)?;
        }
    }
    Ok(())
}

fn is_complete(database: &IdbDatabase, store_name: &str) -> Result<bool, JsValue> {
    if !database.object_store_names().contains(store_name) {
        return Ok(false);
    }
    let transaction: IdbTransaction = database.transaction_with_str(store_name)?;
    let indexes = transaction.object_store(store_name)?.index_names();
    Ok(indexes.contains(BY_TIME) && indexes.contains(BY_EXPIRY))
}
