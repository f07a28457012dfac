//! Signals: the first asks the run to stop, the second ends the process at once.

use crate::exit::Exit;
use crate::model::Interruption;
use crate::run::Stopper;

/// Listens for SIGINT and SIGTERM from now on.
///
/// # Errors
/// The system does not let the process listen.
#[cfg(unix)]
pub(super) fn listen(stopper: Stopper) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        loop {
            let by = tokio::select! {
                _ = interrupt.recv() => Interruption::Interrupt,
                _ = terminate.recv() => Interruption::Terminate,
            };
            arrived(&stopper, by);
        }
    });
    Ok(())
}

/// Listens for Ctrl-C from now on.
///
/// # Errors
/// The system does not let the process listen.
#[cfg(not(unix))]
pub(super) fn listen(stopper: Stopper) -> std::io::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            arrived(&stopper, Interruption::Interrupt);
        }
    });
    Ok(())
}

fn arrived(stopper: &Stopper, by: Interruption) {
    if stopper.is_stopped() {
        let exit = match by {
            Interruption::Interrupt => Exit::Interrupted,
            Interruption::Terminate => Exit::Terminated,
        };
        #[expect(clippy::exit, reason = "a second signal asks for the end at once; the watchdog clears up")]
        std::process::exit(i32::from(exit.code()));
    }
    stopper.stop(by);
}
