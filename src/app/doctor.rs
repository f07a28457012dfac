//! `s3ci doctor`.

use std::fmt::Write;
use std::sync::Mutex;

use super::refusal::Refusal;
use super::{configured, drime};
use crate::base::lock;
use crate::cli::{AnswerFormat, DoctorArgs};
use crate::exit::Exit;
use crate::report::Console;
use crate::server::doctor::{Diagnosis, Finding, examine};

/// Says what is here, what is missing, and how to fix it.
pub(super) async fn doctor(arguments: DoctorArgs, console: &Mutex<Console>) -> Result<Exit, Refusal> {
    let config = configured(&arguments.options.0, &mut lock(console))?;
    let mut diagnosis = examine(&config.docker, &config.work_dir, config.dataset.most_bytes()).await;
    diagnosis.findings.push(match tempfile::tempfile_in(&config.work_dir) {
        Ok(_) => Finding::good("work directory", config.work_dir.display().to_string()),
        Err(error) => {
            let remedy = "name a directory that you may write to with --work-dir";
            Finding::bad("work directory", format!("{}: {error}", config.work_dir.display()), Some(remedy.to_owned()))
        }
    });
    diagnosis.findings.push(drime::finding());
    let text = match arguments.format {
        AnswerFormat::Text => render(&diagnosis),
        AnswerFormat::Json => {
            let json = serde_json::to_string_pretty(&diagnosis);
            json.map_err(|error| Refusal::new("write the findings", &error, Exit::Report))? + "\n"
        }
    };
    lock(console).print(&text);
    Ok(if diagnosis.can_run { Exit::Success } else { Exit::Environment })
}

fn render(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    for finding in &diagnosis.findings {
        let mark = if finding.good { '✓' } else { '!' };
        let _ = writeln!(text, "{mark} {:<15} {}", finding.subject, finding.detail);
        if let Some(remedy) = &finding.remedy {
            let _ = writeln!(text, "  {:<15} fix: {remedy}", "");
        }
    }
    let verdict = match (diagnosis.isolated, diagnosis.can_run) {
        (true, _) => "s3ci can run here.",
        (false, true) => {
            "s3ci can run here, but not isolated: without Docker the server is a process of yours like any other."
        }
        (false, false) => "s3ci cannot run here yet.",
    };
    let _ = writeln!(text, "\n{verdict}");
    text
}
