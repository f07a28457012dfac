//! Who imports whom: follows every import and compares it with the table of floors in `src/lib.rs`, and checks which module uses which library.

mod floors;
mod graph;
mod paths;
mod tokens;

use std::path::Path;
use std::sync::LazyLock;

use graph::House;

/// Libraries, and the only places that may use them.
const LIBRARIES: [(&str, &[&str]); 8] = [
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("bollard", &["server/docker/"]),
    ("aws_sdk_s3", &["s3/"]),
    ("junit_report", &["report/"]),
    ("maud", &["report/"]),
    ("indicatif", &["report/"]),
];

/// What writes to the standard streams, and the only places that may.
const PRINTING: [&[&str]; 6] = [
    &["io", "::", "stdout"],
    &["io", "::", "stderr"],
    &["println", "!"],
    &["eprintln", "!"],
    &["print", "!"],
    &["eprint", "!"],
];
/// `trace.rs` hands stderr to the log that `-v` asks for.
const CONSOLE: [&str; 2] = ["report/console/", "app/trace.rs"];

/// Modules whose parts still import each other in circles.
const CIRCLES: [&str; 11] = [
    "app",
    "checks",
    "checks::clients",
    "config",
    "ledger",
    "record",
    "s3",
    "s3::raw",
    "server",
    "server::docker",
    "server::process",
];

/// The files below `src`: each path there, and the tokens of its text.
static FILES: LazyLock<Vec<(String, Vec<String>)>> = LazyLock::new(|| files("src"));

fn files(directory: &str) -> Vec<(String, Vec<String>)> {
    let root = root().join(directory);
    let (mut found, mut left) = (Vec::new(), vec![root.clone()]);
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            found.push((below, tokens::tokens(&std::fs::read_to_string(&path).unwrap())));
        }
    }
    assert!(found.len() > 50, "{directory} has files");
    found
}

static HOUSE: LazyLock<House> = LazyLock::new(|| House::of(&FILES));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files that have these words one after the other, other than those that may.
fn offenders(words: &[&str], allowed: &[&str]) -> Vec<&'static String> {
    let others = FILES.iter().filter(|(path, _)| !allowed.iter().any(|allowed| path.starts_with(allowed)));
    others
        .filter(|(_, tokens)| tokens.windows(words.len()).any(|window| window == words))
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn each_floor_imports_only_what_stands_below_it() {
    let floors = floors::read(&std::fs::read_to_string(root().join("src/lib.rs")).unwrap());
    assert!(floors.contains_key(""), "src/lib.rs has the table of floors");
    let broken = floors::broken(&floors, &HOUSE);
    assert!(broken.is_empty(), "{} imports do not lead down:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn no_two_rooms_know_each_other() {
    let circles = floors::circles(&HOUSE, &CIRCLES);
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn libraries_stay_in_their_rooms() {
    for (library, rooms) in LIBRARIES {
        for words in [[library, "::"], ["use", library]] {
            assert_eq!(offenders(&words, rooms), Vec::<&String>::new());
        }
        let used = offenders(&[library, "::"], &[]);
        let empty: Vec<_> = rooms.iter().filter(|room| !used.iter().any(|path| path.starts_with(**room))).collect();
        assert_eq!(empty, Vec::<&&str>::new(), "{library} is no longer used there");
    }
}

/// The compiler says nothing of a file whose `mod` line is gone, and its tests are never run again.
#[test]
fn no_file_is_forgotten() {
    for directory in ["src", "tests"] {
        let files = files(directory);
        let is_declared = |name: &str| {
            let declaration = ["mod", name, ";"];
            files.iter().any(|(_, tokens)| tokens.windows(3).any(|window| window == declaration))
        };
        let module = |path: &str| {
            let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
            path.rsplit('/').next().unwrap_or_default().to_owned()
        };
        let modules =
            files.iter().map(|(path, _)| module(path)).filter(|name| !["lib", "main"].contains(&name.as_str()));
        let forgotten: Vec<String> = modules.filter(|name| !is_declared(name)).collect();
        assert_eq!(forgotten, Vec::<String>::new(), "{directory}");
    }
}

#[test]
fn only_the_console_writes_to_the_standard_streams() {
    for words in PRINTING {
        assert_eq!(offenders(words, &CONSOLE), Vec::<&String>::new(), "{words:?}");
    }
}

/// A small house: `base` below `report`, which has two files and a front that hands one of them on.
fn planted(file: &str, more: &str) -> House {
    let files = [
        (
            "lib.rs",
            "//! ```text\n//! crate:\n//!     report\n//!     base\n//! report:\n//!     page\n//!     wrap\n//! ```\npub mod base; pub mod report;",
        ),
        ("base.rs", "pub struct Length;"),
        ("report/mod.rs", "mod page; mod wrap; pub use wrap::{self as fold, Wrapped};"),
        ("report/page.rs", "use super::Wrapped; use crate::base::Length; // use crate::app::Exit;"),
        ("report/wrap.rs", "pub struct Wrapped; const TEXT: &'static str = \"use super::page::Page;\";"),
    ];
    house(&files.map(|(path, text)| (path, if path == file { format!("{text} {more}") } else { text.to_owned() })))
}

fn house(files: &[(&str, String)]) -> House {
    House::of(&files.iter().map(|(path, text)| ((*path).to_owned(), tokens::tokens(text))).collect::<Vec<_>>())
}

fn broken(house: &House) -> Vec<String> {
    let mut floors = floors::Floors::new();
    floors.insert(String::new(), vec![vec!["report".to_owned()], vec!["base".to_owned()]]);
    floors.insert("report".to_owned(), vec![vec!["page".to_owned()], vec!["wrap".to_owned()]]);
    floors::broken(&floors, house)
}

#[test]
fn a_planted_upward_import_is_found_however_it_is_written() {
    assert_eq!(broken(&planted("", "")), Vec::<String>::new());
    for import in [
        "use crate::report::Wrapped;",
        "use crate::{base, report::{fold::{self, Wrapped}}};",
        "use super::report::wrap::Wrapped as W;",
        "fn f() { crate::report::Wrapped; }",
        "mod inner { use super::super::report::Wrapped; }",
        "use crate::report::*;",
    ] {
        let found = broken(&planted("base.rs", import));
        assert!(!found.is_empty() && found[0].starts_with("base imports report"), "{import}: {found:?}");
    }
    let inside = broken(&planted("report/wrap.rs", "use super::page;"));
    assert_eq!(inside, ["report::wrap imports report::page, and page does not stand below wrap"]);
    for harmless in ["// use crate::report::Wrapped;", "#[cfg(test)] mod tests { use crate::report::Wrapped; }"] {
        assert_eq!(broken(&planted("base.rs", harmless)), Vec::<String>::new(), "{harmless}");
    }
    let new = house(&[("lib.rs", String::new()), ("cellar.rs", String::new())]);
    assert!(broken(&new).contains(&" cellar: not both in the table and in the house".to_owned()));
}

#[test]
fn a_planted_circle_is_found_through_what_a_front_hands_on() {
    assert_eq!(floors::circles(&planted("", ""), &[]), Vec::<String>::new());
    let found = floors::circles(&planted("report/wrap.rs", "pub fn f() { super::page::print(); }"), &[]);
    assert_eq!(found, ["report::page imports report::wrap, report::wrap imports report::page"]);
    let found = floors::circles(&planted("base.rs", "use crate::report::fold::Wrapped;"), &[]);
    assert_eq!(found, ["base imports report::wrap, report::page imports base"]);
}

#[test]
fn the_table_is_read_from_the_head_of_the_crate() {
    let lib = "//! Text.\n//!\n//! ```text\n//! crate:\n//!     app\n//!     run  plan\n//!\n//! server:\n//!     host\n//! ```\n//! crate:\n";
    let floors = floors::read(lib);
    assert_eq!(floors[""], [vec!["app"], vec!["run", "plan"]]);
    assert_eq!(floors["server"], [["host"]]);
}
