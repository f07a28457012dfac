//! What the subcommands take that look at the machine or the catalogue: `list`, `doctor`, `clean`, `image`, and the hidden `reap`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::records::AnswerFormat;
use super::settings::Settings;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
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

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// text or json.
    #[arg(long, value_enum, default_value_t)]
    pub format: AnswerFormat,
    /// Settings that decide what is looked for.
    #[command(flatten)]
    pub settings: Settings,
}

/// Arguments of `clean`.
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
    /// Directory for what is kept between runs [default: the user's cache].
    #[arg(long, value_name = "DIR", env = "S3CI_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
}

/// Subcommands of `image`.
#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Build the server's image and that of the clients, so that a later run needs no network.
    Build {
        /// Settings that shape the image.
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

/// Arguments of the hidden `reap`.
#[derive(Debug, Args)]
pub struct ReapArgs {
    /// Name of the run.
    #[arg(long)]
    pub run_id: String,
    /// Directory of the run.
    #[arg(long)]
    pub work_dir: PathBuf,
}
