//! What is done with the records of runs that are over, from outside.

#[cfg(test)]
mod records_support;

#[cfg(test)]
#[path = "records/comparing.rs"]
mod comparing;

#[cfg(test)]
#[path = "records/keeping.rs"]
mod keeping;

#[cfg(test)]
#[path = "records/merging.rs"]
mod merging;

#[cfg(test)]
#[path = "records/rendering.rs"]
mod rendering;

#[cfg(test)]
#[path = "records/trend.rs"]
mod trend;

#[cfg(test)]
#[path = "records/judging.rs"]
mod judging;
