//! What the drime suites store in: a stand-in, or the account that the environment or a person at the terminal names.

use super::refusal::Refusal;
use super::secret;
use crate::config::{Config, is_built_from_a_tree};
use crate::exit::Exit;
use crate::report::Console;
use crate::server::doctor::Finding;
use crate::server::drime::{Account, PROXY_VARIABLES, Secret, WayOut};
use crate::server::{DrimeChoice, DrimeSettings, Target};

const KEY: &str = "DRIME_API_KEY";
const WORKSPACE: &str = "DRIME_WORKSPACE_ID";
const URL: &str = "DRIME_API_URL";

/// Settles what the drime suites of a run store in, with a notice about it; `wanted` says whether there are any.
pub(super) fn settings(
    config: &Config,
    wanted: bool,
    console: &mut Console,
) -> Result<(DrimeSettings, Option<String>), Refusal> {
    let stand_in = config.drime_set.clone();
    let emulated = DrimeSettings { account: None, stand_in: stand_in.clone() };
    if !wanted || matches!(config.target, Target::Endpoint(_)) {
        return Ok((emulated, None));
    }
    let in_the_cloud = match config.drime {
        DrimeChoice::Emulated => false,
        DrimeChoice::Auto if stand_in.is_empty() && variable(KEY).is_some() => match from_a_tree(config) {
            Some(target) => {
                let notice = format!(
                    "the drime suites run on the stand-in: s3ci builds the server from the code of {target}, and that gets \
                     the key of DRIME_API_KEY only with --drime cloud"
                );
                return Ok((emulated, Some(notice)));
            }
            None => true,
        },
        DrimeChoice::Auto => false,
        DrimeChoice::Cloud if !stand_in.is_empty() => {
            let hint = "leave --drime-set out, or say --drime emulated";
            return Err(refusal("--drime-set is for the stand-in, and not for the Drime cloud", hint));
        }
        DrimeChoice::Cloud => true,
    };
    if !in_the_cloud {
        return Ok((emulated, None));
    }
    let account = account(console)?.by(WayOut { ca_bundle: config.cloud_ca_bundle.clone(), proxy: proxy() });
    Ok((DrimeSettings { account: Some(account), stand_in }, None))
}

/// The server of the run that is built from a directory or a commit, where one is.
fn from_a_tree(config: &Config) -> Option<&Target> {
    let base = config.comparison.as_ref().map(|comparison| &comparison.base);
    [Some(&config.target), base].into_iter().flatten().find(|target| is_built_from_a_tree(target))
}

/// The proxy that the environment names, in upper or lower case.
fn proxy() -> Vec<(&'static str, Secret)> {
    let named = |name: &'static str| {
        let value = variable(name).or_else(|| variable(&name.to_lowercase()))?;
        // It becomes a line of the server's environment.
        (!value.contains(char::is_control)).then(|| (name, Secret::new(value)))
    };
    PROXY_VARIABLES.into_iter().filter_map(named).collect()
}

/// The account that the environment names, or a person at the terminal.
pub(super) fn account(console: &mut Console) -> Result<Account, Refusal> {
    let attended = console.is_attended();
    let (key, workspace) = match (variable(KEY), variable(WORKSPACE)) {
        (Some(key), workspace) => (key, workspace),
        (None, workspace) if attended => (asked()?, Some(workspace.map_or_else(|| asked_workspace(console), Ok)?)),
        (None, _) => {
            let hint = "set DRIME_API_KEY, and DRIME_WORKSPACE_ID if it is not the personal workspace (0)";
            return Err(refusal("there is no API key for the Drime cloud", hint));
        }
    };
    // It becomes a line of the server's environment.
    if key.chars().any(is_odd_in_a_key) {
        return Err(refusal("the Drime API key contains blanks or control characters", "copy it once more"));
    }
    let workspace = workspace.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| "0".to_owned());
    let Ok(workspace) = workspace.trim().parse() else {
        let what = format!("the Drime workspace `{}` is not a number", workspace.escape_debug());
        return Err(refusal(&what, "set DRIME_WORKSPACE_ID to its number; 0 is the personal one"));
    };
    Ok(Account::new(Secret::new(key), workspace, variable(URL)))
}

/// What the environment says of the account, for `s3ci doctor`; it never shows the key.
pub(super) fn finding() -> Finding {
    let workspace = variable(WORKSPACE).unwrap_or_else(|| "0".to_owned());
    match variable(KEY) {
        None => Finding::good("credentials", "no DRIME_API_KEY: the drime suites run on s3ci's stand-in"),
        Some(key) if key.chars().any(is_odd_in_a_key) => {
            let remedy = "copy the key once more, or unset DRIME_API_KEY to use the stand-in";
            Finding::bad("credentials", "DRIME_API_KEY contains blanks or control characters", Some(remedy.to_owned()))
        }
        Some(_) if workspace.trim().parse::<u64>().is_err() => {
            let remedy = "set DRIME_WORKSPACE_ID to its number; 0 is the personal one";
            Finding::bad("credentials", "DRIME_WORKSPACE_ID is not a number", Some(remedy.to_owned()))
        }
        Some(_) => {
            let detail = format!("DRIME_API_KEY is set: the drime suites use the Drime cloud, workspace {workspace}");
            Finding::good("credentials", detail)
        }
    }
}

fn is_odd_in_a_key(letter: char) -> bool {
    letter.is_control() || letter.is_whitespace()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn asked() -> Result<String, Refusal> {
    match secret::ask("Drime API key (not shown): ").map(|key| key.trim().to_owned()) {
        Ok(key) if !key.is_empty() => Ok(key),
        _ => Err(refusal("no API key for the Drime cloud was given", "set DRIME_API_KEY, or say --drime emulated")),
    }
}

fn asked_workspace(console: &mut Console) -> Result<String, Refusal> {
    console
        .ask("Drime workspace (0 for personal): ")
        .map_err(|error| Refusal::new("read the Drime workspace", &error, Exit::Usage).hint("set DRIME_WORKSPACE_ID"))
}

fn refusal(problem: &str, hint: &str) -> Refusal {
    Refusal::because("use the Drime cloud", problem, Exit::Usage).hint(hint)
}
