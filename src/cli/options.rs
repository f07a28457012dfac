//! The table of options as clap sees it. Values of flags and variables are kept as they were typed.

use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::config::options::{Place, Row, Said, Subcommands, TABLE, Word};

/// What was said of the options that a subcommand takes.
#[derive(Debug, Clone, Default)]
pub struct Typed<const SUBCOMMAND: Subcommands>(pub Said);

impl<const SUBCOMMAND: Subcommands> Typed<SUBCOMMAND> {
    fn rows() -> impl Iterator<Item = &'static Row> {
        TABLE.iter().filter(|row| row.is_taken_by(SUBCOMMAND) && !row.only_in_file)
    }
}

impl<const SUBCOMMAND: Subcommands> Args for Typed<SUBCOMMAND> {
    fn augment_args(command: Command) -> Command {
        command.args(Self::rows().map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const SUBCOMMAND: Subcommands> FromArgMatches for Typed<SUBCOMMAND> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let words = Self::rows().flat_map(|row| {
            let is_variable = matches.value_source(&row.key) == Some(ValueSource::EnvVariable);
            let place = if is_variable { Place::Variable } else { Place::Flag };
            let texts = matches.get_many::<OsString>(&row.key).into_iter().flatten();
            texts.map(move |text| Word { row, place: place.clone(), text: text.clone() })
        });
        Ok(Self(Said(words.collect())))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn argument(row: &'static Row) -> Arg {
    let argument = Arg::new(row.key.as_str())
        .long(row.key.as_str())
        .short(row.short)
        .env(row.variable.as_str())
        // A target's URL may hold a password.
        .hide_env_values(true)
        .value_name(row.value_name)
        .help(row.whole_help())
        .value_parser(ValueParser::os_string());
    match (row.many, row.missing) {
        (true, _) => argument.action(ArgAction::Append),
        (false, Some(missing)) => argument.num_args(0..=1).default_missing_value(missing).require_equals(true),
        (false, None) => argument,
    }
}
