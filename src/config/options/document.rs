//! The table of options as a document: README has it, and a test keeps it current.

use std::fmt::Write;

use super::{Row, SetBy, TABLE};

/// For a document.
#[must_use]
pub fn markdown() -> String {
    let mut text = "| flag | default | who | |\n|---|---|---|---|\n".to_owned();
    for row in TABLE.iter() {
        let cells = [&flag(row), row.default, who(row), &row.help_and_values()].map(|cell| cell.replace('|', r"\|"));
        let _ = writeln!(text, "| {} |", cells.join(" | ").replace("|  |", "| |"));
    }
    text
}

/// For a terminal.
#[must_use]
pub fn text() -> String {
    let mut text = String::new();
    for row in TABLE.iter() {
        let _ = writeln!(text, "{:<22} {}", row.key, row.whole_help());
    }
    text
}

fn flag(row: &Row) -> String {
    let mark = if row.in_file { "" } else { " *" };
    if row.only_in_file { format!("`[{}]`", row.key) } else { format!("`--{}`{mark}", row.key) }
}

fn who(row: &Row) -> &'static str {
    match row.set_by {
        SetBy::Anyone => "anyone",
        SetBy::Judge => "judge",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_table() {
        let readme = include_str!("../../../README.md");
        let missing: Vec<_> = markdown().lines().filter(|row| !readme.contains(row)).map(str::to_owned).collect();
        assert!(
            readme.contains(&markdown()),
            "README.md's table of options is not current; put in what `cargo run -q -- list --options --format md` prints; it \
             lacks {missing:#?}"
        );
    }
}
