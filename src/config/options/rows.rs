//! The macro that makes the table. From the rows it makes the list of [`Row`](super::Row)s, two structures, and the code for each option.

/// Reads rows of the form
///
/// ```text
/// /// Help of one or two sentences.
/// its_name: Type = "default", "VALUE" ["least" to "most"], SUBCOMMANDS, SetBy, mark, mark;
/// ```
///
/// `=> "words"` in place of `= "default"` is an option that may be absent; the words say in the documentation what holds then. The marks
/// are `file` (it may stand in `s3ci.toml`), `only_file` (and nowhere else), `repro` (it is repeated) and `short` (its first letter is a
/// flag as well).
macro_rules! options {
    ($(
        $(#[doc = $help:literal])+
        $name:ident: $type:ty $(= $default:literal)? $(=> $absent:literal)?,
        $value_name:literal $([$least:literal to $most:literal])?, $on:expr, $set_by:ident $(, $mark:ident)*;
    )+) => {
        /// One layer of options; absent where it does not say anything.
        #[derive(Debug, Clone, Default)]
        pub struct Settings {
            $(pub $name: Option<$type>,)+
        }

        /// All options with their defaults; those that have none may be absent.
        #[derive(Debug, Clone)]
        pub struct Options {
            $(pub $name: options!(@type $type $(, $default)?),)+
        }

        /// Every option, in the order of the help.
        pub static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| vec![$({
            let key = stringify!($name).replace('_', "-");
            let marks: &[&str] = &[$(stringify!($mark)),*];
            Row {
                variable: format!("S3CI_{}", key.replace('-', "_").to_uppercase()),
                key,
                help: concat!($($help),+).trim().to_owned(),
                value_name: $value_name,
                default: concat!($($default)? $($absent)?),
                takes: options!(@takes $type $(, $least, $most)?),
                on: $on,
                set_by: SetBy::$set_by,
                in_file: marks.contains(&"file") || marks.contains(&"only_file"),
                only_in_file: marks.contains(&"only_file"),
                in_repro: marks.contains(&"repro"),
                short: marks.contains(&"short").then(|| stringify!($name).chars().next()).flatten(),
                many: <$type as Value>::MANY,
                missing: <$type as Value>::MISSING,
            }
        }),+]);

        impl Options {
            /// The path that an option has, where its value is a path.
            #[must_use]
            pub fn path(&self, key: &str) -> Option<&PathBuf> {
                let values: &[(&str, &dyn std::any::Any)] = &[$((stringify!($name), &self.$name)),+];
                let (_, value) = values.iter().find(|(name, _)| name.replace('_', "-") == key)?;
                value.downcast_ref::<Option<PathBuf>>()?.as_ref()
            }
        }

        impl Settings {
            /// Gives what was said its meaning.
            ///
            /// # Errors
            /// The first word that its option does not take.
            pub fn of(said: &Said) -> Result<Self, ConfigError> {
                let mut rows = TABLE.iter();
                Ok(Self {
                    $($name: rows.next().map_or(Ok(None), |row| {
                        meaning::<$type>(said, row, |value| options!(@bounded value $(, $least, $most)?))
                    })?,)+
                })
            }

            /// What stands here, and below it what stands in `lower`.
            #[must_use]
            pub fn over(self, lower: Self) -> Self {
                Self { $($name: self.$name.or(lower.$name),)+ }
            }

            /// Every option that something was said of, with its value as it would be typed.
            #[must_use]
            pub fn typed(&self) -> Vec<(&'static Row, String)> {
                let texts = [$(self.$name.as_ref().map(Value::text)),+];
                TABLE.iter().zip(texts).filter_map(|(row, text)| Some((row, text?))).collect()
            }

            /// The options with the defaults of those that nothing was said of.
            ///
            /// # Errors
            /// None where the table's defaults are values, which a test sees to.
            pub fn with_defaults(&self) -> Result<Options, ConfigError> {
                Ok(Options { $($name: options!(@value self.$name, stringify!($name) $(, $default)?),)+ })
            }
        }
    };
    (@takes $type:ty) => { one_of(<$type as Value>::CHOICES) };
    (@takes $type:ty, $least:literal, $most:literal) => { concat!($least, " to ", $most).to_owned() };
    (@bounded $value:ident) => { Ok($value) };
    (@bounded $value:ident, $least:literal, $most:literal) => { bounded($value, ($least, $most)) };
    (@type $type:ty) => { Option<$type> };
    (@type $type:ty, $default:literal) => { $type };
    (@value $said:expr, $name:expr) => { $said.clone() };
    (@value $said:expr, $name:expr, $default:literal) => {
        match &$said {
            Some(value) => value.clone(),
            None => Value::of_text($default).map_err(|unfit| ConfigError::unfit($name.to_owned(), None, unfit))?,
        }
    };
}

pub(super) use options;
