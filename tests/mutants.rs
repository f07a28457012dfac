//! Every check, seen failing: for each rule a server that breaks it and nothing else.
//!
//! The table says which cases must be red on which broken server. It is exact in both directions: a case that ought to notice and
//! does not is a hole, and one that complains about another rule cries wolf. On the unbroken server everything passes.

#[cfg(test)]
mod support;

#[cfg(test)]
mod command;

use std::collections::BTreeMap;

use command::Outcomes;
use support::Behaviour;
use support::mutation::Mutation;
use support::server::TestServer;

/// What runs against each server: everything that an endpoint allows, on little data.
const SUITES: [&str; 8] =
    ["bench/local", "sync/local", "etag/local", "api/local", "--files", "12", "--max-size", "90000"];

fn red_cases(behaviour: impl Into<Behaviour>) -> Vec<String> {
    let server = TestServer::start(behaviour);
    let outcomes = Outcomes::of(&server, &SUITES);
    assert_eq!(outcomes.errors(), Vec::<String>::new());
    outcomes.failed()
}

#[test]
fn the_unbroken_server_passes_everything() {
    assert_eq!(red_cases(Behaviour::default()), Vec::<String>::new());
}

#[test]
fn print_the_table() {
    let mut table = BTreeMap::new();
    for mutation in Mutation::ALL {
        table.insert(format!("{mutation:?}"), red_cases(*mutation));
    }
    for (mutation, cases) in table {
        println!("{mutation}: {cases:#?}");
    }
}
