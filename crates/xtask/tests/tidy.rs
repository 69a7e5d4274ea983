//! The house rules that no compiler checks: the arrow between modules, sizes, first lines, words. What a rule means
//! stands in STYLE.md; what is exempt stands in `tidy-exempt.txt`, which may only shrink.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
/// Lowered with every exemption that goes; never raised.
const EXEMPTIONS_MAX: usize = 0;

/// The arrow inside the server: a module uses only modules of a lower rank, and itself.
const RANKS: [(&str, u8); 16] = [
    ("clock", 0),
    ("config", 0),
    ("vault", 0),
    ("store", 1),
    ("bus", 2),
    ("mail", 2),
    ("outbound", 2),
    ("driver", 3),
    ("openid", 3),
    ("jobs", 4),
    ("http", 5),
    ("ws", 6),
    ("app", 7),
    ("demo", 8),
    ("cli", 9),
    ("main", 10),
];

/// Crates that only some modules of the server may name.
const OWNERS: [(&str, &[&str]); 8] = [
    ("sqlx", &["store"]),
    ("rusqlite", &["store"]),
    ("async_nats", &["bus"]),
    ("lettre", &["mail"]),
    ("aws_lc_rs", &["vault"]),
    ("reqwest", &["outbound"]),
    ("openidconnect", &["openid", "outbound"]),
    ("axum", &["http", "ws", "app", "demo"]),
];

/// What the engine may never name: clocks, chance, input and output, unordered maps.
const NOT_IN_ENGINE: [&str; 11] = [
    "HashMap",
    "HashSet",
    "Instant",
    "SystemTime",
    "RandomState",
    "rand",
    "tokio",
    "sqlx",
    "axum",
    "reqwest",
    "println",
];

/// Names that say nothing about what a file owns.
const EMPTY_NAMES: [&str; 8] = ["common", "core", "helper", "helpers", "misc", "types", "util", "utils"];

/// A source file: where it lies, below the root, and what it says.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default()
    }

    fn tokens(&self) -> TokenStream {
        self.text.parse().unwrap_or_else(|error| panic!("{}: {error}", self.path))
    }
}

#[test]
fn modules_use_only_what_stands_to_their_left() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.is_rust()) {
        let Some(inner) = source.path.strip_prefix("crates/server/src/") else { continue };
        let module = inner.split(['/', '.']).next().unwrap_or_default();
        if ["main", "lib"].contains(&module) {
            continue;
        }
        let Some(own) = rank(module) else {
            broken.push(format!(
                "{}: the module `{module}` has no place in the arrow of this test",
                source.path
            ));
            continue;
        };
        let depth = inner.matches('/').count() + 1;
        let mut used = BTreeSet::new();
        modules_named(source.tokens(), depth, &mut used);
        for other in used.iter().filter(|other| *other != module) {
            if rank(other).is_some_and(|rank| rank >= own) {
                broken.push(format!(
                    "{}: `{module}` uses `{other}`, which does not stand to its left",
                    source.path
                ));
            }
        }
    }
    report(&broken);
}

#[test]
fn each_outer_crate_has_one_home() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.is_rust()) {
        let Some(inner) = source.path.strip_prefix("crates/server/src/") else { continue };
        let module = inner.split(['/', '.']).next().unwrap_or_default();
        let mut named = BTreeSet::new();
        crates_named(source.tokens(), &mut named);
        for (name, owners) in OWNERS {
            if named.contains(name) && !owners.contains(&module) {
                broken.push(format!("{}: `{name}` belongs to {}", source.path, owners.join(", ")));
            }
        }
    }
    report(&broken);
}

#[test]
fn the_engine_is_pure() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("crates/engine/src/")) {
        let mut words = BTreeSet::new();
        idents(source.tokens(), &mut words);
        for word in NOT_IN_ENGINE.iter().filter(|word| words.contains(**word)) {
            broken.push(format!("{}: `{word}` has no place in the engine", source.path));
        }
    }
    report(&broken);
}

#[test]
fn files_and_functions_are_short() {
    let exempt = exemptions();
    let mut needed = BTreeSet::new();
    let mut broken = Vec::new();
    for source in &sources() {
        let lines = source.text.lines().count();
        let mut long = Vec::new();
        if lines > FILE_LINES_MAX {
            long.push((source.path.clone(), lines, FILE_LINES_MAX));
        }
        if source.is_rust() {
            let functions = functions(source.tokens());
            let functions = functions.into_iter().filter(|(_, lines)| *lines > FUNCTION_LINES_MAX);
            long.extend(
                functions
                    .map(|(name, lines)| (format!("{}::{name}", source.path), lines, FUNCTION_LINES_MAX)),
            );
        }
        for (name, lines, limit) in long {
            if exempt.contains(&name) {
                needed.insert(name);
            } else {
                broken.push(format!("{name}: {lines} lines, at most {limit}"));
            }
        }
    }
    let idle = exempt.difference(&needed);
    broken.extend(idle.map(|name| format!("{name}: is exempt and does not need it; take it off the list")));
    if exempt.len() > EXEMPTIONS_MAX {
        broken
            .push(format!("{} exemptions, at most {EXEMPTIONS_MAX}: the list may only shrink", exempt.len()));
    }
    report(&broken);
}

#[test]
fn the_first_line_says_what_a_file_owns() {
    let without = |source: &&Source| source.is_rust() && !source.text.starts_with("//! ");
    let sources = sources();
    let broken =
        sources.iter().filter(without).map(|source| format!("{}: the first line is not `//! `", source.path));
    report(&broken.collect::<Vec<_>>());
}

#[test]
fn no_word_is_banned() {
    // Written apart, so that this file may hold them.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
    let phrases = [concat!("#[al", "low("), concat!("#![al", "low("), concat!("@ts-ig", "nore")];
    let mut broken = Vec::new();
    for source in &sources() {
        for (number, line) in source.text.lines().enumerate() {
            let mut parts = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let word = parts.find(|part| words.contains(part));
            let phrase = phrases.iter().copied().find(|phrase| line.contains(phrase));
            if let Some(found) = word.or(phrase) {
                broken.push(format!("{}:{}: `{found}`", source.path, number + 1));
            }
        }
    }
    report(&broken);
}

#[test]
fn names_of_files_say_something() {
    let mut broken = Vec::new();
    for source in &sources() {
        // The texts of the console are grouped by name spaces, of which `common` is one.
        let is_texts = source.path.contains("/locales/");
        if EMPTY_NAMES.contains(&source.stem()) && !is_texts || source.path.ends_with("/mod.rs") {
            broken.push(format!("{}: the name does not say what the file owns", source.path));
        }
    }
    report(&broken);
}

#[test]
fn a_use_is_seen_in_every_form() {
    let cases = [
        ("use crate::http::error;", 1, "http"),
        ("use crate::{app, http::{self, error}};", 1, "app http"),
        ("fn f() { crate::ws::frame() }", 1, "ws"),
        ("use super::super::http;", 2, "http"),
        ("use super::visit;", 2, ""),
        ("mod tests { use super::super::http; }", 1, "http"),
        ("mod tests { use super::visit; }", 1, ""),
        ("println!(\"{}\", crate::ws::NAME);", 1, "ws"),
    ];
    for (text, depth, expected) in cases {
        let mut found = BTreeSet::new();
        modules_named(text.parse().expect("the case is Rust"), depth, &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>().join(" "), expected, "{text}");
    }
}

#[test]
fn a_function_is_measured_from_its_name_to_its_last_brace() {
    let text = "trait T { fn none(); }\nfn one(f: fn(u8)) -> [u8; 2] {\n    mod m { fn two() {\n} }\n}";
    let found = functions(text.parse().expect("the text is Rust"));
    assert_eq!(found, [("one".to_owned(), 4), ("two".to_owned(), 2)]);
}

fn rank(module: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank)
}

/// Collects the top modules of the crate that `tokens` names by `crate::` or by a chain of `super::` that is long
/// enough. `depth`: how many `super` lead from here to the root.
fn modules_named(tokens: TokenStream, depth: usize, found: &mut BTreeSet<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        if let TokenTree::Group(group) = &trees[at] {
            let inline = at >= 2 && is_ident(&trees[at - 2], "mod") && group.delimiter() == Delimiter::Brace;
            modules_named(group.stream(), depth + usize::from(inline), found);
        }
        let mut next = at;
        let mut supers = 0;
        while is_ident_at(&trees, next, "super") && is_path_separator(&trees, next + 1) {
            supers += 1;
            next += 3;
        }
        let from_crate = is_ident_at(&trees, at, "crate") && is_path_separator(&trees, at + 1);
        if from_crate {
            next = at + 3;
        }
        if from_crate || supers >= depth {
            match trees.get(next) {
                Some(TokenTree::Ident(name)) => found.extend([name.to_string()]),
                Some(TokenTree::Group(group)) => found.extend(heads(group.stream())),
                _ => {}
            }
        }
        at += if supers > 0 { supers * 3 } else { 1 };
    }
}

/// The first name of every branch of a `use` tree.
fn heads(tokens: TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let branches = trees.split(|tree| matches!(tree, TokenTree::Punct(comma) if comma.as_char() == ','));
    branches.filter_map(|branch| branch.first()).map(ToString::to_string).collect()
}

/// Collects the names that begin a path: `name::`, not preceded by another segment.
fn crates_named(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => crates_named(group.stream(), found),
            TokenTree::Ident(name) => {
                let inner = at >= 2 && is_path_separator(&trees, at - 2);
                if !inner && is_path_separator(&trees, at + 1) {
                    found.insert(name.to_string());
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn idents(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => idents(group.stream(), found),
            TokenTree::Ident(name) => found.extend([name.to_string()]),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The functions with a body and their lengths in lines, signature included.
fn functions(tokens: TokenStream) -> Vec<(String, usize)> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        if let TokenTree::Group(group) = tree {
            found.extend(functions(group.stream()));
        }
        let (true, Some(TokenTree::Ident(name))) = (is_ident(tree, "fn"), trees.get(at + 1)) else {
            continue;
        };
        let end = trees[at..].iter().find(|tree| match tree {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        });
        if let Some(TokenTree::Group(body)) = end {
            found.push((name.to_string(), body.span_close().end().line - tree.span().start().line + 1));
        }
    }
    found
}

fn is_ident(tree: &TokenTree, word: &str) -> bool {
    matches!(tree, TokenTree::Ident(name) if name == word)
}

fn is_ident_at(trees: &[TokenTree], at: usize, word: &str) -> bool {
    trees.get(at).is_some_and(|tree| is_ident(tree, word))
}

fn is_path_separator(trees: &[TokenTree], at: usize) -> bool {
    let colon = |at| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(at) && colon(at + 1)
}

fn exemptions() -> BTreeSet<String> {
    let list = include_str!("tidy-exempt.txt");
    list.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// All source files of the project that people write.
fn sources() -> Vec<Source> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the root lies above the crate");
    let mut files = Vec::new();
    for folder in ["crates", "web", "e2e"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() > 20, "the sources were not found below {}", root.display());
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("a source file is readable UTF-8");
    let name =
        |path: &PathBuf| path.strip_prefix(root).expect("it lies below the root").display().to_string();
    let sources = files.iter().map(|path| Source { path: name(path), text: read(path) });
    sources.filter(|source| !is_generated(source)).collect()
}

fn is_generated(source: &Source) -> bool {
    source.text.lines().take(5).any(|line| line.contains("auto-generated"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder of the project can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !["node_modules", "dist", "target", "results"].contains(&name) {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|ending| ["rs", "ts", "tsx"].iter().any(|known| ending == *known))
        {
            files.push(path);
        }
    }
}

fn report(broken: &[String]) {
    let mut text = String::new();
    for line in broken {
        writeln!(text, "  {line}").expect("writing to a string does not fail");
    }
    assert!(broken.is_empty(), "{} findings:\n{text}", broken.len());
}
