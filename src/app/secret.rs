//! A question at the terminal whose answer is not shown.
//!
//! The terminal is silent from before the question, so that what is pasted at once is not seen either, until the answer is there or a
//! signal ends the process. Deliberately absent: what the answer is for.

#[cfg(unix)]
use std::fs::File;
use std::io;
#[cfg(unix)]
use std::sync::{Arc, Mutex};

#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::signals;
#[cfg(unix)]
use crate::base::lock;

/// Asks at the terminal of the process; the answer is a line without its end.
///
/// # Errors
/// There is no terminal, or it ends.
#[cfg(unix)]
pub(super) fn ask(question: &str) -> io::Result<String> {
    let silence = Silence::over(File::options().read(true).write(true).open("/dev/tty")?)?;
    let (keys, screen) = (silence.0.file.try_clone()?, silence.0.file.try_clone()?);
    // A reader, for the settings of a terminal that the library opens itself outlive a signal.
    let terminal = rpassword::ConfigBuilder::new().input_reader(keys).output_writer(screen).build();
    rpassword::prompt_password_with_config(question, terminal)
}

/// Asks, silenced by the library.
///
/// # Errors
/// There is no terminal, or it ends.
#[cfg(not(unix))]
pub(super) fn ask(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question)
}

/// A terminal, and how it was found.
#[cfg(unix)]
struct Terminal {
    file: File,
    before: Termios,
    /// Held while the settings change, and by a signal for good: what comes after it must not change them once more.
    changing: Mutex<()>,
}

#[cfg(unix)]
impl Terminal {
    fn restore(&self) {
        // The terminal is gone when this fails, and nobody is looking.
        let _ = tcsetattr(&self.file, OptionalActions::Now, &self.before);
    }
}

/// The terminal shows nothing of what is typed but the end of the line, until this is dropped.
#[cfg(unix)]
struct Silence(Arc<Terminal>);

#[cfg(unix)]
impl Silence {
    fn over(file: File) -> io::Result<Self> {
        let before = tcgetattr(&file)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        let terminal = Arc::new(Terminal { file, before, changing: Mutex::new(()) });
        let ended = Arc::clone(&terminal);
        signals::end_after(move || {
            std::mem::forget(lock(&ended.changing));
            ended.restore();
            // What comes next at the terminal begins a line.
            let _ = io::Write::write_all(&mut &ended.file, b"\n");
        })?;
        let silence = Self(terminal);
        let changing = lock(&silence.0.changing);
        tcsetattr(&silence.0.file, OptionalActions::Now, &silent)?;
        drop(changing);
        Ok(silence)
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        self.0.restore();
        // It listened a moment ago.
        let _ = signals::end_after(|| ());
    }
}
