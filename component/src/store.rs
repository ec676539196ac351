//! The backend: records as bytes in the host's store, as Python's dogpile.cache and the npm package write them.

use std::time::Duration;

use dogpile::{Backend, NoLock, Record};

use crate::bindings::backend;

const SEPARATOR: u8 = b'|';
/// A payload that is text in the crate's own form of a record, where bytes take its place here.
const NONE: &str = "null";
/// In seconds, what a `Duration` cannot be longer than. It stands for never, as it does in `regions`.
const FOREVER: f64 = Duration::MAX.as_secs_f64();

pub struct Store;

impl Backend<Vec<u8>> for Store {
    type Error = String;
    type Lock = NoLock;

    async fn get(&self, key: &str) -> Result<Option<Record<Vec<u8>>>, String> {
        Ok(backend::get(key.to_owned()).await?.and_then(read))
    }

    async fn set(&self, key: &str, record: Record<Vec<u8>>, keep_for: Option<Duration>) -> Result<(), String> {
        let keep_for = keep_for.map(|keep_for| keep_for.as_secs_f64());
        backend::set(key.to_owned(), write(&record), keep_for).await
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        backend::delete(key.to_owned()).await
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Record<Vec<u8>>>>, String> {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        Ok(backend::get_many(keys).await?.into_iter().map(|stored| stored.and_then(read)).collect())
    }
}

fn write(record: &Record<Vec<u8>>) -> Vec<u8> {
    let own = record.expiration.map(|own| if own < FOREVER { own } else { f64::INFINITY });
    let head = Record::of_version(record.version, (), record.created, own).to_text().unwrap_or_default();
    let mut bytes = head.strip_suffix(NONE).unwrap_or_default().as_bytes().to_vec();
    bytes.extend_from_slice(&record.value);
    bytes
}

/// `None` for what is no record: the region takes it for a miss.
fn read(bytes: Vec<u8>) -> Option<Record<Vec<u8>>> {
    let at = bytes.iter().position(|&byte| byte == SEPARATOR)? + 1;
    let head = std::str::from_utf8(&bytes[..at]).ok()?;
    let head = Record::<()>::from_text(&format!("{head}{NONE}")).ok()?;
    Some(Record::of_version(head.version, bytes[at..].to_vec(), head.created, head.expiration))
}
