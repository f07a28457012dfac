//! The one table of options: flag, variable, key of `s3ci.toml`, type, default, bounds, help, and who may set it.
//!
//! Owns what an option is ([`Row`]), the rows ([`Settings`] in `table`), how a text becomes a value ([`Value`]), and what is derived from
//! the rows: one layer over another, the defaults, the words that repeat a run, the documentation. To add an option, add a row to
//! `table` and use `config.its_name`. Deliberately absent: clap, which is in `cli`, and rules about two options, which are in `config`.

mod choices;
mod document;
mod row;
mod rows;
mod said;
mod table;
mod value;
mod words;

pub use choices::{Inconclusive, When};
pub use document::{markdown, text};
pub use row::{CALIBRATE, CLEAN, DOCTOR, IMAGE, MERGE, PLAN, REPORT, RUN, Row, SetBy, Subcommands};
pub use said::{Place, Said, Word};
pub use table::{Options, Settings, TABLE};
pub use value::{Unfit, Value};
pub use words::{Destination, Share, Thresholds};
