//! The scenarios of Python's dogpile.cache, each up to the first step that Rust's region cannot express: another backend, a runner, raw bytes, what
//! decides for each of many values whether it is stored; or an invalidation at the very moment of a write, which here comes after it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use dogpile::{Backend, CallOptions, Invalidate, Lookup, NoLock, Record, Region};
use serde_json::{Map, Value, json};

use crate::executor::{Clock, Executor};
use crate::rng::Rng;

#[derive(Clone, Default)]
struct Store(Rc<RefCell<BTreeMap<String, Record<Value>>>>);

impl Backend<Value> for Store {
    type Error = Infallible;
    type Lock = NoLock;

    async fn get(&self, key: &str) -> Result<Option<Record<Value>>, Infallible> {
        Ok(self.0.borrow().get(key).cloned())
    }

    async fn set(&self, key: &str, record: Record<Value>, _keep_for: Option<Duration>) -> Result<(), Infallible> {
        self.0.borrow_mut().insert(key.to_owned(), record);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), Infallible> {
        self.0.borrow_mut().remove(key);
        Ok(())
    }
}

type OfValues = Region<Value, (), Store, Clock>;

#[derive(Clone)]
struct Run {
    clock: Clock,
    region: OfValues,
    store: Store,
    mangle: fn(&str, usize) -> String,
    length: usize,
    /// Whether something was written since the clock went on.
    has_written: Rc<Cell<bool>>,
}

fn hash(key: &str) -> String {
    hmac_sha1_compact::Hash::hash(key.as_bytes()).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn begin(config: &Value) -> Option<Run> {
    if config.get("async_runner").is_some() || config.get("backend").is_some() {
        return None;
    }
    let mangle: fn(&str, usize) -> String = match config.get("key_mangler").and_then(Value::as_str) {
        Some("sha1") => |key, _| hash(key),
        Some(_) => |key, length| if key.chars().count() >= length { hash(key) } else { key.to_owned() },
        None => |key, _| key.to_owned(),
    };
    let length = config.get("mangler_length").and_then(Value::as_u64).unwrap_or(0) as usize;
    let (clock, store) = (Clock::default(), Store::default());
    let mut builder = Region::builder(store.clone(), clock.clone()).key_mangler(move |key| mangle(key, length));
    if let Some(seconds) = seconds(config) {
        builder = builder.expiration(seconds);
    }
    Some(Run { clock, region: builder.build(), store, mangle, length, has_written: Rc::default() })
}

/// An expiration; -1 is never.
fn seconds(of: &Value) -> Option<Duration> {
    let seconds = of.get("expiration_time")?.as_f64()?;
    Some(if seconds < 0.0 { Duration::MAX } else { Duration::from_secs_f64(seconds) })
}

fn options(step: &Value) -> CallOptions {
    seconds(step).map_or(CallOptions::default(), |seconds| CallOptions::default().expiration(seconds))
}

fn keys(step: &Value) -> Vec<&str> {
    step["keys"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn answer(value: Option<Value>) -> Value {
    value.map_or_else(|| json!({ "no_value": true }), |value| json!({ "value": value }))
}

fn is_set(step: &Value, name: &str) -> bool {
    step.get(name).is_some_and(|value| !value.is_null() && *value != Value::Bool(false))
}

impl Run {
    /// Whether Rust has words for a step.
    fn can(&self, step: &Value) -> bool {
        let expiration = step.get("expiration_time").and_then(Value::as_f64).unwrap_or(0.0);
        if expiration < 0.0 && expiration != -1.0 {
            return false; // no Duration is less than none
        }
        match step["op"].as_str() {
            Some("configure" | "run_deferred" | "raw_bytes") => false,
            Some("get_or_create_multi") => {
                ["should_cache_only", "should_cache", "short", "extra", "during"].iter().all(|name| step.get(name).is_none())
            }
            Some("get_or_create") => {
                let meanwhile = step["during"].as_array().into_iter().flatten();
                meanwhile
                    .into_iter()
                    .all(|step| self.can(step) && step["op"] != "get_or_create" && step["op"] != "get_or_create_multi")
            }
            Some("invalidate") => !self.has_written.get(),
            _ => true,
        }
    }

    async fn perform(&self, step: &Value) -> Value {
        let key = step["key"].as_str().unwrap_or_default();
        match step["op"].as_str().unwrap_or_default() {
            "advance" => {
                self.has_written.set(self.has_written.get() && step["seconds"].as_f64() == Some(0.0));
                self.clock.pass((step["seconds"].as_f64().unwrap() * 1_000.0) as u64);
                json!({})
            }
            "get" => answer(self.region.get_with(key, &options(step)).await.unwrap()),
            "get_multi" => {
                let values = self.region.get_many_with(&keys(step), &options(step)).await.unwrap();
                json!({ "values": values.into_iter().map(answer).collect::<Vec<_>>() })
            }
            "get_or_create" => self.get_or_create(key, step).await,
            "get_or_create_multi" => self.get_or_create_many(step).await,
            "key_is_locked" => json!({ "locked": self.region.key_is_locked(key) }),
            "invalidate" => {
                self.region.invalidate(if step["hard"] == json!(true) { Invalidate::Hard } else { Invalidate::Soft });
                json!({})
            }
            _ => self.write(key, step).await,
        }
    }

    async fn write(&self, key: &str, step: &Value) -> Value {
        self.has_written.set(true);
        match step["op"].as_str().unwrap_or_default() {
            "set" => self.region.set(key, step["value"].clone()).await.unwrap(),
            "delete" => self.region.delete(key).await.unwrap(),
            "delete_multi" => self.region.delete_many(&keys(step)).await.unwrap(),
            "set_multi" => {
                let values = step["values"].as_object().unwrap().iter();
                self.region.set_many(values.map(|(key, value)| (key.as_str(), value.clone())).collect()).await.unwrap();
            }
            "raw_set" => {
                let created = dogpile::Runtime::now(&self.clock) - step["age"].as_f64().unwrap();
                let record = Record::of_version(step["v"].as_f64().unwrap(), step["value"].clone(), created, None);
                self.store.0.borrow_mut().insert((self.mangle)(key, self.length), record);
            }
            other => panic!("{other} is not known"),
        }
        json!({})
    }

    /// By a vacancy, since a value that must not be stored is passed on.
    async fn get_or_create(&self, key: &str, step: &Value) -> Value {
        let value = match self.region.look_up_with(key, &options(step)).await {
            Lookup::Fresh(value) | Lookup::Stale(value) | Lookup::Joined(Ok(value)) => value,
            Lookup::Joined(Err(error)) => panic!("{error:?}"),
            Lookup::Vacant(vacancy) if is_set(step, "throw") => {
                let during = self.meanwhile(step).await;
                vacancy.fail(());
                return json!({ "creator_called": 1, "error": "CreatorError", "during": during });
            }
            Lookup::Vacant(vacancy) => {
                let during = self.meanwhile(step).await;
                self.has_written.set(true);
                let value = step["value"].clone();
                if step["should_cache"] == json!(false) {
                    vacancy.pass(value.clone());
                } else {
                    vacancy.fill(value.clone()).await.unwrap();
                }
                return json!({ "creator_called": 1, "value": value, "during": during });
            }
        };
        json!({ "creator_called": 0, "value": value })
    }

    /// What happens while the creator runs.
    async fn meanwhile(&self, step: &Value) -> Value {
        let mut outs = Vec::new();
        for step in step["during"].as_array().into_iter().flatten() {
            let is_skipped = step["op"] == "get_value_metadata" || is_set(step, "ignore_expiration");
            outs.push(if is_skipped { json!({}) } else { Box::pin(self.perform(step)).await });
        }
        Value::Array(outs)
    }

    async fn get_or_create_many(&self, step: &Value) -> Value {
        let calls = RefCell::new(Vec::new());
        let create = async |keys: Vec<&str>| {
            self.has_written.set(true);
            calls.borrow_mut().push(sorted(keys.iter().map(|key| json!(key)).collect()));
            if is_set(step, "throw") { Err(()) } else { Ok(keys.iter().map(|key| step["values"][key].clone()).collect()) }
        };
        let values = self.region.get_or_create_many_with(&keys(step), &options(step), create).await;
        let mut out = json!({ "creator_calls": calls.into_inner() });
        match values {
            Ok(values) => out["values"] = values.into_iter().map(|value| answer(Some(value))).collect(),
            Err(_) => out["error"] = json!("CreatorError"),
        }
        out
    }

    fn contents(&self) -> Value {
        let held = self.store.0.borrow();
        held.iter().map(|(key, record)| json!([key, record.value, rounded(record.created), record.version])).collect()
    }
}

/// Two stamps of one moment differ by a float's smallest step.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

fn sorted(mut list: Vec<Value>) -> Value {
    list.sort_by_key(Value::to_string);
    Value::Array(list)
}

/// What is compared of a step's outcome: not the order of keys, what an error says, or what was asked whether to store.
fn comparable(out: &Value) -> Value {
    let wanted = ["no_value", "value", "values", "creator_called", "creator_calls", "locked"];
    let mut kept: Map<String, Value> = out
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| wanted.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(Value::Array(calls)) = kept.get_mut("creator_calls") {
        for call in calls {
            *call = sorted(call.as_array().cloned().unwrap_or_default());
        }
    }
    if let Some(Value::Array(during)) = out.get("during").filter(|during| **during != json!([])) {
        let inner = during.iter().map(|out| {
            let mut out = comparable(out);
            out.as_object_mut().unwrap().remove("locked"); // while a creator runs
            out
        });
        kept.insert("during".into(), inner.collect());
    }
    if let Some(error) = out.get("error") {
        kept.insert("error".into(), error.get("class").unwrap_or(error).clone());
    }
    Value::Object(kept)
}

fn rows(backend: &Value) -> Value {
    let row = |row: &Value| json!([row[0], row[1], rounded(row[2].as_f64().unwrap_or(0.0)), row[3].as_f64()]);
    sorted(backend.as_array().unwrap().iter().map(row).collect())
}

/// Runs a scenario as far as it can be expressed: how many steps that were.
async fn follow(scenario: Value, expected: Value, run: Run) -> usize {
    let mut holds = json!([]);
    for (index, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
        if !run.can(step) {
            return index;
        }
        let wanted = &expected["steps"][index];
        if let Some(backend) = wanted.get("backend") {
            holds = backend.clone();
        }
        if step["op"] == "get_value_metadata" || is_set(step, "ignore_expiration") {
            continue; // they change nothing
        }
        let actual = run.perform(step).await;
        let place = format!("{} step {index}: {step}", scenario["id"]);
        assert_eq!(comparable(&actual), comparable(wanted), "{place}");
        assert_eq!(rows(&run.contents()), rows(&holds), "{place}");
    }
    scenario["steps"].as_array().unwrap().len()
}

#[test]
fn what_the_real_dogpile_cache_did_comes_out_here_too() {
    let lines = |file: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(format!("tests/conformance/{file}.jsonl")).expect("a file");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let steps = Rc::new(Cell::new(0));
    for (scenario, expected) in lines("scenarios").into_iter().zip(lines("expected")) {
        assert_eq!(scenario["id"], expected["id"]);
        let fails_to_read = scenario["config"].get("serializer").is_some() && scenario.to_string().contains("!bad");
        let Some(run) = begin(&scenario["config"]).filter(|_| !fails_to_read) else { continue };
        let steps = steps.clone();
        let mut executor = Executor::new(run.clock.clone());
        let taken: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
            steps.set(steps.get() + follow(scenario, expected, run).await);
        });
        executor.spawn(taken);
        executor.run(&mut Rng::new(1));
    }
    println!("{} steps", steps.get());
    assert!(steps.get() > 1_000, "only {} steps could be expressed", steps.get());
}
