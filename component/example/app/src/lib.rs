//! Makes pages that take their time: each once, however many ask for it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use bindings::dogpile::cache::regions::{Answer, Region, Request, Settings, Vacancy};
use bindings::dogpile::cache::types::Error;
use bindings::exports::example::app::pages::Guest;
use bindings::wasi::clocks::monotonic_clock;

mod bindings {
    #![allow(missing_debug_implementations, unsafe_code)]
    wit_bindgen::generate!({ path: ["../../wit", "wit"], world: "example:app/app", generate_all });
    export!(App);

    use super::App;
}

static REGION: LazyLock<Region> = LazyLock::new(|| {
    let prefix = "pages:".to_owned();
    Region::new(&Settings { expiration: Some(60.0), lock_timeout: Some(5.0), prefix })
});

struct App;

impl Guest for App {
    async fn render(name: String) -> Result<String, String> {
        let page = match REGION.look_up(Request { key: name.clone(), expiration: None, force_refresh: false }).await {
            Ok(Answer::Fresh(page) | Answer::Stale(page) | Answer::Created(page)) => page,
            Ok(Answer::Vacant(vacancy)) => {
                let page = create(&name).await?; // where it fails the vacancy is dropped, and the next who waits tries
                Vacancy::fill(vacancy, page.clone(), None).await.unwrap_or_else(not_stored);
                page
            }
            Err(error) => return Err(format!("{error:?}")),
        };
        String::from_utf8(page).map_err(|error| error.to_string())
    }
}

async fn create(name: &str) -> Result<Vec<u8>, String> {
    static PAGES: AtomicU32 = AtomicU32::new(0);
    monotonic_clock::wait_for(100_000_000).await;
    if name == "nobody" {
        return Err("nobody has no page".to_owned());
    }
    Ok(format!("page {} is {name}'s", PAGES.fetch_add(1, Ordering::Relaxed)).into_bytes())
}

/// All who waited have got the page: that it could not be stored costs the next ones time, and nothing else.
fn not_stored(_: Error) {}
