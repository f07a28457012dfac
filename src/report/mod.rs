//! Renderings of a run's record, and the console.
//!
//! Owns every form in which results leave the program. In floors, each of which imports only those before it: `plain` (numbers, lines and
//! pages of plain text), [`view`] (a record's facts and verdicts, computed once), [`render`] (each format a function of a view to text),
//! `files` (reports written as a whole), `github` (annotations, step summary, outputs) and [`Console`]. So all renderings agree, and any of
//! them can be made again from `metrics.json`.
//!
//! Deliberately absent: measuring, judging and exit codes; a rendering shows what the record says. Printing happens in `console` alone.
//! Everything that a server may have had a say in passes through `sanitize` on its way into XML, the text report or the terminal.

mod console;
mod files;
#[cfg(test)]
mod fixture;
mod github;
mod plain;
pub mod render;
pub mod view;

pub use console::{Color, Console, ConsoleOptions, Diagnostics, Stream, Verbosity};
pub use files::{Outputs, WriteError, check_writable, write_atomically};
pub use github::GitHub;
pub use render::{RenderError, compare, export, history, json, trend};
