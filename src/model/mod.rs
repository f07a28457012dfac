//! A model of S3: what a right server holds after any sequence of requests, and which answers it may give.
//!
//! Owns programs as data and as text ([`Program`]), the [`reference`] that judges answers, their generation from a seed, how a program
//! that fails is made smaller, and whether a history of several clients has an order. Deliberately absent: requests, servers and time. What the
//! server said comes in as plain values ([`answer`]), so that all of this can be tested without one.

pub mod answer;
pub mod difference;
pub mod explain;
pub mod feature;
pub mod generate;
pub mod history;
pub mod program;
pub mod property;
pub mod recipe;
pub mod reference;
pub mod shrink;
pub mod step;

mod words;

pub use program::{Program, ProgramError};
