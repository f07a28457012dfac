//! Where s3ci comes from: what is there, what the cache has, a release, or a build.

use std::path::Path;
use std::process::Command;

use super::{program, recorder, words};
use crate::runner::Job;

/// A release on disk; the checksum of its archive.
fn release(directory: &Path, program: &str) -> String {
    let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let name = format!("s3ci-9.9.9-{triple}");
    let at = directory.join("v9.9.9");
    std::fs::create_dir_all(at.join(&name)).unwrap();
    std::fs::copy(program, at.join(&name).join("s3ci")).unwrap();
    let archive = at.join(format!("{name}.tar.gz"));
    let made = Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&at).arg(&name).status().unwrap();
    assert!(made.success());
    let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
    String::from_utf8(sum.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_release_is_run_only_with_its_checksum() {
    let directory = tempfile::tempdir().unwrap();
    let binary = recorder(directory.path());
    let sum = release(directory.path(), &binary);
    let releases = format!("file://{}", directory.path().display());
    let with =
        |sha256: &str| Job::new(directory.path(), &[("version", "9.9.9"), ("sha256", sha256), ("releases", &releases)]);
    let good = with(&format!("{} {sum}", "0".repeat(64)));
    let ended = good.run();
    assert!(ended.success, "{}", ended.log);
    assert_eq!(words(&ended.outputs["binary"])[0], "run");
    let other = with(&"0".repeat(64));
    let ended = other.run();
    assert_eq!((ended.success, ended.codes["binary"], ended.codes.get("run")), (false, 4, None), "{}", ended.log);
    assert!(ended.errors()[0].contains(&sum), "{:?}", ended.commands);
    assert!(!other.home.path().join("temp/s3ci-binary").exists(), "nothing of it is unpacked");
    let ended = with("").run();
    assert_eq!((ended.codes["prepare"], ended.codes.get("binary")), (2, None));
    // Where the checksum could not be computed, the empty one is not found among those that were named.
    let mute = directory.path().join("mute");
    std::fs::create_dir(&mute).unwrap();
    for name in ["sha256sum", "shasum"] {
        program(&mute.join(name), "#!/bin/sh\nexit 1\n");
    }
    let path = format!("{}:{}", mute.display(), std::env::var("PATH").unwrap());
    let ended = with(&sum).variable("PATH", &path).run();
    assert_eq!((ended.codes["binary"], ended.codes.get("run")), (4, None), "{}", ended.log);
    assert!(ended.errors()[0].contains("could not be computed"), "{:?}", ended.commands);
}

/// The compiler is stood in: what counts here is what it is asked to build, and that the result is what runs.
#[test]
fn where_no_release_can_be_had_it_is_built_from_the_sources_of_the_action() {
    let directory = tempfile::tempdir().unwrap();
    let binary = recorder(directory.path());
    let cargo = directory.path().join("bin/cargo");
    std::fs::create_dir(cargo.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$PWD\" \"$@\" >'{0}/cargo.words'\nwhile [ \"$1\" != --target-dir ]; do shift; done\n\
         mkdir -p \"$2/release\" && cp '{binary}' \"$2/release/s3ci\"\n",
        directory.path().display()
    );
    program(&cargo, &script);
    let path = format!("{}:{}", cargo.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let sum = "0".repeat(64);
    let missing = [("version", "9.9.9"), ("sha256", sum.as_str()), ("releases", "file:///nowhere")];
    for (inputs, warned) in [(missing.as_slice(), true), (&[], false)] {
        let job = Job::new(directory.path(), inputs).variable("PATH", &path);
        let ended = job.run();
        assert!(ended.success, "{}", ended.log);
        let asked = std::fs::read_to_string(directory.path().join("cargo.words")).unwrap();
        // Not in the checkout, whose own files would lead cargo.
        assert!(asked.starts_with(concat!(env!("CARGO_MANIFEST_DIR"), "\nbuild\n--release\n--locked\n")), "{asked}");
        assert_eq!(words(&ended.outputs["binary"])[0], "run");
        assert_eq!(ended.commands.iter().any(|command| command.contains("building from source")), warned);
        let key = format!("s3ci-Linux-{}-", std::env::consts::ARCH);
        assert_eq!(ended.cache_keys.iter().filter(|found| found.starts_with(&key)).count(), usize::from(!warned));
    }
}

#[test]
fn what_was_built_is_found_again_by_the_next_job_even_after_a_red_one() {
    let directory = tempfile::tempdir().unwrap();
    let (cache, bin) = (directory.path().join("cache"), directory.path().join("bin"));
    std::fs::create_dir(&cache).unwrap();
    std::fs::create_dir(&bin).unwrap();
    let red = program(&bin.join("red"), "#!/bin/sh\ncase \"$1\" in --version) echo s3ci 9.9.9;; run) exit 1;; esac\n");
    let builds = directory.path().join("builds");
    program(
        &bin.join("cargo"),
        &format!(
            "#!/bin/sh\necho built >>'{}'\nwhile [ \"$1\" != --target-dir ]; do shift; done\n\
             mkdir -p \"$2/release\" && cp '{red}' \"$2/release/s3ci\"\n",
            builds.display()
        ),
    );
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let built = || std::fs::read_to_string(&builds).unwrap().lines().count();
    let run = || {
        let ended = Job::new(directory.path(), &[]).variable("PATH", &path).cache(&cache).run();
        assert_eq!((ended.success, ended.codes["run"]), (false, 1), "{}", ended.log);
        ended
    };
    run();
    assert_eq!(built(), 1);
    run();
    assert_eq!(built(), 1, "the second job has it from the first");
    // As from a machine with another C library.
    let kept = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path().join("s3ci");
    std::fs::write(&kept, "#!/bin/sh\nexit 127\n").unwrap();
    let ended = run();
    assert_eq!(built(), 2, "one that does not run is built anew");
    assert!(ended.commands.iter().any(|command| command.contains("does not run here")), "{:?}", ended.commands);
}
