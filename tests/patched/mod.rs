//! Images of the pinned release with a line of it edited: a server that breaks a rule which no server of the tests' own can break.

use std::io::Write;
use std::process::{Command, Stdio};

/// The pinned release as an image, built by whoever ran s3ci before.
pub(crate) fn pinned_image() -> String {
    let output =
        Command::new("docker").args(["images", "--format", "{{.Repository}}:{{.Tag}}", "s3ci/pys3local"]).output();
    let images = String::from_utf8(output.expect("the docker command is there").stdout).expect("names of images");
    images.lines().find(|image| image.contains(":0.2.1-")).expect("s3ci has built it").to_owned()
}

/// An image of the tests' own, removed at the end.
pub(crate) struct Patched(String);

impl Patched {
    /// Edits a module of pys3local with a command of sed, which must change something.
    pub(crate) fn new(name: &str, module: &str, edit: &str) -> Self {
        let (tag, image) = (format!("s3ci/test:{name}"), pinned_image());
        let dockerfile = format!(
            "FROM {image}\nUSER 0\nRUN set -e; cd /opt/venv/lib/python3*/site-packages/pys3local; cp {module} /tmp/before; \
             sed -i '{edit}' {module}; ! cmp -s {module} /tmp/before; python3 -m py_compile {module}\nUSER 10001\n"
        );
        let mut build = Command::new("docker")
            .args(["build", "--quiet", "--tag", &tag, "-"])
            .env("DOCKER_BUILDKIT", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the docker command is there");
        let written = build.stdin.take().expect("a pipe").write_all(dockerfile.as_bytes());
        assert!(build.wait().expect("it ends").success() && written.is_ok(), "{tag} is built");
        Self(tag)
    }

    /// As a target of s3ci.
    pub(crate) fn target(&self) -> String {
        format!("image:{}", self.0)
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", "--force", &self.0]).stdout(Stdio::null()).status();
    }
}
