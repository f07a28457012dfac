//! What a container is created with: the isolation that every container of s3ci gets, and the server's command line.
//!
//! Plain data for the daemon. Deliberately absent: talking to the daemon.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, PortBinding, SystemInfo};

use super::network::{Route, RunNetwork};
use super::probe::Capabilities;
use super::{MEBIBYTE, labels};
use crate::server::{BucketMode, ServerSpec};

/// The port that the server listens on inside its container.
pub(super) const PORT: u16 = 10001;

/// The script that runs as process 1; see its own comments.
const SUPERVISE: &str = include_str!("../../../docker/supervise.sh");

/// User and group of everything in the container; the same in any image.
const USER: &str = "10001:10001";

/// Memory for the interpreter and its libraries, beside what is stored and what is in flight.
const PROGRAM_BYTES: u64 = 512 * MEBIBYTE;

/// HOME holds the server's metadata database; `/tmp` gets as much and room for a spooled object.
const SCRATCH_BYTES: u64 = 64 * MEBIBYTE;

/// What the server's database and its journal take for an object with a long key, generously.
const OBJECT_METADATA_BYTES: u64 = 4096;

/// A container that nothing gets out of, by the size of what it is to hold.
///
/// `stored_bytes` sizes the file system at `/data`, `largest_object_bytes` what may be in flight.
pub(super) fn isolated(image: &str, run_id: &str, info: &SystemInfo, sizes: Sizes) -> ContainerCreateBody {
    let roomy = sizes.stored_bytes + sizes.stored_bytes / 8 + 2 * sizes.largest_object_bytes + SCRATCH_BYTES;
    let data = sizes.data_limit_bytes.unwrap_or(roomy);
    let temporary = SCRATCH_BYTES + 2 * sizes.largest_object_bytes;
    let home = SCRATCH_BYTES + sizes.objects * OBJECT_METADATA_BYTES;
    let memory = PROGRAM_BYTES + data + temporary + home + 4 * sizes.largest_object_bytes;
    let memory = i64::try_from(memory).unwrap_or(i64::MAX);
    let tmpfs = |bytes: u64| format!("rw,nosuid,nodev,noexec,size={bytes},uid=10001,gid=10001,mode=0700");
    // A daemon without the controller for a limit refuses the container rather than the limit.
    let supported = |flag: Option<bool>| flag.unwrap_or(true);
    ContainerCreateBody {
        image: Some(image.into()),
        user: Some(USER.into()),
        working_dir: Some("/".into()),
        env: Some(environment()),
        labels: Some(labels::of_run(run_id)),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        host_config: Some(HostConfig {
            readonly_rootfs: Some(true),
            tmpfs: Some(HashMap::from([
                ("/data".to_owned(), tmpfs(data)),
                ("/tmp".to_owned(), tmpfs(temporary)),
                ("/home/s3ci".to_owned(), tmpfs(home)),
            ])),
            cap_drop: Some(vec!["ALL".into()]),
            security_opt: Some(vec!["no-new-privileges:true".into()]),
            memory: supported(info.memory_limit).then_some(memory),
            memory_swap: (supported(info.memory_limit) && supported(info.swap_limit)).then_some(memory),
            nano_cpus: supported(info.cpu_cfs_quota).then(|| info.ncpu.unwrap_or(2).clamp(1, 2) * 1_000_000_000),
            pids_limit: supported(info.pids_limit).then_some(256),
            // The output is attached to from the first byte on; nobody reads a copy on the daemon's disk.
            log_config: Some(HostConfigLogConfig { typ: Some("none".into()), config: None }),
            network_mode: Some("none".into()),
            auto_remove: Some(true),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// What sizes a container's file systems and its memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    /// The most that is stored at one time.
    pub(super) stored_bytes: u64,
    /// The largest single object.
    pub(super) largest_object_bytes: u64,
    /// The most objects.
    pub(super) objects: u64,
    /// The size of the file system at `/data`, where it is not to follow from the others.
    pub(super) data_limit_bytes: Option<u64>,
}

/// Output comes at once, in plain text and in long lines; nothing is compiled at run time, for nothing could be kept.
fn environment() -> Vec<String> {
    ["HOME=/home/s3ci", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "NO_COLOR=1", "TERM=dumb", "COLUMNS=160"]
        .map(str::to_owned)
        .to_vec()
}

/// The container of a server.
pub(super) fn of_server(
    image: &str,
    run_id: &str,
    info: &SystemInfo,
    network: &RunNetwork,
    spec: &ServerSpec,
    capabilities: &Capabilities,
) -> ContainerCreateBody {
    let sizes = Sizes {
        stored_bytes: spec.data_bytes,
        largest_object_bytes: spec.largest_object_bytes,
        objects: spec.objects,
        data_limit_bytes: spec.data_limit_bytes,
    };
    let mut body = isolated(image, run_id, info, sizes);
    body.entrypoint = Some(["/bin/sh", "-c", SUPERVISE, "s3ci"].map(str::to_owned).to_vec());
    body.cmd = Some(command(spec, capabilities, Place::FIRST));
    body.attach_stdin = Some(true);
    body.open_stdin = Some(true);
    body.stdin_once = Some(true);
    if let Some(host) = &mut body.host_config {
        host.network_mode = Some(network.name.clone());
        // Docker's own resolver forwards to this address from inside the container, where nobody listens.
        host.dns = Some(vec!["127.0.0.1".into()]);
        host.dns_options = Some(vec!["timeout:1".into(), "attempts:1".into()]);
        if let Route::Published { bind, port, .. } = &network.route {
            let binding = PortBinding {
                host_ip: Some((*bind).into()),
                host_port: Some(port.map_or_else(String::new, |port| port.to_string())),
            };
            host.port_bindings = Some(HashMap::from([(format!("{PORT}/tcp"), Some(vec![binding]))]));
            body.exposed_ports = Some(vec![format!("{PORT}/tcp")]);
        }
    }
    body
}

/// Where a server of a container stores and listens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The data directory.
    pub(super) data: &'static str,
    /// The port.
    pub(super) port: u16,
}

impl Place {
    /// The server that the container is for.
    pub(super) const FIRST: Self = Self { data: "/data", port: PORT };
    /// One beside it, with the same HOME and data of its own.
    pub(super) const SECOND: Self = Self { data: "/tmp/data-of-a-neighbour", port: PORT + 1 };
}

/// The command line of a server.
pub(super) fn command(spec: &ServerSpec, capabilities: &Capabilities, place: Place) -> Vec<String> {
    let listen = format!(":{}", place.port);
    let mut command: Vec<String> =
        ["pys3local", "serve", "--path", place.data, "--listen", &listen, "--backend", spec.backend.name()]
            .map(str::to_owned)
            .to_vec();
    match &spec.credentials {
        None => command.push("--no-auth".into()),
        Some(credentials) => command.extend([
            "--access-key-id".into(),
            credentials.access_key.clone(),
            "--secret-access-key".into(),
            credentials.secret_key.clone(),
        ]),
    }
    if spec.bucket_mode == BucketMode::Custom && capabilities.allow_bucket_creation {
        command.push("--allow-bucket-creation".into());
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{Backend, Credentials};

    fn spec() -> ServerSpec {
        ServerSpec {
            label: "test".into(),
            backend: Backend::Local,
            bucket_mode: BucketMode::Custom,
            credentials: None,
            data_bytes: 80 * MEBIBYTE,
            largest_object_bytes: MEBIBYTE,
            objects: 100,
            data_limit_bytes: None,
        }
    }

    #[test]
    fn custom_buckets_are_a_flag_only_where_the_server_has_it() {
        let flag = "--allow-bucket-creation".to_owned();
        let newer = Capabilities { version: None, allow_bucket_creation: true };
        let older = Capabilities { version: None, allow_bucket_creation: false };
        let command = |spec: &ServerSpec, capabilities| command(spec, capabilities, Place::FIRST);
        assert!(command(&spec(), &newer).contains(&flag));
        assert!(!command(&spec(), &older).contains(&flag));
        let default = ServerSpec { bucket_mode: BucketMode::Default, ..spec() };
        assert!(!command(&default, &newer).contains(&flag));
    }

    #[test]
    fn credentials_replace_no_auth() {
        let credentials = Credentials { access_key: "key".into(), secret_key: "secret".into() };
        let signed = ServerSpec { credentials: Some(credentials), ..spec() };
        let newer = Capabilities { version: None, allow_bucket_creation: true };
        assert!(command(&spec(), &newer, Place::FIRST).contains(&"--no-auth".to_owned()));
        let command = command(&signed, &newer, Place::FIRST);
        assert!(!command.contains(&"--no-auth".to_owned()));
        assert!(command.windows(2).any(|pair| pair == ["--secret-access-key", "secret"]));
    }

    #[test]
    fn limits_that_the_daemon_cannot_hold_are_not_asked_for() {
        let info =
            SystemInfo { cpu_cfs_quota: Some(false), pids_limit: Some(false), ncpu: Some(8), ..Default::default() };
        let host = isolated("image", "run", &info, Sizes::default()).host_config.unwrap();
        assert_eq!((host.nano_cpus, host.pids_limit), (None, None));
        let host = isolated("image", "run", &SystemInfo::default(), Sizes::default()).host_config.unwrap();
        assert_eq!((host.nano_cpus, host.pids_limit), (Some(2_000_000_000), Some(256)));
    }

    #[test]
    fn the_data_file_system_has_the_size_that_is_asked_for() {
        let data = |data_limit_bytes| {
            let sizes = Sizes { stored_bytes: 8 * MEBIBYTE, data_limit_bytes, ..Sizes::default() };
            let host = isolated("image", "run", &SystemInfo::default(), sizes).host_config.unwrap();
            host.tmpfs.unwrap()["/data"].clone()
        };
        assert!(data(Some(4096)).contains(",size=4096,"));
        assert!(data(None).contains(&format!(",size={},", 73 * MEBIBYTE)));
    }
}
