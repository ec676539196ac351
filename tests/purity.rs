//! What decides is free of hosts and clocks: it takes every time and every record as an argument.
#![cfg(not(target_arch = "wasm32"))]

#[test]
fn the_rules_import_no_host_and_no_clock() {
    let rules = [
        ("clock", include_str!("../src/clock.rs")),
        ("duration", include_str!("../src/duration.rs")),
        ("flight", include_str!("../src/flight.rs")),
        ("freshness", include_str!("../src/freshness.rs")),
        ("keys", include_str!("../src/keys.rs")),
    ];
    for (name, source) in rules {
        for word in ["wasm_bindgen", "js_sys", "web_sys", "std::time"] {
            assert!(!source.contains(word), "{name} names {word}");
        }
    }
}
