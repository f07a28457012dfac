//! What a step prints, as the runner takes it: commands, masks, and the log that people read.

use std::fs::File;
use std::io::{Read, Seek};

/// The log of a job.
pub(crate) struct Log {
    file: File,
    secrets: Vec<String>,
}

impl Log {
    pub(crate) fn new(secrets: &[String]) -> Self {
        Self { file: tempfile::tempfile().expect("a file"), secrets: secrets.to_vec() }
    }

    /// The path that a step gets to write to.
    pub(crate) fn writer(&self) -> File {
        self.file.try_clone().expect("a file")
    }

    /// The masked log, the commands in it, and the values that were to be masked.
    pub(crate) fn read(mut self) -> (String, Vec<String>, Vec<String>) {
        let mut text = String::new();
        self.file.rewind().expect("a file");
        self.file.read_to_string(&mut text).expect("text");
        let (mut shown, mut commands, mut masked) = (Vec::new(), Vec::new(), Vec::new());
        let mut stopped: Option<String> = None;
        for line in text.lines() {
            let command = line.trim();
            match &stopped {
                Some(token) if command == format!("::{token}::") => stopped = None,
                None if command.starts_with("::stop-commands::") => {
                    stopped = command.strip_prefix("::stop-commands::").map(str::to_owned);
                }
                None if command.starts_with("::add-mask::") => {
                    let value = command.trim_start_matches("::add-mask::").to_owned();
                    self.secrets.push(value.clone());
                    masked.push(value);
                    continue;
                }
                None if command.starts_with("::") => commands.push(self.mask(command)),
                _ => {}
            }
            shown.push(self.mask(line));
        }
        (shown.join("\n"), commands, masked)
    }

    fn mask(&self, line: &str) -> String {
        self.secrets.iter().fold(line.to_owned(), |line, secret| line.replace(secret, "***"))
    }
}
