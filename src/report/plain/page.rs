//! A page of plain text, 80 columns wide, in the manner of pys3local's own reports.
//!
//! Everything that is put on a page is sanitised here, once, so that no renderer can forget it. Deliberately absent: colour,
//! which only a terminal has.

use super::sanitize;
use super::wrap::{columns, wrap, wrap_command};

const WIDTH: usize = 80;
const RULE: usize = 70;
const LABEL: usize = 17;

/// A page under construction.
#[derive(Debug, Default)]
pub(in crate::report) struct Page(String);

impl Page {
    /// An empty line.
    pub(in crate::report) fn blank(&mut self) {
        self.0.push('\n');
    }

    /// A title between two rules.
    pub(in crate::report) fn header(&mut self, title: &str) {
        let rule = "=".repeat(RULE);
        self.push(&rule);
        self.item(2, "", title);
        self.push(&rule);
    }

    /// The name of a block, after an empty line.
    pub(in crate::report) fn block(&mut self, name: &str) {
        self.blank();
        self.item(0, "", &format!("{name}:"));
    }

    /// A labelled value, values below each other; a label that is too long for its column pushes its value aside.
    pub(in crate::report) fn pair(&mut self, label: &str, value: &str) {
        let label = format!("{}:", sanitize::line(label));
        self.item(2, &format!("{label:<LABEL$}"), value);
    }

    /// `lead` and a text behind it, continued under the text's start.
    pub(in crate::report) fn item(&mut self, indent: usize, lead: &str, text: &str) {
        let lead = sanitize::text(lead);
        let lead = if lead.is_empty() || lead.ends_with(' ') { lead } else { format!("{lead} ") };
        // A very long lead leaves its text a line of its own.
        let hang = (indent + columns(&lead)).min(WIDTH / 2);
        if indent + columns(&lead) > hang {
            for part in wrap(lead.trim_end(), WIDTH - indent) {
                self.push(&format!("{:indent$}{part}", ""));
            }
            return self.item(hang, "", text);
        }
        let clean = sanitize::text(text).replace('\t', "    ");
        let parts = clean.split('\n').flat_map(|line| wrap(line, WIDTH - hang));
        for (number, part) in parts.enumerate() {
            let start = if number == 0 { format!("{:indent$}{lead}", "") } else { " ".repeat(hang) };
            self.push(format!("{start}{part}").trim_end());
        }
    }

    /// `lead` and a shell command behind it, broken so that it can be pasted.
    pub(in crate::report) fn command(&mut self, indent: usize, lead: &str, command: &str) {
        let lead = if lead.ends_with(' ') { lead.to_owned() } else { format!("{lead} ") };
        let hang = indent + columns(&lead);
        for (number, part) in wrap_command(&sanitize::line(command), WIDTH.saturating_sub(hang)).iter().enumerate() {
            let start = if number == 0 { format!("{:indent$}{lead}", "") } else { " ".repeat(hang) };
            self.push(&format!("{start}{part}"));
        }
    }

    /// A line without changes: for tables, whose cells are numbers.
    pub(in crate::report) fn row(&mut self, row: &str) {
        self.push(row.trim_end());
    }

    /// How many lines there are.
    pub(in crate::report) fn lines(&self) -> usize {
        self.0.lines().count()
    }

    /// The finished text.
    pub(in crate::report) fn into_text(self) -> String {
        self.0
    }

    fn push(&mut self, line: &str) {
        self.0.push_str(&sanitize::printed_line(line));
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_continue_under_their_start() {
        let mut page = Page::default();
        page.pair("Image", &"word ".repeat(20));
        page.pair("a label that is longer than its column", "value\nsecond line");
        insta::assert_snapshot!(page.into_text(), @r"
          Image:           word word word word word word word word word word word word
                           word word word word word word word word
          a label that is longer than its column:
                                                value
                                                second line
        ");
    }

    #[test]
    fn what_goes_on_a_page_is_sanitised() {
        let mut page = Page::default();
        page.item(0, "", &format!("{}::error::x", "a".repeat(WIDTH)));
        assert!(page.into_text().ends_with("\n: :error::x\n"), "a break of the line starts no command");
        let mut page = Page::default();
        page.item(0, "\u{1b}[31m✗", "a\u{7}\tb");
        page.command(2, "repro:", "s3ci\nrun");
        assert_eq!(page.into_text(), "✗ a\\u{7}    b\n  repro: s3ci run\n");
    }
}
