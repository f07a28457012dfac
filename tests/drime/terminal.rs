//! Where the key comes from: the environment, or a person who sits at a terminal, and nobody else is asked.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::command::{record_in, s3ci};
use crate::support::{Account, KEY, WORKSPACE, cache_dir, has_key, run};

#[test]
fn without_credentials_auto_is_emulated_and_the_cloud_is_refused() {
    let refused = s3ci().args(["run", "sync/drime", "--drime", "cloud"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("set DRIME_API_KEY"), "{said}");
    assert!(!said.contains(KEY_QUESTION), "there is nobody to ask: {said}");
    let environment = [("DRIME_API_KEY", KEY.to_owned()), ("DRIME_WORKSPACE_ID", "home".to_owned())];
    let refused = s3ci().args(["run", "sync/drime", "--drime", "cloud"]).envs(environment).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("`home` is not a number"), "{said}");
    let ran = run(&["sync/drime", "--runtime", "process", "--drime-set", &format!("workspace-id={WORKSPACE}")], &[]);
    assert_eq!(
        (ran.code(), ran.record.suites[0].storage.to_string()),
        (0, "drime (emulated)".to_owned()),
        "{}",
        ran.said()
    );
}

/// A run at a terminal of its own, whose user answers questions with lines.
struct AtTerminal {
    shown: String,
    reports: tempfile::TempDir,
    code: Option<i32>,
}

/// What a person does once a question stands there.
enum Deed {
    Types(String),
    /// Sends s3ci a signal from elsewhere.
    Signals(&'static str),
}

/// Runs s3ci at a pseudo terminal: answers each question once it has been asked, never before.
fn at_terminal(arguments: &[&str], environment: &[(&'static str, String)], answers: &[(&str, &str)]) -> AtTerminal {
    let lines = answers.iter().map(|(question, answer)| (*question, Deed::Types(format!("{answer}\n"))));
    at_terminal_with(arguments, "", environment, &lines.collect::<Vec<_>>())
}

/// The same with any deed, and what a shell does at the same terminal after that.
fn at_terminal_with(
    arguments: &[&str],
    afterwards: &str,
    environment: &[(&'static str, String)],
    deeds: &[(&str, Deed)],
) -> AtTerminal {
    let reports = tempfile::tempdir().unwrap();
    let (directory, cache) = (reports.path().display().to_string(), cache_dir().display().to_string());
    let program = [env!("CARGO_BIN_EXE_s3ci"), "run", "--no-known-issues", "--runtime", "process"];
    let places = ["--out", &directory, "--cache-dir", &cache];
    let words = program.iter().chain(&places).chain(arguments);
    let line: Vec<String> = words.map(|word| format!("'{word}'")).collect();
    // The shell itself outlives ^C.
    let line = format!("trap : INT; sh -c 'echo s3ci is $$; exec \"$@\"' sh {}{afterwards}", line.join(" "));
    // Bare of the tester's own settings, as every run of the tests is.
    let clean = s3ci();
    let mut command = Command::new("script");
    for (name, value) in clean.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = command
        .args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"])
        .env("TERM", "xterm")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut bytes, mut deeds) = (String::new(), [0; 4096], deeds.iter().peekable());
    loop {
        let read = screen.read(&mut bytes).unwrap();
        if read == 0 {
            break;
        }
        shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
        match deeds.next_if(|(question, _)| shown.ends_with(question)) {
            Some((_, Deed::Types(keys))) => keyboard.write_all(keys.as_bytes()).unwrap(),
            Some((_, Deed::Signals(signal))) => {
                let process = shown.split("s3ci is ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
                assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
            }
            None => {}
        }
    }
    assert!(deeds.next().is_none(), "everything was asked: {shown}");
    AtTerminal { shown, reports, code: child.wait().unwrap().code() }
}

const KEY_QUESTION: &str = "Drime API key (not shown): ";
const WORKSPACE_QUESTION: &str = "Drime workspace (0 for personal): ";

#[test]
fn a_person_at_a_terminal_is_asked_for_the_key_and_it_is_shown_nowhere() {
    let account = Account::open();
    let mut environment = account.environment();
    environment.retain(|(name, _)| *name == "DRIME_API_URL");
    let workspace = WORKSPACE.to_string();
    let answers = [(KEY_QUESTION, KEY), (WORKSPACE_QUESTION, workspace.as_str())];
    let ran = at_terminal(&["sync/drime", "--drime", "cloud", "-vv"], &environment, &answers);
    assert_eq!(ran.code, Some(0), "{}", ran.shown);
    let record = record_in(ran.reports.path());
    assert_eq!((record.suites[0].storage.to_string(), record.suites[0].checks.len()), ("drime (cloud)".to_owned(), 5));
    assert!(account.requests("upload") > 0, "the key was accepted");
    assert!(ran.shown.contains(&workspace), "what is typed is seen, unless it is the key: {}", ran.shown);
    let written = std::fs::read_dir(ran.reports.path()).unwrap();
    let written =
        written.map(|file| String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned());
    for text in written.chain([ran.shown]) {
        assert!(!has_key(&text), "the key is in {text}");
    }
}

#[test]
fn nobody_is_asked_who_does_not_have_to_be() {
    // A key in the environment, or nothing that needs one: a terminal changes nothing.
    let account = Account::open();
    let cloud = at_terminal(&["sync/drime", "--drime", "auto"], &account.environment(), &[]);
    assert!(cloud.code == Some(0) && cloud.shown.contains("drime (cloud)"), "{}", cloud.shown);
    let emulated = at_terminal(&["sync/drime", "--drime", "auto"], &[], &[]);
    let record = record_in(emulated.reports.path());
    assert_eq!(
        (emulated.code, record.suites[0].storage.to_string()),
        (Some(0), "drime (emulated)".to_owned()),
        "{}",
        emulated.shown
    );
    for shown in [cloud.shown, emulated.shown] {
        assert!(!shown.contains(KEY_QUESTION) && !shown.contains(WORKSPACE_QUESTION), "{shown}");
    }
    // If a person types nothing, the message says what else they can do.
    let nothing = at_terminal(&["sync/drime", "--drime", "cloud"], &[], &[(KEY_QUESTION, "")]);
    assert!(
        nothing.code == Some(2) && nothing.shown.contains("no API key for the Drime cloud was given"),
        "{}",
        nothing.shown
    );
}

/// A shell that stays where it is interrupted, as the one at a person's terminal does, finds the terminal as it was.
#[test]
fn a_terminal_shows_again_what_is_typed_after_a_question_that_was_broken_off() {
    let key = || (KEY_QUESTION, Deed::Types(format!("{KEY}\n")));
    let broken_off = [
        (130, vec![(KEY_QUESTION, Deed::Types("\u{3}".to_owned()))]),
        (130, vec![(KEY_QUESTION, Deed::Signals("-INT"))]),
        (143, vec![(KEY_QUESTION, Deed::Signals("-TERM"))]),
        // The second question shows what is typed; a signal ends it as well.
        (130, vec![key(), (WORKSPACE_QUESTION, Deed::Types("\u{3}".to_owned()))]),
    ];
    for (code, deeds) in broken_off {
        let afterwards = "; echo \"code $?\"; stty -a";
        let ran = at_terminal_with(&["sync/drime", "--drime", "cloud"], afterwards, &[], &deeds);
        assert!(ran.shown.contains(&format!("code {code}\r\n")), "{}", ran.shown);
        let settings: Vec<&str> = ran.shown.split_whitespace().collect();
        for setting in ["echo", "icanon", "isig"] {
            assert!(settings.contains(&setting), "{setting}: {}", ran.shown);
        }
        assert!(!ran.shown.contains("error:"), "{}", ran.shown);
    }
}
