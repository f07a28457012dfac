//! The steps of a flow, each of which is a check: they run in the order in which they are declared.

use std::future::Future;
use std::time::Duration;

use super::{CheckRunner, SuiteContext};
use crate::record::{CheckSpec, Stop};
use crate::s3::S3;

pub(super) struct Steps<'a> {
    runner: CheckRunner<'a>,
    left: std::slice::Iter<'static, CheckSpec>,
    deadline: Duration,
}

impl<'a> Steps<'a> {
    /// Steps that may each take as long as `deadline`.
    pub(super) fn new(context: &'a SuiteContext<'a>, steps: &'static [CheckSpec], deadline: Duration) -> Self {
        Self { runner: CheckRunner::new(context), left: steps.iter(), deadline }
    }

    /// A client whose exchanges become the evidence of the step under way.
    pub(super) fn recorded(&self) -> S3 {
        self.runner.s3().clone()
    }

    /// Runs the next step; its value, or none where it did not pass.
    pub(super) async fn run<T>(&mut self, body: impl Future<Output = Result<T, Stop>>) -> Option<T> {
        self.runner.run(self.left.next()?, self.deadline, body).await
    }

    pub(super) async fn skip(&mut self, reason: &str) {
        if let Some(step) = self.left.next() {
            self.runner.skip(step, reason).await;
        }
    }

    /// Skips what is left; nothing, where the flow came to its end.
    pub(super) async fn skip_rest(mut self, reason: &str) {
        while !self.left.as_slice().is_empty() {
            self.skip(reason).await;
        }
    }
}
