//! Signals: during a run the first asks it to stop, the second ends the process at once; at a question at the terminal the first does,
//! and leaves the terminal as it was found.
//!
//! A thread of its own listens, for a question holds up everything else. Once it does, it does for the rest of the process: there is no
//! way back to what signals do by themselves.

use std::io;
use std::sync::{Mutex, MutexGuard};

use crate::base::lock;
use crate::exit::Exit;
use crate::record::Interruption;
use crate::run::Stopper;

/// What the next signal does.
enum Duty {
    /// Ends the process, after what must not be left undone.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only a terminal of Unix is silenced, and has to be given back"))]
    End(Box<dyn FnMut() + Send>),
    /// Asks a run to stop, and ends the process where it was asked before.
    Stop(Stopper),
}

/// None as long as nobody listens.
static DUTY: Mutex<Option<Duty>> = Mutex::new(None);

/// From now on SIGINT and SIGTERM ask a run to stop.
///
/// # Errors
/// The system does not let the process listen.
pub(super) fn listen(stopper: Stopper) -> io::Result<()> {
    take_up(Duty::Stop(stopper))
}

/// From now on SIGINT and SIGTERM end the process, after `last`.
///
/// # Errors
/// The system does not let the process listen.
#[cfg(unix)]
pub(super) fn end_after(last: impl FnMut() + Send + 'static) -> io::Result<()> {
    take_up(Duty::End(Box::new(last)))
}

fn take_up(duty: Duty) -> io::Result<()> {
    let mut held = held();
    if held.is_none() {
        start()?;
    }
    *held = Some(duty);
    Ok(())
}

fn held() -> MutexGuard<'static, Option<Duty>> {
    lock(&DUTY)
}

/// Listens, from before it returns.
#[cfg(unix)]
fn start() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let inside = runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    drop(inside);
    let listening = move || {
        runtime.block_on(async move {
            loop {
                arrived(tokio::select! {
                    _ = interrupt.recv() => Interruption::Interrupt,
                    _ = terminate.recv() => Interruption::Terminate,
                });
            }
        });
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(listening).map(drop)
}

/// Listens for Ctrl-C.
#[cfg(not(unix))]
fn start() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listening = move || {
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                arrived(Interruption::Interrupt);
            }
        });
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(listening).map(drop)
}

fn arrived(by: Interruption) {
    match held().as_mut() {
        Some(Duty::Stop(stopper)) if !stopper.is_stopped() => return stopper.stop(by),
        Some(Duty::End(last)) => last(),
        Some(Duty::Stop(_)) | None => {}
    }
    let exit = match by {
        Interruption::Interrupt => Exit::Interrupted,
        Interruption::Terminate => Exit::Terminated,
    };
    #[expect(clippy::exit, reason = "the end was asked for at once; where a run goes on, the watchdog clears up")]
    std::process::exit(i32::from(exit.code()));
}
