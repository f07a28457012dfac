//! How a program is run on the server of a suite: on two buckets of its own, which are given back.

use super::session::{Ran, Session};
use crate::checks::SuiteContext;
use crate::model::Program;
use crate::model::feature::Features;
use crate::model::reference::Rules;
use crate::record::Stop;
use crate::s3::S3;

/// How programs are run on the server of a suite.
#[derive(Clone, Copy)]
pub(super) struct Runs<'a> {
    pub(super) context: &'a SuiteContext<'a>,
    pub(super) features: &'a Features,
    pub(super) rules: Rules,
}

/// The owners of the buckets of programs that run at a time.
pub(super) const OWNERS: [&str; 2] = ["model", "model beside"];

impl Runs<'_> {
    /// Runs a program on two buckets of its own, which are given back.
    pub(super) async fn run(&self, program: &Program, s3: &S3) -> Result<Ran, Stop> {
        self.run_as(OWNERS[0], program, s3).await
    }

    /// The same, as one of several owners, each of which gives back its own buckets.
    pub(super) async fn run_as(&self, owner: &'static str, program: &Program, s3: &S3) -> Result<Ran, Stop> {
        let context = self.context;
        let name = context.bucket_name();
        let leases = context.leases.of_check(owner);
        let second = leases.enter(format!("{name}b"), false);
        let first = leases.enter(name, false);
        for lease in [&first, &second] {
            context.create_bucket(s3, lease.bucket()).await?;
        }
        let names = [first.bucket().to_owned(), second.bucket().to_owned()];
        let ran = Session::new(s3, context.server, self.features, self.rules, [first, second]).run(program).await;
        // What the drime backend stores goes as a whole with its folder, and object by object it takes minutes.
        if context.server.drime().is_none() {
            if let Err(error) = leases.give_back(s3).await {
                tracing::debug!(%error, "the buckets of a program could not be given back");
            }
            if context.server.supports_restart() {
                for name in &names {
                    leases.forget(name);
                }
            }
        }
        ran
    }
}
