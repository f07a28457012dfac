//! A row of the table.

/// A set of subcommands, a bit each.
pub type Subcommands = u16;

pub const RUN: Subcommands = 1;
pub const CALIBRATE: Subcommands = 1 << 1;
pub const PLAN: Subcommands = 1 << 2;
pub const DOCTOR: Subcommands = 1 << 3;
pub const IMAGE: Subcommands = 1 << 4;
pub const MERGE: Subcommands = 1 << 5;
pub const REPORT: Subcommands = 1 << 6;
pub const CLEAN: Subcommands = 1 << 7;

/// Who may set an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBy {
    /// It changes what is done and not what counts as right.
    Anyone,
    /// It decides what is tested, what counts as right, or where things are read and written: never the tree under test.
    Judge,
}

/// An option. Made by the macro `options!` from a row of the table.
#[derive(Debug)]
pub struct Row {
    /// Its flag without dashes, which is its key in `s3ci.toml` as well.
    pub key: String,
    pub variable: String,
    /// One or two sentences.
    pub help: String,
    /// What stands for its value in the help.
    pub value_name: &'static str,
    /// The value if nobody sets it, in words; empty if there is none.
    pub default: &'static str,
    /// The values that it takes, in words; empty if the help says enough.
    pub takes: String,
    /// The subcommands that take it.
    pub on: Subcommands,
    pub set_by: SetBy,
    /// Whether it may be in `s3ci.toml`.
    pub in_file: bool,
    /// Whether it can only be in the file, and is not a flag.
    pub only_in_file: bool,
    /// Whether the command line that repeats a run has it.
    pub in_repro: bool,
    pub short: Option<char>,
    /// Whether it may come several times.
    pub many: bool,
    /// The value of the flag alone, where it may come without one.
    pub missing: Option<&'static str>,
}

impl Row {
    /// The help of the flag, with what it takes and its default.
    #[must_use]
    pub fn whole_help(&self) -> String {
        let default = if self.default.is_empty() { String::new() } else { format!(" [default: {}]", self.default) };
        format!("{}{default}", self.help_and_values())
    }

    /// The help, and what it takes.
    #[must_use]
    pub fn help_and_values(&self) -> String {
        let takes = if self.takes.is_empty() { String::new() } else { format!(" ({})", self.takes) };
        format!("{}{takes}", self.help.trim_end_matches('.'))
    }

    #[must_use]
    pub fn is_taken_by(&self, subcommands: Subcommands) -> bool {
        self.on & subcommands != 0
    }
}
