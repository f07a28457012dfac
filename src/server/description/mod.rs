//! What a server is: how it is started, installed and limited, the same for every host.
//!
//! A [`Description`] is plain data in the shape of the file that it is to become. What data cannot say, because the server itself has
//! to be asked, stands behind [`Extras`], which only pys3local has. Deliberately absent: anything that runs.

mod capabilities;
mod pys3local;
mod release;

pub(super) use capabilities::Capabilities;
pub(super) use pys3local::PYS3LOCAL;
pub(super) use release::{CONSTRAINTS, releases_instead, version_of_distribution};

use super::spec::{Credentials, ServerSpec};

/// What a server is.
pub(super) struct Description {
    /// As its command and its distribution are called.
    pub(super) name: &'static str,
    pub(super) start: Start,
    pub(super) package: Package,
    pub(super) limits: Limits,
    pub(super) extras: &'static dyn Extras,
}

/// How a server is started. In all arguments `{host}`, `{port}`, `{data}`, `{backend}`, `{access_key}` and `{secret_key}` are filled in.
pub(super) struct Start {
    /// The program, looked for on the PATH of its image.
    pub(super) program: &'static str,
    /// The module that is the same program, for the interpreter of a virtual environment.
    pub(super) module: &'static str,
    pub(super) arguments: &'static [&'static str],
    /// What lets everybody in.
    pub(super) without_credentials: &'static [&'static str],
    /// What demands signatures.
    pub(super) with_credentials: &'static [&'static str],
    /// The port that it listens on in a container.
    pub(super) port: u16,
}

/// How a server is installed.
pub(super) struct Package {
    /// What pip installs, without a version.
    pub(super) requirement: &'static str,
    /// A program for the server's interpreter that prints the version.
    pub(super) version: &'static str,
    /// A program for the server's interpreter that succeeds where all is installed that the backends need.
    pub(super) backends: &'static str,
    /// Arguments that make the server print its options.
    pub(super) help: &'static [&'static str],
}

/// What a server needs.
pub(super) struct Limits {
    /// Memory for the interpreter and its libraries, without stored objects and requests.
    pub(super) program_bytes: u64,
    /// A generous estimate of what its database and the journal need for an object with a long key.
    pub(super) object_metadata_bytes: u64,
    /// How many copies of the largest object it may hold in memory.
    pub(super) copies_in_memory: u64,
}

/// What a description cannot say.
pub(super) trait Extras: Sync {
    /// What a release can do, from what it answers; none where that is no answer of this server.
    fn capabilities(&self, version: Option<&str>, has_backends: bool, help: &str) -> Option<Capabilities>;

    /// Arguments that depend on what the release can do.
    ///
    /// # Errors
    /// What the release lacks.
    fn arguments(&self, spec: &ServerSpec, capabilities: &Capabilities) -> Result<Vec<String>, &'static str>;
}

/// Where one server stores and listens.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) host: &'static str,
    pub(super) port: u16,
    /// The data directory.
    pub(super) data: String,
}

impl Description {
    /// The arguments of a server.
    ///
    /// # Errors
    /// What the release lacks.
    pub(super) fn arguments(
        &self,
        spec: &ServerSpec,
        capabilities: &Capabilities,
        place: &Place,
    ) -> Result<Vec<String>, &'static str> {
        let Start { arguments, with_credentials, without_credentials, .. } = &self.start;
        let authentication = if spec.credentials.is_some() { with_credentials } else { without_credentials };
        let credentials = spec.credentials.as_ref();
        let of = |value: fn(&Credentials) -> &str| credentials.map_or("", value).to_owned();
        let values = [
            ("{host}", place.host.to_owned()),
            ("{port}", place.port.to_string()),
            ("{data}", place.data.clone()),
            ("{backend}", spec.backend.name().to_owned()),
            ("{access_key}", of(|credentials| &credentials.access_key)),
            ("{secret_key}", of(|credentials| &credentials.secret_key)),
        ];
        // Each argument has at most the few values that its description names, and no value is looked through for another.
        let filled = |argument: &&str| fill(argument, &values);
        let mut filled: Vec<String> = arguments.iter().chain(*authentication).map(filled).collect();
        filled.extend(self.extras.arguments(spec, capabilities)?);
        Ok(filled)
    }

    /// What pip installs for a release; the newest where none is named.
    pub(super) fn requirement(&self, version: Option<&str>) -> String {
        let requirement = self.package.requirement;
        version.map_or_else(|| requirement.to_owned(), |version| format!("{requirement}=={version}"))
    }
}

/// Puts values in the place of their names, from left to right.
fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        match values.iter().find(|(name, _)| from.starts_with(name)) {
            Some((name, value)) => {
                filled.push_str(value);
                rest = &from[name.len()..];
            }
            None => {
                filled.push('{');
                rest = &from[1..];
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_once() {
        let values = [("{port}", "1".to_owned()), ("{secret_key}", "a{port}b".to_owned())];
        assert_eq!(fill("--key={secret_key}:{port}{x}", &values), "--key=a{port}b:1{x}");
    }
}
