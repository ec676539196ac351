//! An instance of the component, and its functions as the tests call them.

use std::path::PathBuf;
use std::sync::LazyLock;

use futures::channel::oneshot::Sender;
use wasmtime::component::{Accessor, AccessorTask, Component, Linker, ResourceAny, TypedFunc};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, Store};

use crate::bindings::cache::Cache;
use crate::bindings::regions::{Answer, Guest, Request, Settings};
use crate::bindings::types::Error;
use crate::executor::run;
use crate::host::{Host, link_backend, link_clocks};

pub const START: f64 = 1_700_000_000.0;
pub const SETTINGS: Settings = Settings { expiration: Some(60.0), lock_timeout: Some(5.0), prefix: String::new() };

const TRAPPED: &str = "the component has trapped";

/// Compiles quickly: each run of the tests does, by an engine that is not optimized itself.
pub static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::None).cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    Engine::new(&config).expect("compiled in")
});

/// What `npm run component` has built.
pub fn built(name: &str) -> Component {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/component");
    Component::from_file(&ENGINE, folder.join(name)).expect("built by `npm run component`")
}

pub fn host() -> Store<Host> {
    Store::new(&ENGINE, Host::new(START))
}

pub struct Instance {
    pub store: Store<Host>,
    cache: Cache,
}

impl Instance {
    pub fn new() -> Self {
        static COMPONENT: LazyLock<Component> = LazyLock::new(|| built("dogpile.wasm"));
        let mut linker = Linker::new(&ENGINE);
        link_clocks(&mut linker).and_then(|()| link_backend(&mut linker)).expect("no name twice");
        let mut store = host();
        let cache = run(Cache::instantiate_async(&mut store, &COMPONENT, &linker)).expect("no other imports");
        Self { store, cache }
    }

    /// Runs what calls the component.
    pub fn run<T>(&mut self, test: impl AsyncFnOnce(&Calls<'_>) -> T) -> T {
        let regions = self.cache.dogpile_cache_regions();
        let running = self.store.run_concurrent(async |accessor| test(&Calls { accessor, regions }).await);
        run(running).expect(TRAPPED)
    }

    /// Drops a resource of the component's.
    pub fn drop(&mut self, resource: ResourceAny) {
        run(resource.resource_drop_async(&mut self.store)).expect(TRAPPED);
    }
}

#[derive(Clone, Copy)]
pub struct Calls<'a> {
    accessor: &'a Accessor<Host>,
    regions: &'a Guest,
}

impl Calls<'_> {
    pub fn host<T>(&self, look: impl FnOnce(&mut Host) -> T) -> T {
        self.accessor.with(|mut access| look(access.get()))
    }

    pub async fn region(&self, settings: Settings) -> ResourceAny {
        self.regions.region().call_constructor(self.accessor, settings).await.expect(TRAPPED)
    }

    pub async fn look_up(&self, region: ResourceAny, key: &str) -> Result<Answer, Error> {
        self.look_up_with(region, Request { key: key.to_owned(), expiration: None, force_refresh: false }).await
    }

    pub async fn look_up_with(&self, region: ResourceAny, request: Request) -> Result<Answer, Error> {
        self.regions.region().call_look_up(self.accessor, region, request).await.expect(TRAPPED)
    }

    /// Looks up in the background, beyond the end of `run`.
    pub fn look_up_later(&self, region: ResourceAny, key: &'static str, sender: Sender<Result<Answer, Error>>) {
        let request = Request { key: key.to_owned(), expiration: None, force_refresh: false };
        let look_up = self.regions.region().func_look_up();
        self.accessor.spawn(LookUp { look_up, region, request, sender }).expect("spawned");
    }

    /// The vacancy that there has to be.
    pub async fn vacancy(&self, region: ResourceAny, key: &str) -> ResourceAny {
        match self.look_up(region, key).await {
            Ok(Answer::Vacant(vacancy)) => vacancy,
            other => panic!("{other:?}"),
        }
    }

    pub async fn get(&self, region: ResourceAny, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.regions.region().call_get(self.accessor, region, key.to_owned()).await.expect(TRAPPED)
    }

    pub async fn set(&self, region: ResourceAny, key: &str, payload: &[u8]) -> Result<(), Error> {
        let (key, payload) = (key.to_owned(), payload.to_owned());
        self.regions.region().call_set(self.accessor, region, key, payload).await.expect(TRAPPED)
    }

    pub async fn delete(&self, region: ResourceAny, key: &str) -> Result<(), Error> {
        self.regions.region().call_delete(self.accessor, region, key.to_owned()).await.expect(TRAPPED)
    }

    pub async fn invalidate(&self, region: ResourceAny, hard: bool) {
        self.regions.region().call_invalidate(self.accessor, region, hard).await.expect(TRAPPED);
    }

    pub async fn stale(&self, vacancy: ResourceAny) -> Option<Vec<u8>> {
        self.regions.vacancy().call_stale(self.accessor, vacancy).await.expect(TRAPPED)
    }

    pub async fn fill(&self, vacancy: ResourceAny, payload: &[u8]) -> Result<(), Error> {
        self.fill_for(vacancy, payload, None).await
    }

    pub async fn fill_for(&self, vacancy: ResourceAny, payload: &[u8], seconds: Option<f64>) -> Result<(), Error> {
        let payload = payload.to_owned();
        self.regions.vacancy().call_fill(self.accessor, vacancy, payload, seconds).await.expect(TRAPPED)
    }

    pub async fn pass(&self, vacancy: ResourceAny, payload: &[u8]) {
        self.regions.vacancy().call_pass(self.accessor, vacancy, payload.to_owned()).await.expect(TRAPPED);
    }

    pub async fn fail(&self, vacancy: ResourceAny, message: &str) {
        self.regions.vacancy().call_fail(self.accessor, vacancy, message.to_owned()).await.expect(TRAPPED);
    }
}

struct LookUp {
    look_up: TypedFunc<(ResourceAny, Request), (Result<Answer, Error>,)>,
    region: ResourceAny,
    request: Request,
    sender: Sender<Result<Answer, Error>>,
}

impl AccessorTask<Host> for LookUp {
    async fn run(self, accessor: &Accessor<Host>) -> wasmtime::Result<()> {
        let (answer,) = self.look_up.call_concurrent(accessor, (self.region, self.request)).await?;
        let _ = self.sender.send(answer);
        Ok(())
    }
}
