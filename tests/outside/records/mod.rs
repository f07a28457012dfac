//! What is done with the records of runs that are over, from outside.

mod comparing;
mod judging;
mod keeping;
mod merging;
mod rendering;
mod trend;
