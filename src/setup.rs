//! What `configure` makes of its options: everything that changes together when a region's backend is replaced.

use js_sys::{Array, Function, JsString, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::error::Error;
use crate::js::{self, CacheBackend};
use crate::line::Lines;
use crate::options::{self, ConfigureOptions};

const DEFAULT_LOCK_TIMEOUT: f64 = 30.0;

/// The user's word on key manglers.
#[derive(Debug)]
pub enum Mangling {
    /// The backend's recommendation, if it has one.
    Recommended,
    /// None, whatever the backend recommends.
    Off,
    /// The user's own.
    Own(Function),
}

impl Mangling {
    /// A function, `false`, or nothing.
    pub fn from_option(value: JsValue) -> Result<Self, JsValue> {
        if value.is_falsy() && value.as_bool().is_some() {
            return Ok(Mangling::Off);
        }
        let own = options::function(value, "keyMangler (unless it is false)")?;
        Ok(own.map_or(Mangling::Recommended, Mangling::Own))
    }

    fn over(&self, backend: &CacheBackend) -> Result<Option<Function>, JsValue> {
        match self {
            Mangling::Off => Ok(None),
            Mangling::Own(mangler) => Ok(Some(mangler.clone())),
            Mangling::Recommended => options::function(backend.key_mangler()?, "the backend's keyMangler"),
        }
    }
}

/// One configuration of a region; never changed, only replaced.
#[derive(Debug)]
pub struct Setup {
    /// Where the records are.
    pub backend: CacheBackend,
    /// Applied to every key before the backend sees it.
    mangler: Option<Function>,
    /// The region's own expiration in seconds.
    pub expiration: Option<f64>,
    /// Seconds for which anything may stay without an answer.
    pub lock_timeout: f64,
    /// Whether an unreadable backend is an error rather than a miss.
    pub throws: bool,
    /// Whether callers wait for one another: pointless over a backend that keeps nothing.
    pub coalesces: bool,
    /// Writes under way.
    pub lines: Lines,
}

impl Setup {
    /// Checks every option, the backend last: `make_backend` turns a registered name into one.
    pub fn new(given: ConfigureOptions, mangling: &Mangling, make_backend: &Function) -> Result<Self, JsValue> {
        let expiration = options::duration(given.expiration_time, "expirationTime")?;
        let lock_timeout = options::patience(given.lock_timeout)?.unwrap_or(DEFAULT_LOCK_TIMEOUT);
        let throws = backend_errors(given.backend_errors)?;
        let backend = usable_backend(given.backend, given.arguments, make_backend)?;
        let mangler = mangling.over(&backend)?;
        let coalesces = backend.coalesce()?.as_bool() != Some(false);
        let lines = Lines::new();
        Ok(Self { backend, mangler, expiration, lock_timeout, throws, coalesces, lines })
    }

    /// Whether keys reach the backend as they are.
    pub fn keeps_keys(&self) -> bool {
        self.mangler.is_none()
    }

    /// The key as the backend knows it.
    pub fn mangle(&self, key: &JsString) -> Result<JsString, JsValue> {
        let Some(mangler) = &self.mangler else {
            return Ok(key.clone());
        };
        let mangled = mangler.call1(&JsValue::UNDEFINED, key)?;
        if mangled.is_string() {
            Ok(mangled.unchecked_into())
        } else {
            Err(Error::invalid("what keyMangler returns", "a string", &mangled).into())
        }
    }

    /// All of them.
    pub fn mangle_all(&self, keys: &[JsString]) -> Result<Vec<JsString>, JsValue> {
        keys.iter().map(|key| self.mangle(key)).collect()
    }

    /// What the backend answered, now or by a promise, unless that takes longer than `lockTimeout`.
    pub async fn answered(&self, answer: JsValue) -> Result<JsValue, JsValue> {
        match js::pending(&answer) {
            None => Ok(answer),
            Some(promise) => self.settled(&promise).await,
        }
    }

    /// The promise's outcome, unless that takes longer than `lockTimeout`.
    pub async fn settled(&self, promise: &Promise) -> Result<JsValue, JsValue> {
        let bounded = js::within(promise, self.lock_timeout * 1_000.0);
        JsFuture::from(bounded).await.map_err(|error| {
            if js::is_unanswered(&error) {
                Error::Timeout("The backend has not answered within lockTimeout.".into()).into()
            } else {
                error
            }
        })
    }

    /// Waits for the writes that are in line now.
    pub async fn writes_ahead(&self, keys: &[JsString]) {
        if let Some(ahead) = self.lines.ahead(keys) {
            let _settled_or_given_up = self.settled(&ahead).await;
        }
    }
}

fn backend_errors(value: JsValue) -> Result<bool, JsValue> {
    let Some(value) = options::given(value) else {
        return Ok(false);
    };
    match value.as_string().as_deref() {
        Some("degrade") => Ok(false),
        Some("throw") => Ok(true),
        _ => Err(Error::invalid("backendErrors", r#""degrade" or "throw""#, &value).into()),
    }
}

fn usable_backend(backend: JsValue, arguments: JsValue, make: &Function) -> Result<CacheBackend, JsValue> {
    let backend = if backend.is_string() { make.call2(&JsValue::UNDEFINED, &backend, &arguments)? } else { backend };
    let missing: Array = js::missing_methods(&backend)?;
    if missing.length() == 0 {
        return Ok(backend.unchecked_into());
    }
    let missing = missing.join(", ").as_string().unwrap_or_default();
    let allowed = ["an object with get, set and delete, or a registered name (missing: ", &missing, ")"].concat();
    Err(Error::invalid("backend", &allowed, &backend).into())
}
