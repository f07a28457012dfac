//! Limits how much of an answer the SDK collects in memory, because the server under test may send without end.

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use http_body_util::Limited;

/// More than any answer can need that is not the content of an object: 1,000 keys of 1,024 bytes, escaped, with their
/// metadata.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// Cuts off answers past [`MAX_ANSWER_BYTES`]. It lets the content of objects pass, which is streamed and bounded by
/// its reader.
#[derive(Debug)]
pub(super) struct BodyBound;

impl Intercept for BodyBound {
    fn name(&self) -> &'static str {
        "BodyBound"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let streamed = config.load::<Metadata>().is_some_and(|metadata| metadata.name() == "GetObject")
            && context.response().status().is_success();
        if !streamed {
            let body = context.response_mut().take_body();
            *context.response_mut().body_mut() = SdkBody::from_body_1_x(Limited::new(body, MAX_ANSWER_BYTES));
        }
        Ok(())
    }
}
