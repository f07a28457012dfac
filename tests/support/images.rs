//! Images: the pinned release as s3ci builds it, and others made of it whose server breaks a rule that no server in this process can break.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::command::{s3ci, stderr, stdout};

/// The image of the pinned release. It and the image of the clients are built before any test needs them in time.
pub(crate) static PINNED: LazyLock<String> = LazyLock::new(|| {
    let built = s3ci().args(["image", "build"]).output().expect("s3ci runs");
    assert!(built.status.success(), "s3ci image build: {}", stderr(&built));
    let said = stdout(&built);
    let image = said.split_whitespace().find(|word| word.starts_with("s3ci/pys3local:"));
    image.expect("it names the image").to_owned()
});

/// Images have layers in common, which a daemon loses where it removes one while it builds the next.
static DAEMON: Mutex<()> = Mutex::new(());

fn one_at_a_time() -> MutexGuard<'static, ()> {
    DAEMON.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An image of the tests' own, removed at the end.
pub(crate) struct Image(String);

impl Image {
    /// The pinned release with more done to it: instructions of a Dockerfile, which may copy from a directory.
    pub(crate) fn of_the_pinned(name: &str, instructions: &str, directory: Option<&Path>) -> Self {
        let dockerfile = format!("FROM {}\nUSER 0\n{instructions}\nUSER 10001:10001\n", *PINNED);
        let context: Vec<&OsStr> = match directory {
            Some(directory) => vec!["--file".as_ref(), "-".as_ref(), directory.as_ref()],
            None => vec!["-".as_ref()],
        };
        Self::build(name, &context, &dockerfile)
    }

    /// The pinned release with a module of pys3local edited by a command of sed, which must change something.
    pub(crate) fn edited(name: &str, module: &str, edit: &str) -> Self {
        let edit = format!(
            "RUN set -e; cd /opt/venv/lib/python3*/site-packages/pys3local; cp {module} /tmp/before; \
             sed -i '{edit}' {module}; ! cmp -s {module} /tmp/before; python3 -m py_compile {module}"
        );
        Self::of_the_pinned(name, &edit, None)
    }

    /// What a directory's own Dockerfile makes of the pinned release, which it gets as `IMAGE`.
    pub(crate) fn of_directory(name: &str, directory: &Path, argument: &str) -> Self {
        let pinned = format!("IMAGE={}", *PINNED);
        let arguments = ["--build-arg", &pinned, "--build-arg", argument].map(OsStr::new);
        Self::build(name, &[&arguments[..], &[directory.as_ref()]].concat(), "")
    }

    fn build(name: &str, context: &[&OsStr], dockerfile: &str) -> Self {
        static BUILT: AtomicUsize = AtomicUsize::new(0);
        let tag = format!("s3ci/test:{name}x{}-{}", std::process::id(), BUILT.fetch_add(1, Ordering::Relaxed));
        let mut build = Command::new("docker");
        build.args(["build", "--quiet", "--tag", &tag]).args(context).env("DOCKER_BUILDKIT", "0");
        let _alone = one_at_a_time();
        let mut build = build.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the docker command is there");
        let written = build.stdin.take().expect("a pipe").write_all(dockerfile.as_bytes());
        assert!(build.wait().expect("it ends").success() && written.is_ok(), "{tag} is built");
        Self(tag)
    }

    /// As a target of s3ci.
    pub(crate) fn target(&self) -> String {
        format!("image:{}", self.0)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _alone = one_at_a_time();
        let _ = Command::new("docker").args(["rmi", "--force", &self.0]).stdout(Stdio::null()).status();
    }
}
