//! The terminal: the only module that prints.
//!
//! Results go to stdout, progress and errors to stderr: a bar where that is a terminal, lines otherwise, and a sign of life
//! after 30 seconds of silence. Colour only repeats what a mark or a word says. A closed pipe is not an error: the console drops what it
//! cannot write. Deliberately absent: what the lines say, which `progress` and `summary` decide.

mod options;
mod progress;
mod summary;

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::files::Outputs;
use crate::report::plain::page::Page;
use crate::report::plain::sanitize::without_commands;

pub use options::{Color, ConsoleOptions, Verbosity};

use crate::event::Event;
use crate::record::RunRecord;
use progress::Progress;

const SILENCE: Duration = Duration::from_secs(30);
const BAR: &str = "{spinner} [{bar:20}] {wide_msg}";
const SPINNER: &str = "{spinner} {wide_msg}";

/// What a person sees of a run.
pub struct Console {
    options: ConsoleOptions,
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    bar: Option<ProgressBar>,
    progress: Progress,
    last_line: Instant,
    stopped: Option<Stopped>,
}

/// Where the runner of GitHub Actions was told to read no commands, and the word that lets it read them again.
struct Stopped {
    token: String,
    stream: Stream,
}

/// A standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

impl Console {
    /// A console on the standard streams.
    #[must_use]
    pub fn new(options: ConsoleOptions) -> Self {
        let target = ProgressDrawTarget::stderr();
        Self::on(options, Box::new(io::stdout()), Box::new(io::stderr()), target)
    }

    fn on(
        options: ConsoleOptions,
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
        target: ProgressDrawTarget,
    ) -> Self {
        let drawn = options.stderr_is_terminal && options.verbosity != Verbosity::Quiet;
        let bar = drawn.then(|| ProgressBar::with_draw_target(Some(0), target).with_style(style(SPINNER)));
        let progress = Progress::new(options.verbosity, bar.is_some());
        Self { options, out, err, bar, progress, last_line: Instant::now(), stopped: None }
    }

    /// Shows that something happened.
    pub fn event(&mut self, event: &Event) {
        let lines = self.progress.lines(event);
        if self.options.verbosity == Verbosity::Quiet {
            return;
        }
        if !lines.is_empty() {
            self.tell(&lines);
        }
        if let Some(bar) = &self.bar {
            bar.set_message(self.progress.standing());
            if let Some((done, total)) = self.progress.position() {
                bar.set_style(style(BAR));
                bar.set_length(total);
                bar.set_position(done);
            } else {
                bar.set_style(style(SPINNER));
            }
        }
    }

    /// Keeps the bar turning, or breaks a long silence. To be called every second.
    pub fn tick(&mut self) {
        self.tick_at(Instant::now());
    }

    fn tick_at(&mut self, now: Instant) {
        if let Some(bar) = &self.bar {
            bar.tick();
        } else if self.options.verbosity != Verbosity::Quiet && now.saturating_duration_since(self.last_line) >= SILENCE
        {
            let mut page = Page::default();
            page.item(0, "… still running:", &self.progress.standing());
            self.tell(&page.into_text());
            self.last_line = now;
        }
    }

    /// Prints what a run came to, and where its reports lie, to stdout; takes the bar away.
    pub fn summary(&mut self, record: &RunRecord, outputs: &Outputs) {
        self.take_bar_away();
        let text = summary::render(record, outputs);
        self.result(&text);
    }

    /// Prints text that was asked for to stdout. What may come from elsewhere in it is no command to a runner.
    pub fn print(&mut self, text: &str) {
        self.print_own(&without_commands(text));
    }

    /// Prints text that is s3ci's own, to the last character, to stdout.
    pub fn print_own(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// Tells the runner of GitHub Actions to read no commands, before anything else is printed; `token` is a word that no server and no
    /// checkout can guess. Do not print it to a stream that a program reads.
    pub fn stop_commands(&mut self, token: String, stream: Stream) {
        self.command(&format!("::stop-commands::{token}\n"), stream);
        self.stopped = Some(Stopped { token, stream });
    }

    /// Lets the runner read commands again, where it was told not to.
    pub fn resume_commands(&mut self) {
        if let Some(Stopped { token, stream }) = self.stopped.take() {
            self.command(&format!("::{token}::\n"), stream);
        }
    }

    /// Prints commands to the runner, as the last of all.
    pub fn commands(&mut self, text: &str) {
        self.resume_commands();
        self.command(text, Stream::Out);
    }

    fn command(&mut self, text: &str, stream: Stream) {
        self.take_bar_away();
        let stream = match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        };
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }

    /// Prints what is wrong with the command line, which has its own form, with its colours and without.
    pub fn usage(&mut self, coloured: &str, plain: &str) {
        let text = without_commands(if self.options.color.stderr { coloured } else { plain });
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }

    /// Whether a person sits there who sees a question and can answer it.
    #[must_use]
    pub fn is_attended(&self) -> bool {
        self.options.stderr_is_terminal && io::stdin().is_terminal()
    }

    /// Asks a person at the terminal for a line.
    ///
    /// # Errors
    /// Standard input cannot be read.
    pub fn ask(&mut self, question: &str) -> io::Result<String> {
        self.err.write_all(question.as_bytes()).and_then(|()| self.err.flush())?;
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Prints that something failed, why, and what to try; `what` completes "failed to …".
    pub fn error(&mut self, what: &str, causes: &[String], hint: Option<&str>) {
        let mut page = Page::default();
        page.item(0, "error:", &format!("failed to {what}"));
        for cause in causes {
            page.item(2, "caused by:", cause);
        }
        if let Some(hint) = hint {
            page.item(2, "hint:", hint);
        }
        self.tell(&page.into_text());
    }

    /// Prints results to stdout, coloured where that is wanted.
    pub fn result(&mut self, text: &str) {
        let text = if self.options.color.stdout { painted(text) } else { text.to_owned() };
        self.print(&text);
    }

    fn tell(&mut self, lines: &str) {
        let lines = if self.options.color.stderr { painted(lines) } else { lines.to_owned() };
        let err = &mut self.err;
        let mut write = || err.write_all(lines.as_bytes()).and_then(|()| err.flush());
        let _ = match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        self.last_line = Instant::now();
    }

    fn take_bar_away(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.take_bar_away();
    }
}

/// Standard error for traces, whose texts may come from elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Diagnostics;

impl Write for Diagnostics {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = without_commands(&String::from_utf8_lossy(bytes));
        io::stderr().write_all(text.as_bytes()).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Colours lines by the mark that they begin with.
fn painted(text: &str) -> String {
    text.split_inclusive('\n').map(painted_line).collect()
}

fn painted_line(line: &str) -> String {
    let content = line.trim();
    let color = match content.split(' ').next().unwrap_or_default() {
        "✓" => "32",
        "✗" | "error:" => "31",
        "!" | "notice:" => "33",
        "hint:" | "repro:" => "36",
        _ => return line.to_owned(),
    };
    line.replacen(content, &format!("\u{1b}[{color}m{content}\u{1b}[0m"), 1)
}

#[cfg(test)]
mod tests;
