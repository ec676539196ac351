//! A backend in memory, for hosts that offer none: as many entries as fit, gone with the instance.

use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

use dogpile::{Backend, MemoryBackend, Record};

use bindings::exports::dogpile::cache::backend::Guest;
use bindings::wasi::clocks::system_clock;

mod bindings {
    #![allow(missing_debug_implementations, unsafe_code)]
    wit_bindgen::generate!({
        inline: "
            package example:store;
            world store {
                import wasi:clocks/system-clock@0.3.0;
                export dogpile:cache/backend@0.1.0;
            }
        ",
        path: "../../wit",
        generate_all,
    });
    export!(Store);

    use super::Store;
}

const MAX_ENTRIES: usize = 10_000;

static ENTRIES: LazyLock<MemoryBackend<Vec<u8>>> = LazyLock::new(|| MemoryBackend::with_clock(Some(MAX_ENTRIES), now));

struct Store;

impl Guest for Store {
    async fn get(key: String) -> Result<Option<Vec<u8>>, String> {
        Ok(sure(ENTRIES.get(&key).await).map(|record| record.value))
    }

    async fn get_many(keys: Vec<String>) -> Result<Vec<Option<Vec<u8>>>, String> {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let records = sure(ENTRIES.get_many(&keys).await);
        Ok(records.into_iter().map(|record| Some(record?.value)).collect())
    }

    async fn set(key: String, value: Vec<u8>, keep_for: Option<f64>) -> Result<(), String> {
        let keep_for = keep_for.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let record = Record::new(value, now(), None);
        sure(ENTRIES.set(&key, record, keep_for).await);
        Ok(())
    }

    async fn delete(key: String) -> Result<(), String> {
        sure(ENTRIES.delete(&key).await);
        Ok(())
    }
}

fn sure<T>(result: Result<T, Infallible>) -> T {
    let Ok(value) = result;
    value
}

fn now() -> f64 {
    let now = system_clock::now();
    now.seconds as f64 + f64::from(now.nanoseconds) / 1e9
}
