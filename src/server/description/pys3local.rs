//! pys3local: its description, and what has to be asked of a release.

use super::{Capabilities, Description, Extras, Limits, Package, Start};
use crate::server::spec::{BucketMode, ServerSpec};

const MEBIBYTE: u64 = 1024 * 1024;

/// The option by which buckets are created on request; a release without it has no default-bucket mode either.
const ALLOW_BUCKET_CREATION: &str = "--allow-bucket-creation";

pub(in crate::server) const PYS3LOCAL: Description = Description {
    name: "pys3local",
    start: Start {
        program: "pys3local",
        module: "pys3local.cli",
        arguments: &["serve", "--path", "{data}", "--listen", "{host}:{port}", "--backend", "{backend}"],
        without_credentials: &["--no-auth"],
        with_credentials: &["--access-key-id={access_key}", "--secret-access-key={secret_key}"],
        port: 10001,
    },
    package: Package {
        requirement: "pys3local[drime]",
        version: "import importlib.metadata as metadata; print(metadata.version('pys3local'))",
        backends: "import fastapi, multipart, pydrime, uvicorn",
        help: &["serve", "--help"],
    },
    limits: Limits { program_bytes: 512 * MEBIBYTE, object_metadata_bytes: 4096, copies_in_memory: 4 },
    extras: &Pys3local,
};

struct Pys3local;

impl Extras for Pys3local {
    fn capabilities(&self, version: Option<&str>, has_backends: bool, help: &str) -> Option<Capabilities> {
        help.contains("--listen").then(|| Capabilities {
            version: version.map(str::trim).filter(|version| !version.is_empty()).map(str::to_owned),
            allow_bucket_creation: help.contains(ALLOW_BUCKET_CREATION),
            drime: has_backends && help.contains("drime"),
        })
    }

    fn arguments(&self, spec: &ServerSpec, capabilities: &Capabilities) -> Result<Vec<String>, &'static str> {
        if spec.backend.is_drime() && !capabilities.drime {
            return Err("a drime backend");
        }
        match (spec.bucket_mode, capabilities.allow_bucket_creation) {
            (BucketMode::Custom, true) => Ok(vec![ALLOW_BUCKET_CREATION.to_owned()]),
            (BucketMode::Custom, false) | (BucketMode::Default, true) => Ok(Vec::new()),
            (BucketMode::Default, false) => Err("a default-bucket mode"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::description::Place;
    use crate::server::spec::{Backend, Credentials, Duplicates};

    const NEWER: Capabilities = Capabilities { version: None, allow_bucket_creation: true, drime: true };
    const OLDER: Capabilities = Capabilities { version: None, allow_bucket_creation: false, drime: false };

    fn spec() -> ServerSpec {
        ServerSpec {
            label: "test".into(),
            backend: Backend::Local,
            bucket_mode: BucketMode::Custom,
            credentials: None,
            data_bytes: 0,
            largest_object_bytes: 0,
            objects: 0,
            canaries: false,
            data_limit_bytes: None,
        }
    }

    fn arguments(spec: &ServerSpec, capabilities: &Capabilities) -> Result<String, &'static str> {
        let place = Place { host: "0.0.0.0", port: 1, data: "/data".to_owned() };
        PYS3LOCAL.arguments(spec, capabilities, &place).map(|arguments| arguments.join(" "))
    }

    #[test]
    fn custom_buckets_are_an_option_only_where_the_release_has_it() {
        let common = "serve --path /data --listen 0.0.0.0:1 --backend local --no-auth";
        assert_eq!(arguments(&spec(), &NEWER).unwrap(), format!("{common} --allow-bucket-creation"));
        assert_eq!(arguments(&spec(), &OLDER).unwrap(), common);
        let default = ServerSpec { bucket_mode: BucketMode::Default, ..spec() };
        assert_eq!(arguments(&default, &NEWER).unwrap(), common);
        assert_eq!(arguments(&default, &OLDER), Err("a default-bucket mode"));
        let drime = ServerSpec { backend: Backend::Drime(Duplicates::Replace), ..spec() };
        assert_eq!(arguments(&drime, &OLDER), Err("a drime backend"));
    }

    #[test]
    fn credentials_replace_no_auth_whatever_they_begin_with() {
        let credentials = Credentials { access_key: "key".into(), secret_key: "-secret".into() };
        let signed = arguments(&ServerSpec { credentials: Some(credentials), ..spec() }, &OLDER).unwrap();
        assert!(signed.ends_with(" --access-key-id=key --secret-access-key=-secret"), "{signed}");
        assert!(!signed.contains("--no-auth"), "{signed}");
    }

    #[test]
    fn the_help_tells_what_the_release_offers() {
        let help = "Usage: pys3local serve\n  --listen TEXT\n  --backend [local|drime]\n";
        let newer = PYS3LOCAL.extras.capabilities(Some("0.2.1\n"), true, &format!("{help} --allow-bucket-creation"));
        assert_eq!(newer, Some(Capabilities { version: Some("0.2.1".into()), ..NEWER }));
        assert_eq!(PYS3LOCAL.extras.capabilities(Some(""), false, help), Some(OLDER));
        assert_eq!(PYS3LOCAL.extras.capabilities(Some("0.2.1"), true, "Traceback (most recent call last):"), None);
    }
}
