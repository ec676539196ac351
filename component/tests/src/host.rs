//! The host: clocks that stand still until the test moves them, and a store that it looks into.

use std::collections::BTreeMap;

use futures::channel::oneshot;
use wasmtime::component::{Accessor, HasSelf, Linker};

use crate::bindings::{backend, monotonic_clock, system_clock, types};
use crate::executor::pause;

#[derive(Default)]
pub struct Host {
    /// Seconds since the epoch.
    pub now: f64,
    /// Nanoseconds since the host began.
    steady: u64,
    sleepers: Vec<(u64, oneshot::Sender<()>)>,
    pub entries: BTreeMap<String, Vec<u8>>,
    /// For how long the latest entry is kept.
    pub kept_for: Option<f64>,
    pub reads: u32,
    pub writes: u32,
    /// Whether the store fails.
    pub fails: bool,
}

impl Host {
    pub fn new(now: f64) -> Self {
        Self { now, ..Self::default() }
    }

    /// Both clocks go on by so many seconds.
    pub fn advance(&mut self, seconds: f64) {
        self.now += seconds;
        self.steady += (seconds * 1e9) as u64;
        for (at, sender) in std::mem::take(&mut self.sleepers) {
            if at > self.steady {
                self.sleepers.push((at, sender));
            } else {
                let _ = sender.send(());
            }
        }
    }

    /// How many timers are set whose time has not come.
    pub fn timers(&self) -> usize {
        self.sleepers.iter().filter(|(_, sender)| !sender.is_canceled()).count()
    }

    fn store(&mut self) -> Result<&mut BTreeMap<String, Vec<u8>>, String> {
        if self.fails { Err("the store is down".to_owned()) } else { Ok(&mut self.entries) }
    }
}

pub fn link_clocks(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    system_clock::add_to_linker::<_, HasSelf<Host>>(linker, |host| host)?;
    monotonic_clock::add_to_linker::<_, HasSelf<Host>>(linker, |host| host)
}

pub fn link_backend(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    types::add_to_linker::<_, HasSelf<Host>>(linker, |host| host)?;
    backend::add_to_linker::<_, HasSelf<Host>>(linker, |host| host)
}

impl system_clock::Host for Host {
    fn now(&mut self) -> system_clock::Instant {
        let seconds = self.now.floor();
        system_clock::Instant { seconds: seconds as i64, nanoseconds: ((self.now - seconds) * 1e9) as u32 }
    }
}

impl monotonic_clock::Host for Host {
    fn now(&mut self) -> u64 {
        self.steady
    }
}

impl<T> monotonic_clock::HostWithStore<T> for HasSelf<Host> {
    async fn wait_for(accessor: &Accessor<T, Self>, how_long: u64) {
        let (sender, receiver) = oneshot::channel();
        accessor.with(|mut access| {
            let host = access.get();
            host.sleepers.push((host.steady.saturating_add(how_long), sender));
        });
        let _ = receiver.await;
    }
}

impl types::Host for Host {}
impl backend::Host for Host {}

impl<T> backend::HostWithStore<T> for HasSelf<Host> {
    async fn get(accessor: &Accessor<T, Self>, key: String) -> Result<Option<Vec<u8>>, String> {
        answer(accessor, move |host| {
            host.reads += 1;
            Ok(host.store()?.get(&key).cloned())
        })
        .await
    }

    async fn get_many(accessor: &Accessor<T, Self>, keys: Vec<String>) -> Result<Vec<Option<Vec<u8>>>, String> {
        answer(accessor, move |host| {
            host.reads += 1;
            let entries = host.store()?;
            Ok(keys.iter().map(|key| entries.get(key).cloned()).collect())
        })
        .await
    }

    async fn set(accessor: &Accessor<T, Self>, key: String, value: Vec<u8>, keep_for: Option<f64>) -> Result<(), String> {
        answer(accessor, move |host| {
            host.writes += 1;
            host.kept_for = keep_for;
            host.store()?.insert(key, value);
            Ok(())
        })
        .await
    }

    async fn delete(accessor: &Accessor<T, Self>, key: String) -> Result<(), String> {
        answer(accessor, move |host| host.store().map(|entries| entries.remove(&key)).map(drop)).await
    }
}

async fn answer<T, A>(accessor: &Accessor<T, HasSelf<Host>>, ask: impl FnOnce(&mut Host) -> A) -> A {
    pause().await;
    accessor.with(|mut access| ask(access.get()))
}
