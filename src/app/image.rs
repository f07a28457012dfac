//! `s3ci image build`.

use std::sync::Mutex;

use super::configured;
use super::execution::run_id;
use super::refusal::Refusal;
use crate::base::lock;
use crate::config::options::Said;
use crate::event::Events;
use crate::exit::Exit;
use crate::report::Console;
use crate::server::build_images;

/// Builds the server's image and that of the clients, so that a later run needs no network.
pub(super) async fn build(options: &Said, console: &Mutex<Console>) -> Result<Exit, Refusal> {
    let config = configured(options, &mut lock(console))?;
    config.target.validate().await?;
    let (events, mut receiver) = Events::channel(64);
    let work = async {
        let built = build_images(&run_id(), &config.target, &config.docker, &events).await;
        drop(events);
        built
    };
    let show = async {
        while let Some(event) = receiver.recv().await {
            lock(console).event(&event);
        }
    };
    let (built, ()) = tokio::join!(work, show);
    for image in built? {
        lock(console).print(&format!("{} {}\n", image.tag, image.id));
    }
    Ok(Exit::Success)
}
