//! `s3ci doctor`.

use std::fmt::Write;

use super::refuse_config;
use crate::cli::Settings;
use crate::config::Config;
use crate::exit::Exit;
use crate::report::Console;
use crate::server::doctor::{Finding, examine};

/// Says what is here, what is missing, and the command that mends it.
pub(super) async fn doctor(settings: Settings, console: &mut Console) -> Exit {
    let config = match Config::new(settings, None) {
        Ok(config) => config,
        Err(error) => return refuse_config(console, &error),
    };
    let mut diagnosis = examine(&config.docker).await;
    diagnosis.findings.push(match tempfile::tempfile_in(&config.work_dir) {
        Ok(_) => Finding::good("work directory", config.work_dir.display().to_string()),
        Err(error) => {
            let remedy = "name a directory that can be written to with --work-dir";
            Finding::bad("work directory", format!("{}: {error}", config.work_dir.display()), Some(remedy.to_owned()))
        }
    });
    let mut text = String::new();
    for finding in &diagnosis.findings {
        let mark = if finding.good { '✓' } else { '!' };
        let _ = writeln!(text, "{mark} {:<15} {}", finding.subject, finding.detail);
        if let Some(remedy) = &finding.remedy {
            let _ = writeln!(text, "  {:<15} mend: {remedy}", "");
        }
    }
    let verdict = if diagnosis.can_run { "s3ci can run here." } else { "s3ci cannot run here yet." };
    let _ = writeln!(text, "\n{verdict}");
    console.print(&text);
    if diagnosis.can_run { Exit::Success } else { Exit::Environment }
}
