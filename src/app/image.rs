//! `s3ci image build`.

use std::sync::{Arc, Mutex};

use super::{fail, refuse_config, validate};
use crate::base::lock;
use crate::cli::Settings;
use crate::config::Config;
use crate::event::Events;
use crate::exit::Exit;
use crate::record::FaultKind;
use crate::report::Console;
use crate::server::build_images;

/// Builds the server's image and that of the clients, so that a later run needs no network.
pub(super) async fn build(settings: Settings, mut console: Console) -> Exit {
    let config = match Config::new(settings, None) {
        Ok(config) => config,
        Err(error) => return refuse_config(&mut console, &error),
    };
    if let Err(exit) = validate(&config.target, &mut console).await {
        return exit;
    }
    let console = Arc::new(Mutex::new(console));
    let (events, mut receiver) = Events::channel(64);
    let work = async {
        let built = build_images(&config.target, &config.docker, &events).await;
        drop(events);
        built
    };
    let show = async {
        while let Some(event) = receiver.recv().await {
            lock(&console).event(&event);
        }
    };
    let (built, ()) = tokio::join!(work, show);
    let mut console = lock(&console);
    match built {
        Ok(images) => {
            for image in images {
                console.print(&format!("{} {}\n", image.tag, image.id));
            }
            Exit::Success
        }
        Err(error) => {
            let exit = if error.kind() == FaultKind::Target { Exit::Usage } else { Exit::Environment };
            fail(&mut console, &error.to_string(), &error, error.hint().as_deref(), exit)
        }
    }
}
