//! `s3ci calibrate`: a server against itself, to the last band what that says of the machine.

use std::sync::{Arc, Mutex};

use super::run::{Order, carry_out};
use super::{fail, refuse_config, refuse_plan, refuse_report, validate};
use crate::base::lock;
use crate::cli::CalibrateArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::plan::{Filter, Plan, Selection};
use crate::record::{Calibration, RunRecord, percent};
use crate::report::{Console, Outputs, WriteError, check_writable, write_atomically};

/// Measures, writes the floors and prints them.
pub(super) async fn calibrate(arguments: CalibrateArgs, mut console: Console) -> Exit {
    let config = match Config::new(arguments.settings, arguments.config.as_deref()).and_then(Config::against_itself) {
        Ok(config) => config,
        Err(error) => return refuse_config(&mut console, &error),
    };
    let selection = Selection::Named(vec!["throughput".to_owned()]);
    let plan = match Plan::new(&selection, Filter::NONE) {
        Ok(plan) => plan,
        Err(error) => return refuse_plan(&mut console, &error),
    };
    if let Err(exit) = validate(&config.target, &mut console).await {
        return exit;
    }
    if let Err(error) = check_writable(&arguments.out) {
        return refuse_report(&mut console, &error);
    }
    let drime = match super::drime::settings(&config, false, &mut console) {
        Ok(drime) => drime,
        Err(exit) => return exit,
    };
    let console = Arc::new(Mutex::new(console));
    let run_id = format!("{:08x}", rand::random::<u32>());
    let order = Order { plan: &plan, config: &config, ledger: None, baseline: None, run_id, drime };
    let outputs = Outputs::default();
    let record = match carry_out(order, &console, &outputs).await {
        Ok(record) => record,
        Err(exit) => return exit,
    };
    let mut console = lock(&console);
    match Calibration::of(&record).filter(|_| record.exit_code == 0) {
        Some(calibration) => match written(&arguments.out, &calibration) {
            Ok(()) => {
                console.print(&words(&calibration));
                Exit::Success
            }
            Err(error) => refuse_report(&mut console, &error),
        },
        None => broken_off(&record, &mut console, &outputs),
    }
}

fn written(path: &std::path::Path, calibration: &Calibration) -> Result<(), WriteError> {
    write_atomically(path, format!("{:#}\n", serde_json::json!(calibration)).as_bytes())
}

/// The floors, a line each.
fn words(calibration: &Calibration) -> String {
    let lines = calibration.floors_ppm.iter().map(|(metric, floor)| format!("{metric:<8} {}\n", percent(*floor)));
    let head = format!("what {} blocks of equal servers could be taken for a drop of:\n", calibration.blocks);
    std::iter::once(head).chain(lines).collect()
}

fn broken_off(record: &RunRecord, console: &mut Console, outputs: &Outputs) -> Exit {
    console.summary(record, outputs);
    let exit = Exit::of(record).first().copied().filter(|exit| *exit != Exit::Success);
    exit.unwrap_or_else(|| {
        let error = std::io::Error::other("too few blocks came to an end");
        fail(console, "calibrate", &error, Some("try again where the machine is quieter"), Exit::Environment)
    })
}
