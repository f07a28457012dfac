//! The client and its configuration.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::Builder as HttpClientBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::bounds::BodyBound;
use super::recorder::Recorder;
use crate::record::Exchange;

/// The client closes idle connections before any common server does, so that no request meets a connection that closes.
const POOL_IDLE: Duration = Duration::from_secs(4);

#[derive(Clone)]
pub struct ClientSettings {
    pub endpoint: String,
    pub access_key: String,
    pub secret_key: String,
    /// Deadline of each request, including the body of the answer.
    pub deadline: Duration,
}

impl std::fmt::Debug for ClientSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ClientSettings").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct S3 {
    pub(super) client: aws_sdk_s3::Client,
    pub(super) deadline: Duration,
    pub(super) settings: Arc<ClientSettings>,
    pub(super) recorder: Option<Recorder>,
}

impl S3 {
    /// Path style, no retries, and checksums only where the protocol requires them.
    ///
    /// Ignores the proxy settings of the environment: s3ci would measure and judge the proxy as well.
    #[must_use]
    pub fn new(settings: &ClientSettings) -> Self {
        let credentials = Credentials::new(&settings.access_key, &settings.secret_key, None, None, "s3ci");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .endpoint_url(&settings.endpoint)
            .credentials_provider(credentials)
            .force_path_style(true)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .http_client(http_client(&settings.endpoint))
            .interceptor(BodyBound)
            .build();
        Self {
            client: aws_sdk_s3::Client::from_conf(config),
            deadline: settings.deadline,
            settings: Arc::new(settings.clone()),
            recorder: None,
        }
    }

    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The same client for another server, with the same recorder.
    #[must_use]
    pub fn towards(&self, endpoint: &str) -> Self {
        let config = self.client.config().to_builder().endpoint_url(endpoint).build();
        let settings = ClientSettings { endpoint: endpoint.to_owned(), ..(*self.settings).clone() };
        let client = aws_sdk_s3::Client::from_conf(config);
        Self { client, settings: Arc::new(settings), ..self.clone() }
    }

    /// The latest exchanges of this client; empty if it has no recorder.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.recorder.as_ref().map(Recorder::exchanges).unwrap_or_default()
    }

    /// The same client with a recorder that records every exchange.
    #[must_use]
    pub fn recorded(&self) -> (Self, Recorder) {
        let recorder = Recorder::default();
        let config = self.client.config().to_builder().interceptor(recorder.clone()).build();
        let client = aws_sdk_s3::Client::from_conf(config);
        (Self { client, recorder: Some(recorder.clone()), ..self.clone() }, recorder)
    }
}

/// Loads TLS roots only for an endpoint that needs them.
fn http_client(endpoint: &str) -> SharedHttpClient {
    let builder = HttpClientBuilder::new();
    if endpoint.starts_with("https:") {
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).pool_idle_timeout(POOL_IDLE).build_https()
    } else {
        builder.pool_idle_timeout(POOL_IDLE).build_http()
    }
}
