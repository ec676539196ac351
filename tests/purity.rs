//! What decides is free of hosts and clocks: it takes every time and every record as an argument.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Where a host may be named.
const HOSTS: [&str; 4] = ["js", "mangler.rs", "web", "native.rs"];

#[test]
fn the_rules_import_no_host_and_no_clock() {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let source = fs::read_to_string(&file).expect("a source file");
        for word in ["wasm_bindgen", "js_sys", "web_sys", "std::time::Instant", "SystemTime"] {
            assert!(!source.contains(word), "{file} names {word}");
        }
    }
}

#[test]
fn without_features_there_is_no_wasm_bindgen_in_the_dependency_tree() {
    let tree = ["tree", "--no-default-features", "--edges", "normal", "--offline", "--prefix", "none"];
    let output = Command::new(env!("CARGO")).args(tree).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo tree");
    let packages = String::from_utf8_lossy(&output.stdout);
    assert!(packages.starts_with("dogpile "), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!packages.contains("bindgen") && !packages.contains("js-sys"), "{packages}");
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .filter(|path| !HOSTS.iter().any(|host| path.ends_with(host)) && !path.ends_with("lib.rs"))
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path.display().to_string()] })
        .collect()
}
