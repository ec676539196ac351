//! The numbers in which the host and the machine speak are defined in Rust: `pkg/host/numbers.js` has the same names in the same order.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

const NUMBERS: &str = "pkg/host/numbers.js";

/// The variants of an enum without data, as its source names them.
fn variants(file: &str, name: &str) -> Vec<String> {
    let source = read(file);
    let (_, body) = source.split_once(&format!("pub enum {name} {{")).expect("the enum");
    let (body, _) = body.split_once("\n}").expect("its end");
    let names = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    names.map(|line| line.trim_end_matches(',').to_string()).collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a source file")
}

/// `RunnerMayStore` is `RUNNER_MAY_STORE`.
fn constant(prefix: &str, variant: &str) -> String {
    let mut name = String::from(prefix);
    for (index, letter) in variant.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[test]
fn javascript_has_the_numbers_of_rust() {
    let script = read(NUMBERS);
    for (file, name, prefix) in
        [("src/js/acts.rs", "Act", ""), ("src/js/resume.rs", "News", "NEWS_"), ("src/js/resume.rs", "Question", "ASK_")]
    {
        let variants = variants(file, name);
        assert!(variants.len() > 5, "{name}: {variants:?}");
        for (number, variant) in variants.iter().enumerate() {
            let line = format!("export const {} = {number};\n", constant(prefix, variant));
            assert!(script.contains(&line), "{NUMBERS} lacks: {line}");
        }
        if !prefix.is_empty() {
            assert_eq!(
                script.matches(&format!("export const {prefix}")).count(),
                variants.len(),
                "{NUMBERS} has more {prefix} than {name}"
            );
        }
    }
}
