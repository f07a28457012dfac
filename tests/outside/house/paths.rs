//! The paths of a file: what it takes with `use`, what it names in full, and what it defines.

use super::tokens::{self, Source};

/// One name that a file takes from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    /// As written, without braces; `*` at the end for everything.
    pub(super) path: Vec<String>,
    /// What it is called here.
    pub(super) name: String,
    /// Whether it is handed on: `pub use`.
    pub(super) is_public: bool,
}

/// What a file says of other files.
#[derive(Debug, Default)]
pub(super) struct Paths {
    pub(super) uses: Vec<Use>,
    /// Paths in the middle of code, as written.
    pub(super) mentions: Vec<Vec<String>>,
    pub(super) definitions: Vec<String>,
    /// Modules in files of their own that are test code.
    pub(super) test_modules: Vec<String>,
}

const DEFINING: [&str; 8] = ["struct", "enum", "trait", "fn", "const", "static", "type", "union"];

impl Paths {
    pub(super) fn of(tokens: &[String]) -> Self {
        let Source { tokens, test_modules } = tokens::without_tests(tokens);
        let mut paths = Self { test_modules, ..Self::default() };
        let (mut inline, mut depth, mut at) = (Vec::new(), 0_usize, 0);
        while at < tokens.len() {
            let next = |ahead: usize| tokens.get(at + ahead).map_or("", String::as_str);
            let length = match tokens[at].as_str() {
                "use" => paths.take(&tokens, at, inline.len()),
                "mod" if next(2) == "{" => {
                    inline.push(depth);
                    2
                }
                word if DEFINING.contains(&word) && is_name(next(1)) => {
                    // Neither `&'static str` nor `*const u8` defines anything.
                    if at == 0 || !["'", "*"].contains(&tokens[at - 1].as_str()) {
                        paths.definitions.push(next(1).to_owned());
                    }
                    1
                }
                "{" => {
                    depth += 1;
                    1
                }
                "}" => {
                    depth = depth.saturating_sub(1);
                    inline.pop_if(|opened| *opened == depth);
                    1
                }
                word if is_name(word) && next(1) == "::" => paths.mention(&tokens[at..], inline.len()),
                // A path of another crate, or the rest of one that was not begun here.
                "::" => 2,
                _ => 1,
            };
            at += length;
        }
        paths
    }

    /// Reads a `use`; how many tokens it has.
    fn take(&mut self, tokens: &[String], at: usize, inline: usize) -> usize {
        let is_public = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
        let length = tokens[at..].iter().position(|token| token == ";").map_or(tokens.len() - at, |end| end + 1);
        let mut tree = tokens[at + 1..at + length - 1].iter().map(String::as_str).peekable();
        let mut found = Vec::new();
        branch(&mut tree, &[], &mut found);
        for (path, name) in found {
            self.uses.push(Use { path: out_of(path, inline), name, is_public: is_public && inline == 0 });
        }
        length
    }

    /// Reads a path in the middle of code; how many tokens it has.
    fn mention(&mut self, tokens: &[String], inline: usize) -> usize {
        let words = tokens.chunks(2).take_while(|pair| is_name(&pair[0]));
        let mut path = Vec::new();
        for pair in words {
            path.push(pair[0].clone());
            if pair.get(1).is_none_or(|sign| sign != "::") {
                break;
            }
        }
        let length = 2 * path.len() - 1;
        self.mentions.push(out_of(path, inline));
        length
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// A path as it is from the file itself: `super` of a module in braces leads to the file.
fn out_of(mut path: Vec<String>, inline: usize) -> Vec<String> {
    let ups = path.iter().take(inline).take_while(|word| *word == "super").count();
    if ups > 0 {
        path.drain(..ups);
        if path.first().is_none_or(|word| word != "super") {
            path.insert(0, "self".to_owned());
        }
    }
    path
}

/// Reads one branch of a tree of names, from after what leads to it to its comma or brace.
fn branch<'a>(
    tree: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    trunk: &[String],
    found: &mut Vec<(Vec<String>, String)>,
) {
    let mut path = trunk.to_vec();
    let mut name = None;
    while let Some(token) = tree.next_if(|token| !matches!(*token, "," | "}")) {
        match token {
            "{" => {
                while tree.peek().is_some_and(|token| *token != "}") {
                    branch(tree, &path, found);
                    tree.next_if_eq(&",");
                }
                tree.next();
                return;
            }
            "as" => name = tree.next().map(str::to_owned),
            "::" => {}
            // In braces it stands for what leads there.
            "self" if !path.is_empty() => {}
            word => path.push(word.to_owned()),
        }
    }
    let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
    found.push((path, name));
}
