//! How the console is to behave, and how that is found out from the environment.

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};

/// How much the console says on stderr while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What a person wants to follow.
    #[default]
    Normal,
    /// Also facts, metrics, and the output of long preparations.
    Verbose,
}

/// Which streams may carry colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Color {
    /// Results.
    pub stdout: bool,
    /// Progress and errors.
    pub stderr: bool,
}

/// How the console is to behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConsoleOptions {
    /// Whether progress is drawn in place; plain lines otherwise.
    pub stderr_is_terminal: bool,
    /// Which streams may carry colour.
    pub color: Color,
    /// How much is said.
    pub verbosity: Verbosity,
}

impl ConsoleOptions {
    /// Looks at the standard streams and at `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`.
    #[must_use]
    pub fn detect(verbosity: Verbosity) -> Self {
        let color = |is_terminal| {
            let [no_color, force, term] = ["NO_COLOR", "CLICOLOR_FORCE", "TERM"].map(env::var_os);
            wants_color(no_color.as_deref(), force.as_deref(), term.as_deref(), is_terminal)
        };
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            stderr_is_terminal: io::stderr().is_terminal() && !dumb,
            color: Color { stdout: color(io::stdout().is_terminal()), stderr: color(io::stderr().is_terminal()) },
            verbosity,
        }
    }
}

/// `NO_COLOR` forbids, `CLICOLOR_FORCE` asks for it, and otherwise a terminal that is not dumb has it.
fn wants_color(no_color: Option<&OsStr>, force: Option<&OsStr>, term: Option<&OsStr>, is_terminal: bool) -> bool {
    let set = |variable: Option<&OsStr>| variable.is_some_and(|value| !value.is_empty());
    if set(no_color) {
        return false;
    }
    let forced = set(force) && force.is_none_or(|value| value != "0");
    forced || (is_terminal && term.is_none_or(|term| term != "dumb"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_over_the_terminal() {
        let wants = |no_color: &str, force: &str, term: &str, is_terminal| {
            wants_color(Some(no_color.as_ref()), Some(force.as_ref()), Some(term.as_ref()), is_terminal)
        };
        assert!(wants("", "", "xterm", true));
        assert!(!wants("", "", "xterm", false));
        assert!(!wants("", "", "dumb", true));
        assert!(wants("", "1", "xterm", false));
        assert!(!wants("", "0", "xterm", false));
        assert!(!wants("1", "1", "xterm", true));
        assert!(wants_color(None, None, None, true));
    }
}
