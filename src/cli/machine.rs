//! The arguments of the subcommands that look at the machine or the catalogue: `list`, `doctor`, `clean`, `image`, and the hidden `reap`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::options::Typed;
use super::records::AnswerFormat;
use crate::config::options::{CLEAN, DOCTOR, IMAGE};

#[derive(Debug, Args)]
pub struct ListArgs {
    /// List the options of s3ci instead, with who may set each.
    #[arg(long)]
    pub options: bool,
    /// text, json or md.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// How a listing is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// For a terminal.
    #[default]
    Text,
    /// For a program.
    Json,
    /// For a document.
    Md,
}

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// text or json.
    #[arg(long, value_enum, default_value_t)]
    pub format: AnswerFormat,
    #[command(flatten)]
    pub options: Typed<DOCTOR>,
}

#[derive(Debug, Args)]
pub struct CleanArgs {
    /// Remove the server images that s3ci built as well.
    #[arg(long)]
    pub images: bool,
    /// Remove the folders that killed runs left in the Drime account that the environment names as well.
    #[arg(long)]
    pub drime: bool,
    /// Remove what is kept between runs as well: virtual environments.
    #[arg(long)]
    pub cache: bool,
    #[command(flatten)]
    pub options: Typed<CLEAN>,
}

#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Build the server's image and that of the clients, so that a later run needs no network.
    Build {
        #[command(flatten)]
        options: Typed<IMAGE>,
    },
}

#[derive(Debug, Args)]
pub struct ReapArgs {
    /// Name of the run.
    #[arg(long)]
    pub run_id: String,
    /// Directory of the run.
    #[arg(long)]
    pub work_dir: PathBuf,
}
