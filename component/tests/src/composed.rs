//! The example: an app, the component and a store in one, as `wac plug` has put them together.

use std::sync::LazyLock;

use futures::future::{join, join_all};
use wasmtime::component::{Component, Linker};

use crate::bindings::app::App;
use crate::calls::{ENGINE, built, host};
use crate::executor::{idle, run};
use crate::host::link_clocks;

/// What 100 calls for a page come to, when the clock goes on by so many seconds, one after another.
fn render(name: &str, seconds: usize) -> Vec<Result<String, String>> {
    static COMPONENT: LazyLock<Component> = LazyLock::new(|| built("composed.wasm"));
    let mut linker = Linker::new(&ENGINE);
    link_clocks(&mut linker).expect("no name twice");
    let mut store = host();
    let app = run(App::instantiate_async(&mut store, &COMPONENT, &linker)).expect("no imports but clocks");
    let running = store.run_concurrent(async |accessor| {
        let pages = app.example_app_pages();
        let calls = join_all((0..100).map(|_| pages.call_render(accessor, name.to_owned())));
        let advance = async {
            for _ in 0..seconds {
                idle().await;
                accessor.with(|mut access| access.get().advance(1.0));
            }
        };
        join(calls, advance).await.0
    });
    run(running).expect("no trap").into_iter().map(|page| page.expect("no trap")).collect()
}

#[test]
fn a_hundred_calls_make_one_page() {
    assert_eq!(render("Ada", 1), vec![Ok("page 0 is Ada's".to_owned()); 100]);
}

#[test]
fn a_page_that_cannot_be_made_is_tried_by_each_in_turn() {
    assert_eq!(render("nobody", 100), vec![Err("nobody has no page".to_owned()); 100]);
}
