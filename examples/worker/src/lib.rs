//! A Worker in Rust whose slow origin is asked once a minute for each page, however many requests come.
//!
//! `GET /page/<name>` answers the page; `?milliseconds=` is how long the origin takes, `?fails` makes the handler fail after it has begun to wait.
//! `GET /origin/<name>` says how often the origin was asked in this isolate.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

use dogpile::web::{CloudflareKvBackend, Workers};
use dogpile::{Error, Region};
use worker::{Context, Delay, Env, Request, Response, Result, Url, event, js_sys};

type Pages = Region<String, String, CloudflareKvBackend, Workers>;

thread_local! {
    /// One region for all requests of an isolate: they wait for each other.
    static PAGES: OnceCell<Pages> = const { OnceCell::new() };
    static ASKED: RefCell<HashMap<String, u32>> = RefCell::default();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let url = request.url()?;
    match url.path().split('/').collect::<Vec<_>>()[..] {
        ["", "page", name] => page(&pages(&env)?, name, &url).await,
        ["", "origin", name] => Response::ok(ASKED.with_borrow(|asked| asked.get(name).copied().unwrap_or(0)).to_string()),
        _ => Response::error("not found", 404),
    }
}

fn pages(env: &Env) -> Result<Pages> {
    if let Some(pages) = PAGES.with(|pages| pages.get().cloned()) {
        return Ok(pages);
    }
    let backend = CloudflareKvBackend::new(js_sys::Reflect::get(env, &"PAGES".into())?).map_err(|error| error.to_string())?;
    let pages = Region::builder(backend, Workers).expiration(Duration::from_secs(60)).build();
    Ok(PAGES.with(|kept| kept.get_or_init(|| pages).clone()))
}

async fn page(pages: &Pages, name: &str, url: &Url) -> Result<Response> {
    let query = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let milliseconds = query("milliseconds").and_then(|value| value.parse().ok()).unwrap_or(300);
    let waits = pages.get_or_create(name, async || origin(name, milliseconds).await);
    if query("fails").is_some() {
        let fails = async { Delay::from(Duration::from_millis(100)).await };
        futures_util::future::select(std::pin::pin!(waits), std::pin::pin!(fails)).await;
        return Err("the handler has failed".into());
    }
    match waits.await {
        Ok(page) => Response::ok(page),
        Err(Error::Creator(error)) => Response::error(error, 502),
        Err(error) => Response::error(error.to_string(), 504),
    }
}

/// What takes long, and must not be asked by every request.
async fn origin(name: &str, milliseconds: u64) -> std::result::Result<String, String> {
    ASKED.with_borrow_mut(|asked| *asked.entry(name.to_owned()).or_default() += 1);
    Delay::from(Duration::from_millis(milliseconds)).await;
    Ok(format!("the page {name}"))
}
