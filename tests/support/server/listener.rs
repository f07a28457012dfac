//! The server: its socket, its thread, its log of requests, and the way of a request through faults to S3.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s::{Body, HttpError, HttpResponse};
use tokio::sync::oneshot;

use super::Behaviour;
use super::fault::{self, Fault, FaultKind};
use super::latent::Lurking;
use super::lenient::Doors;
use super::mutation::Mutation;
use super::operation::Operation;
use super::rules::Rules;
use super::s3_impl::MemoryS3;
use super::strange;
use super::wire;

/// The access key that requests must be signed with.
pub(crate) const ACCESS_KEY: &str = "test-access";

/// The secret key that requests must be signed with.
pub(crate) const SECRET_KEY: &str = "test-secret";

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestLine {
    /// `GET`, `PUT`, ….
    pub(crate) method: String,
    /// The path, with its percent escapes.
    pub(crate) path: String,
    /// The query, with its percent escapes and without the question mark; empty if there is none.
    pub(crate) query: String,
    /// What the request asks for.
    pub(crate) operation: Operation,
}

/// The requests in the order of their arrival, and how many there were of each operation.
#[derive(Debug, Default)]
struct Log {
    lines: Vec<RequestLine>,
    counts: BTreeMap<Operation, usize>,
}

/// An S3 server on a loopback port of its own, in a thread of its own, so that a test may block or not.
#[derive(Debug)]
pub(crate) struct TestServer {
    address: SocketAddr,
    requests: Arc<Mutex<Log>>,
    s3: MemoryS3,
    rules: Rules,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl TestServer {
    /// Starts an empty server, which listens when this returns.
    ///
    /// # Panics
    /// If there is no free loopback port, thread or socket: then the test has failed.
    pub(crate) fn start(behaviour: impl Into<Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let Behaviour { mutation, fault, latent } = behaviour.into();
        let rules = Rules::but(mutation);
        let s3 = MemoryS3::new(rules.clone(), Lurking::new(latent));
        Self::serve(listener, s3, rules, fault)
    }

    /// Ends the server and starts it again, on the same address and with what it holds; as if it had been killed, if it was.
    pub(crate) fn restart(&mut self, killed: bool) {
        self.stop();
        self.s3.restarted(killed);
        // The port is free again once the socket is closed, unless another program has taken it meanwhile.
        let listener = TcpListener::bind(self.address).expect("the server's port");
        *self = Self::serve(listener, self.s3.clone(), self.rules.clone(), None);
    }

    fn serve(listener: TcpListener, s3: MemoryS3, rules: Rules, fault: Option<Fault>) -> Self {
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("the socket's address");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut builder = S3ServiceBuilder::new(s3.clone());
        let open = S3ServiceBuilder::new(s3.clone()).build();
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let requests = Arc::default();
        let doors = Doors { right: builder.build(), open };
        let handler =
            Handler { doors, rules: rules.clone(), fault, requests: Arc::clone(&requests), turn: Arc::default() };

        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("the listening socket");
                tokio::select! {
                    () = accept(listener, handler) => {}
                    _ = stopped => {}
                }
            });
            // Dropping the runtime ends the connections, hanging ones too.
        });
        Self { address, requests, s3, rules, running: Some((stop, thread)) }
    }

    /// The URL of the server, without a slash at its end.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order of their arrival.
    pub(crate) fn requests(&self) -> Vec<RequestLine> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).lines.clone()
    }

    /// The rules that the requests so far came to: on a server that breaks another one they would have been answered alike.
    pub(crate) fn rules_met(&self) -> BTreeSet<Mutation> {
        self.rules.asked()
    }

    /// The names of the buckets that are there now: what a run left behind.
    pub(crate) fn buckets(&self) -> Vec<String> {
        self.s3.store().buckets.keys().cloned().collect()
    }

    /// Stops the server: open connections are closed, and new ones refused once this returns.
    pub(crate) fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            // A thread that is gone already has stopped.
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What becomes of a request.
#[derive(Debug, Clone)]
struct Handler {
    doors: Doors,
    rules: Rules,
    fault: Option<Fault>,
    requests: Arc<Mutex<Log>>,
    /// Held by a request that is served.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Handler {
    /// Answers, and ends the connection after an expectation that had nothing to wait for.
    ///
    /// A server need not say 100 Continue where there is no content (RFC 9110, 10.1.1), and hyper does not. botocore then takes the
    /// status of the final answer off the connection, and for the next upload on it again: it waits for headers that never come.
    async fn answer(self, request: hyper::Request<Incoming>) -> Result<HttpResponse, HttpError> {
        let is = |name, value: &str| request.headers().get(name).is_some_and(|found| found == value);
        let expects_nothing = request.headers().contains_key(EXPECT) && is(CONTENT_LENGTH, "0");
        let mut answer = self.answer_as_it_is(request).await?;
        if expects_nothing {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(answer)
    }

    async fn answer_as_it_is(self, request: hyper::Request<Incoming>) -> Result<HttpResponse, HttpError> {
        let operation = Operation::of(&request);
        let line = RequestLine {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            operation,
        };
        let fault = self.log(line.clone());
        if let Some(answer) = strange::answer(&self.rules, &request) {
            return Ok(answer);
        }
        // Held to the end; where another request has it, a right server does not wait.
        let _turn = match self.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(_) if self.rules.breaks(Mutation::OneRequestAtATime) => Some(self.turn.lock().await),
            Err(_) => None,
        };
        match fault {
            None => {
                let response = self.doors.answer(request, &self.rules).await?;
                Ok(wire::respell(response, operation, &self.rules).await)
            }
            Some(FaultKind::CloseMidBody) => Ok(fault::cut_short(self.doors.answer(request, &self.rules).await?).await),
            Some(kind) => {
                // Read first: closing a socket with unread bytes would look like a reset, not like an end.
                let _ = request.map(Body::from).body_mut().store_all_limited(usize::MAX).await;
                fault::answer(kind, operation, &line.query).await
            }
        }
    }

    /// Logs a request; gives back the fault that strikes it.
    fn log(&self, line: RequestLine) -> Option<FaultKind> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let same_operation = requests.counts.entry(line.operation).or_default();
        *same_operation += 1;
        let (same_operation, all) = (*same_operation, 1 + requests.lines.len());
        let fault = self.fault.filter(|it| it.strikes(line.operation, &line.path, same_operation, all));
        requests.lines.push(line);
        fault.map(|fault| fault.kind)
    }
}

async fn accept(listener: tokio::net::TcpListener, handler: Handler) {
    while let Ok((socket, _)) = listener.accept().await {
        // Small answers are many: without this each would wait for the client's acknowledgement.
        let _ = socket.set_nodelay(true);
        let handler = handler.clone();
        let service = service_fn(move |request| handler.clone().answer(request));
        // A connection that a client or a fault cuts ends with an error that nobody needs.
        drop(tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service)));
    }
}
