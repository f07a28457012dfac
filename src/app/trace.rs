//! Tracing on stderr, for those who ask for it with `-v`.
//!
//! Only s3ci's own spans and events: what libraries trace may hold credentials.

use crate::report::Diagnostics;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts tracing: nothing by default, more with each `-v`.
pub(super) fn start(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let format = tracing_subscriber::fmt::layer().with_writer(|| Diagnostics).with_ansi(false).without_time();
    tracing_subscriber::registry().with(format).with(Targets::new().with_target("s3ci", level)).init();
}
