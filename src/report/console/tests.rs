use std::sync::{Arc, Mutex};

use super::*;
use crate::record::{Outcome, SuiteId};
use crate::report::console::options::Color;
use crate::report::fixture;

/// A stream whose other end keeps what was written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream whose reader has gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

fn console(options: ConsoleOptions) -> (Console, Kept, Kept) {
    let (out, err) = (Kept::default(), Kept::default());
    let console = Console::on(options, Box::new(out.clone()), Box::new(err.clone()), ProgressDrawTarget::hidden());
    (console, out, err)
}

/// The events of the fixture's last suite, as a run would emit them.
fn events() -> Vec<Event> {
    let suite = fixture::record().suites.pop().unwrap();
    let mut events = vec![
        Event::Preparing { step: "building image s3ci/pys3local".to_owned() },
        Event::Output { line: "Step 1/7".to_owned() },
        Event::SuiteStarted {
            suite: suite.id.clone(),
            at: time::OffsetDateTime::UNIX_EPOCH,
            storage: suite.storage,
            title: suite.title.clone(),
            checks: suite.checks.len(),
        },
        Event::Fact { name: "Bucket mode".to_owned(), value: "custom".to_owned() },
        Event::Progress { step: "upload", done: 1, total: 3 },
        Event::Progress { step: "upload", done: 2, total: 3 },
        Event::Notice { text: "the clock \u{1b}[2Jwent back".to_owned() },
    ];
    events.extend(suite.checks.into_iter().map(|check| Event::CheckFinished { check: Box::new(check) }));
    events.push(Event::SuiteFinished { suite: suite.id, end: Box::default() });
    events
}

fn shown(options: ConsoleOptions) -> String {
    let (mut console, out, err) = console(options);
    for event in events() {
        console.event(&event);
    }
    assert_eq!(out.text(), "", "progress belongs on stderr");
    err.text()
}

#[test]
fn without_a_terminal_every_step_is_a_line() {
    insta::assert_snapshot!(shown(ConsoleOptions::default()), @"
    → building image s3ci/pys3local
    → etag/local: ETag rules, 4 checks
        • upload
    notice: the clock went back
      ✓ is-the-md5-of-the-content (41.23 ms)
      ✗ changes-on-same-size-edit: the ETag stayed the same after an edit of the
        same size (data loss or corruption)
      - survives-a-restart: skipped: an endpoint that others run is not restarted
      ! is-stable: not judged: no answer within 60 s
    etag/local: 1 passed, 1 failed, 1 skipped, 1 error
    ");
}

#[test]
fn with_a_bar_only_what_matters_is_a_line() {
    let options = ConsoleOptions { stderr_is_terminal: true, ..ConsoleOptions::default() };
    insta::assert_snapshot!(shown(options), @"
    notice: the clock went back
      ✗ changes-on-same-size-edit: the ETag stayed the same after an edit of the
        same size (data loss or corruption)
      ! is-stable: not judged: no answer within 60 s
    etag/local: 1 passed, 1 failed, 1 skipped, 1 error
    ");
}

#[test]
fn verbosity_adds_and_takes_lines_away() {
    let verbose = shown(ConsoleOptions { verbosity: Verbosity::Verbose, ..ConsoleOptions::default() });
    assert!(verbose.contains("Step 1/7") && verbose.contains("Bucket mode: custom"), "{verbose}");
    assert_eq!(shown(ConsoleOptions { verbosity: Verbosity::Quiet, ..ConsoleOptions::default() }), "");
}

#[test]
fn thirty_seconds_of_silence_are_broken_once() {
    let (mut console, _, err) = console(ConsoleOptions::default());
    console.event(&Event::SuiteStarted {
        suite: SuiteId::new("etag/local"),
        at: time::OffsetDateTime::UNIX_EPOCH,
        storage: crate::record::Storage::LOCAL,
        title: "ETag rules".to_owned(),
        checks: 4,
    });
    console.event(&Event::Progress { step: "upload", done: 2, total: 3 });
    let before = err.text();
    let start = console.last_line;
    console.tick_at(start + Duration::from_secs(29));
    assert_eq!(err.text(), before);
    console.tick_at(start + Duration::from_secs(30));
    console.tick_at(start + Duration::from_secs(59));
    let said = err.text().replacen(&before, "", 1);
    assert_eq!(said, "… still running: etag/local, 0 of 4 checks done, upload 2/3\n");
    console.tick_at(start + Duration::from_mins(1));
    assert_eq!(err.text().matches("still running").count(), 2);
}

#[test]
fn the_summary_goes_to_stdout_and_color_only_repeats_what_words_say() {
    let color = Color { stdout: true, stderr: false };
    let (mut console, out, err) = console(ConsoleOptions { color, ..ConsoleOptions::default() });
    console.summary(&fixture::record(), &Outputs::default());
    assert_eq!(err.text(), "");
    let painted = out.text();
    assert!(painted.starts_with("\u{1b}[31m✗ FAILED: 2 failures"), "{painted}");
    let plain =
        painted.replace("\u{1b}[0m", "").replace("\u{1b}[31m", "").replace("\u{1b}[33m", "").replace("\u{1b}[36m", "");
    assert_eq!(plain, summary::render(&fixture::record(), &Outputs::default()));
}

#[test]
fn an_error_says_what_why_and_what_to_try() {
    let (mut console, out, err) = console(ConsoleOptions::default());
    let causes = ["connect: \u{1b}[1mrefused".to_owned()];
    console.error("start the server", &causes, Some("see `s3ci doctor`"));
    assert_eq!(out.text(), "");
    insta::assert_snapshot!(err.text(), @r"
    error: failed to start the server
      caused by: connect: refused
      hint: see `s3ci doctor`
    ");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let mut console =
        Console::on(ConsoleOptions::default(), Box::new(Closed), Box::new(Closed), ProgressDrawTarget::hidden());
    for event in events() {
        console.event(&event);
    }
    console.summary(&fixture::record(), &Outputs::default());
    console.error("do anything", &[], None);
    console.print("list");
}

#[test]
fn a_check_that_could_not_be_told_is_no_pass() {
    let check = events().into_iter().find_map(|event| match event {
        Event::CheckFinished { check } if matches!(check.outcome, Outcome::NotJudged(_)) => Some(check),
        _ => None,
    });
    let (mut console, _, err) = console(ConsoleOptions { stderr_is_terminal: true, ..ConsoleOptions::default() });
    console.event(&Event::CheckFinished { check: check.unwrap() });
    assert!(err.text().starts_with("  ! is-stable: not judged"), "{}", err.text());
}
