//! Renderings of a run's record, and the console.
//!
//! Owns every form in which results leave the program: JUnit ([`junit`]), JSON ([`json`]), the text report ([`text`]), the
//! page for a browser ([`html`]), the trend across commits ([`trend`]), the lines on the terminal ([`Console`]), and the atomic writing of files ([`Outputs`]). Each rendering is a function from
//! [`RunRecord`](crate::record::RunRecord) to text, so that all of them agree and any of them can be made again later from
//! `metrics.json`.
//!
//! Deliberately absent: measuring, judging and exit codes; a rendering shows what the record says. Printing happens in
//! `console` alone. Everything that a server may have had a say in passes through `sanitize` on its way into XML, the text
//! report or the terminal.

pub mod compare;

mod console;
mod counterexample;
mod curl;
mod evidence;
pub mod export;
#[cfg(test)]
mod fixture;
mod format;
mod github;
mod headlines;
pub mod history;
pub mod html;
pub mod json;
pub mod junit;
mod known;
mod options;
mod outputs;
mod page;
mod progress;
mod rating;
mod ratios;
mod sanitize;
mod summary;
mod tally;
pub mod text;
pub mod trend;
mod verdict;
mod verdicts;
mod words;
mod wrap;
mod write;

pub use console::{Console, Diagnostics, Stream};
pub use github::GitHub;
pub use options::{Color, ConsoleOptions, Verbosity};
pub use outputs::Outputs;
pub use write::{WriteError, check_writable, write_atomically};
