//! The fewest requests that show a failure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A program of the model, made as small as it goes, that a server gets wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counterexample {
    /// As `--program` takes it.
    pub program: String,
    /// Seed of the run that found it.
    pub seed: u64,
    /// How many of the replays, each on fresh buckets, failed alike.
    pub failed: u32,
    pub replays: u32,
    /// The steps in order; the last one shows the failure.
    pub steps: Vec<CounterexampleStep>,
    /// What else a reader needs, such as the times of several clients.
    pub details: Vec<String>,
    /// The same with aws-cli, a command each.
    pub aws_cli: Vec<String>,
}

/// A step of a counterexample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CounterexampleStep {
    pub step: String,
    /// What the server answered, in a few words.
    pub answered: String,
    /// What a right server answers, where this one is wrong.
    pub expected: Option<String>,
}
