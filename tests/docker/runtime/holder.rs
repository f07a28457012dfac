//! A second process that holds a server, to be killed.

use std::process::Stdio;

use s3ci::server::{BucketMode, Target};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::support::{prepare, settings, spec};

/// Name of the run that the holder is to hold.
const RUN: &str = "S3CI_TEST_HOLD";

const READY: &str = "the holder's server is ready";

/// Starts this test program again, as a holder, and waits until its server is ready.
pub(crate) async fn start(run_id: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "runtime::hold_a_server", "--nocapture"]).env(RUN, run_id);
    let mut holder = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains(READY) {
            return holder;
        }
    }
    panic!("the holder ended: {:?}", holder.wait().await);
}

/// Holds a server until this process is killed; does nothing where nobody asked for a holder.
pub(crate) async fn hold(target: Target) {
    let Ok(run_id) = std::env::var(RUN) else { return };
    let mut settings = settings(target);
    settings.run_id = run_id;
    let runtime = prepare(settings).await.unwrap();
    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();
    println!("{READY}");
    println!("{}", server.ended().await);
}
