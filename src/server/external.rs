//! Stand-in, replaced at merge.
use super::{RuntimeSettings, ServerError, ServerSpec, Usage};
use crate::event::Events;
use crate::model::{RuntimeIdentity, ServerStart, TargetIdentity};

pub(super) enum ExternalRuntime {}
pub(super) enum ExternalServer {}

impl ExternalRuntime {
    pub(super) async fn prepare(_: &RuntimeSettings, _: &Events) -> Result<Self, ServerError> {
        std::future::ready(Err(ServerError::Unsupported { what: "an endpoint" })).await
    }
    pub(super) fn identity(&self) -> RuntimeIdentity {
        match *self {}
    }
    pub(super) fn target(&self) -> TargetIdentity {
        match *self {}
    }
    pub(super) async fn start(&self, _: &ServerSpec) -> Result<ExternalServer, ServerError> {
        std::future::ready(()).await;
        match *self {}
    }
}

impl ExternalServer {
    pub(super) fn endpoint(&self) -> &str {
        match *self {}
    }
    pub(super) fn started(&self) -> &ServerStart {
        match *self {}
    }
    pub(super) async fn restart(&self) -> Result<(), ServerError> {
        std::future::ready(()).await;
        match *self {}
    }
    pub(super) async fn usage(&self) -> Option<Usage> {
        std::future::ready(()).await;
        match *self {}
    }
    pub(super) fn exited(&self) -> Option<String> {
        match *self {}
    }
    pub(super) async fn ended(&self) -> String {
        std::future::ready(()).await;
        match *self {}
    }
    pub(super) fn log_tail(&self, _: usize) -> Vec<String> {
        match *self {}
    }
    pub(super) fn process_group(&self) -> Option<u32> {
        match *self {}
    }
    pub(super) async fn stop(self) -> Result<(), ServerError> {
        std::future::ready(()).await;
        match self {}
    }
}
