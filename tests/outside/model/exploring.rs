//! The model's suite on a server of this process that can be restarted, without the program around it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use s3ci::checks::{BucketNumbers, CATALOGUE, ModelSettings, SuiteContext, SuiteSettings, on_backend};
use s3ci::event::{Event, Events};
use s3ci::model::Program;
use s3ci::record::{CheckRecord, ServerStart};
use s3ci::s3::{ClientSettings, Leases, S3};
use s3ci::server::{Backend, Server, ServerError, Shutdown};

use crate::mutants::in_process;
use crate::server::{ACCESS_KEY, Behaviour, SECRET_KEY, TestServer};

/// A server of this process as a host would run it.
struct Hosted {
    server: Mutex<TestServer>,
    endpoint: String,
    started: ServerStart,
}

impl Hosted {
    fn server(&self) -> MutexGuard<'_, TestServer> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(behaviour: Behaviour) -> Self {
        let server = TestServer::start(behaviour);
        let endpoint = server.endpoint();
        Self { server: Mutex::new(server), endpoint, started: ServerStart { ready_ns: 1, attempts: 1 } }
    }
}

#[async_trait]
impl Server for Hosted {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn started(&self) -> &ServerStart {
        &self.started
    }

    async fn restart(&self, shutdown: Shutdown) -> Result<(), ServerError> {
        self.server().stop();
        self.server().restart(matches!(shutdown, Shutdown::Killed));
        Ok(())
    }

    fn exited(&self) -> Option<String> {
        None
    }

    async fn ended(&self) -> String {
        std::future::pending().await
    }

    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        Ok(())
    }
}

/// What is to be explored, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) seed: u64,
    /// The only property that counts: once it is found broken, the rest is left.
    pub(super) only: Option<&'static str>,
    pub(super) program: Option<Program>,
}

/// The checks of the model on a server that behaves so.
pub(super) fn explore(behaviour: impl Into<Behaviour>, asked: &Asked) -> Vec<CheckRecord> {
    let server = Hosted::start(behaviour.into());
    let config = in_process::config(&server.endpoint);
    let (events, mut receiver) = Events::channel(256);
    let suite = CATALOGUE.iter().find(|suite| suite.name == "model/local").expect("the suite");
    let context = SuiteContext {
        suite: suite.id(),
        backend: Backend::Local,
        explains: on_backend,
        s3: S3::new(&ClientSettings {
            endpoint: server.endpoint.clone(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
            deadline: config.timeout,
        }),
        server: &server,
        toolbox: None,
        kept: None,
        credentials: None,
        leases: Leases::default(),
        events,
        settings: SuiteSettings {
            dataset: config.dataset,
            workers: config.workers,
            sync_files: config.sync_files,
            large: config.large,
            seed: asked.seed,
            model: ModelSettings { steps: config.model_steps, time: None, program: asked.program.clone() },
            timeout: config.timeout,
            repro: "s3ci run".to_owned(),
        },
        run_id: "model".to_owned(),
        work_dir: std::env::temp_dir(),
        only: asked.only.map(|only| vec![only.to_owned()]),
        known_to_fail: BTreeSet::new(),
        bucket_numbers: BucketNumbers::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let work = async move {
            suite.run(&context).await;
        };
        let listen = async {
            let mut checks = Vec::new();
            while let Some(event) = receiver.recv().await {
                if let Event::CheckFinished { check } = event {
                    checks.push(*check);
                }
            }
            checks
        };
        tokio::join!(work, listen).1
    })
}
