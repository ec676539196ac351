//! A page in Yew that shows a value which takes a second to compute. It is kept in IndexedDB: a reload shows it at once, and so does every other tab.

use std::time::Duration;

use dogpile::Region;
use dogpile::web::{Browser, IndexedDbBackend};
use serde::{Deserialize, Serialize};
use yew::platform::{spawn_local, time::sleep};
use yew::prelude::*;

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Report {
    text: String,
    computed: String,
}

thread_local! {
    /// One region for the page: components that ask at the same time share one computation.
    static REPORTS: Region<Report, String, IndexedDbBackend, Browser> =
        Region::builder(IndexedDbBackend::new(), Browser).expiration(Duration::from_secs(60)).build();
}

/// What takes long.
async fn compute() -> Result<Report, String> {
    sleep(Duration::from_secs(1)).await;
    let computed = String::from(js_sys::Date::new_0().to_iso_string());
    Ok(Report { text: "A report".into(), computed })
}

#[hook]
fn use_report() -> Option<Result<Report, String>> {
    let report = use_state(|| None);
    let kept = report.clone();
    use_effect_with((), move |()| {
        spawn_local(async move {
            let reports = REPORTS.with(Region::clone);
            let computed = reports.get_or_create("report", compute).await;
            kept.set(Some(computed.map_err(|error| error.to_string())));
        });
    });
    (*report).clone()
}

#[component]
fn View() -> Html {
    match use_report() {
        None => html! { <p class="report">{ "computing…" }</p> },
        Some(Ok(report)) => html! { <p class="report">{ report.text }{ ", computed at " }<time>{ report.computed }</time></p> },
        Some(Err(error)) => html! { <p class="report">{ error }</p> },
    }
}

#[component]
fn App() -> Html {
    html! { <main><View /><View /></main> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
