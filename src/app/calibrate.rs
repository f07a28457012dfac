//! `s3ci calibrate`: compares a server with itself to the last block, to see how much noise the machine has.

use std::sync::{Arc, Mutex};

use super::execution::{Order, carry_out, run_id};
use super::refusal::Refusal;
use super::{drime, surroundings};
use crate::base::lock;
use crate::cli::CalibrateArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::plan::{Filter, Plan, Selection};
use crate::record::{Calibration, RunRecord, percent};
use crate::report::{Console, Outputs, WriteError, check_writable, write_atomically};

/// Measures, writes the floors and prints them.
pub(super) async fn calibrate(arguments: CalibrateArgs, console: &Arc<Mutex<Console>>) -> Result<Exit, Refusal> {
    let config = Config::new(&arguments.options.0, surroundings(&lock(console)))?.against_itself()?;
    let plan = Plan::new(&Selection::Named(vec!["throughput".to_owned()]), Filter::NONE)?;
    config.target.validate().await?;
    check_writable(&arguments.out)?;
    let (drime, _) = drime::settings(&config, false, &mut lock(console))?;
    let (notices, run_id) = (config.notices.clone(), run_id());
    let order = Order { plan: &plan, config: &config, ledger: None, baseline: None, run_id, drime, notices };
    let outputs = Outputs::default();
    let record = carry_out(order, console, &outputs).await?;
    let Some(calibration) = Calibration::of(&record).filter(|_| record.exit_code == 0) else {
        return broken_off(&record, &mut lock(console), &outputs);
    };
    written(&arguments.out, &calibration)?;
    lock(console).print(&words(&calibration));
    Ok(Exit::Success)
}

fn written(path: &std::path::Path, calibration: &Calibration) -> Result<(), WriteError> {
    write_atomically(path, format!("{:#}\n", serde_json::json!(calibration)).as_bytes())
}

/// The floors, a line each.
fn words(calibration: &Calibration) -> String {
    let lines = calibration.floors_ppm.iter().map(|(metric, floor)| format!("{metric:<8} {}\n", percent(*floor)));
    let head = format!("in {} blocks, the noise between equal servers can look like a drop of:\n", calibration.blocks);
    std::iter::once(head).chain(lines).collect()
}

fn broken_off(record: &RunRecord, console: &mut Console, outputs: &Outputs) -> Result<Exit, Refusal> {
    console.summary(record, outputs);
    let exit = Exit::of(record).first().copied().filter(|exit| *exit != Exit::Success);
    exit.ok_or_else(|| {
        Refusal::because("calibrate", "too few blocks came to an end", Exit::Environment)
            .hint("try again when the machine is quieter")
    })
}
