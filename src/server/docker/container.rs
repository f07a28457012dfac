//! What a container is created with: the isolation that every container of s3ci gets, and what runs in it.
//!
//! Plain data for the daemon. Deliberately absent: talking to the daemon, and the arguments of a server (`description`).

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType, MountVolumeOptions,
    MountVolumeOptionsDriverConfig, PortBinding, SystemInfo,
};

use super::labels;
use super::network::{Route, RunNetwork};
use crate::server::clients::AGENT;
use crate::server::description::{PYS3LOCAL, Place};
use crate::server::inventory::{DATA, ROOT, path_in_data};
use crate::server::spec::ServerSpec;

const MEBIBYTE: u64 = 1024 * 1024;

/// The port that the server listens on inside its container.
pub(super) const PORT: u16 = PYS3LOCAL.start.port;

/// The same for a stand-in for the Drime API.
pub(super) const DRIME_PORT: u16 = 8080;

/// HOME of a server whose volume outlives it: it is on the volume too, beside the data root.
const HOME_ON_A_VOLUME: &str = "HOME=/data/home";

/// What holds a volume: it ends when its standard input does.
const HOLD: &str = "while read -r _; do :; done";

/// Finds the interpreter that pys3local itself uses, and becomes it.
pub(super) const WITH_ITS_PYTHON: &str = r#"
read -r interpreter < "$(command -v pys3local)"
exec "${interpreter#??}" "$@"
"#;

/// The script that runs as process 1; see its own comments.
const SUPERVISE: &str = include_str!("../../../docker/supervise.sh");

/// Memory of the programs that build and install packages.
const INSTALLER_BYTES: u64 = 1024 * MEBIBYTE;

/// User and group of everything in the container; the same in any image.
const USER: &str = "10001:10001";

/// HOME contains the server's metadata database; `/tmp` gets as much, and space for a spooled object.
const SCRATCH_BYTES: u64 = 64 * MEBIBYTE;

/// A container that nothing gets out of, by the size of what it is to hold.
///
/// `stored_bytes` sizes the file system at `/data`, `largest_object_bytes` what may be in flight.
pub(super) fn isolated(image: &str, run_id: &str, info: &SystemInfo, sizes: Sizes) -> ContainerCreateBody {
    let roomy = sizes.stored_bytes + sizes.stored_bytes / 8 + 2 * sizes.largest_object_bytes + SCRATCH_BYTES;
    let data = sizes.data_limit_bytes.unwrap_or(roomy);
    let temporary = SCRATCH_BYTES + 2 * sizes.largest_object_bytes;
    let home = sizes.home_bytes();
    let limits = &PYS3LOCAL.limits;
    let in_flight = limits.copies_in_memory * sizes.largest_object_bytes;
    let memory = limits.program_bytes + data + temporary + home + in_flight;
    let memory = i64::try_from(memory).unwrap_or(i64::MAX);
    let tmpfs = |bytes: u64| format!("rw,nosuid,nodev,noexec,{}", in_memory(bytes));
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
                (DATA.to_owned(), tmpfs(data)),
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

/// A file system in memory that belongs to the containers' user, as mount knows its options.
fn in_memory(bytes: u64) -> String {
    format!("size={bytes},uid=10001,gid=10001,mode=0700")
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

impl Sizes {
    /// The size of HOME, which contains the server's database.
    fn home_bytes(self) -> u64 {
        SCRATCH_BYTES + self.objects * PYS3LOCAL.limits.object_metadata_bytes
    }
}

/// Output comes at once, in plain text and in long lines; nothing is compiled at run time, for nothing could be kept.
fn environment() -> Vec<String> {
    ["HOME=/home/s3ci", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "NO_COLOR=1", "TERM=dumb", "COLUMNS=160"]
        .map(str::to_owned)
        .to_vec()
}

/// What every container of a run is made from.
#[derive(Clone, Copy)]
pub(super) struct ContainerSetup<'run> {
    /// Id of the image.
    pub(super) image: &'run str,
    /// Name of the run.
    pub(super) run_id: &'run str,
    /// What the daemon can hold.
    pub(super) info: &'run SystemInfo,
    pub(super) network: &'run RunNetwork,
}

/// The container of a server. Where another container holds a volume for it, it lives on that.
pub(super) fn of_server(
    setup: ContainerSetup<'_>,
    spec: &ServerSpec,
    command: Vec<String>,
    holder: Option<Holder<'_>>,
) -> ContainerCreateBody {
    let mut body = supervised(setup, sizes(spec), PORT, &setup.network.route, command);
    match holder {
        Some(Holder::OfAVolume(holder)) => {
            on_volume_of(&mut body, holder);
            with_its_home_there(&mut body);
        }
        Some(Holder::OfTheData(holder)) => on_volume_of(&mut body, holder),
        None => {}
    }
    body
}

/// The container that holds a server's data for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'run> {
    /// Longer than the server lives, and its HOME as well.
    OfAVolume(&'run str),
    /// To be looked at from there.
    OfTheData(&'run str),
}

/// The container that holds a volume for a server of this kind: it does nothing, and reaches nothing.
pub(super) fn of_volume(setup: ContainerSetup<'_>, spec: &ServerSpec) -> ContainerCreateBody {
    let sizes = sizes(spec);
    let mut body = isolated(setup.image, setup.run_id, setup.info, sizes);
    body.entrypoint = Some(["/bin/sh", "-c", HOLD].map(str::to_owned).to_vec());
    body.cmd = Some(Vec::new());
    on_a_lifeline(&mut body);
    if let Some(host) = &mut body.host_config {
        let bytes = host.tmpfs.as_mut().and_then(|file_systems| file_systems.remove(DATA));
        debug_assert!(bytes.is_some(), "the volume takes the place of the file system in memory");
        let room = sizes.stored_bytes + sizes.stored_bytes / 8 + 2 * sizes.largest_object_bytes + sizes.home_bytes();
        let options = [("type", "tmpfs".to_owned()), ("device", "tmpfs".to_owned()), ("o", in_memory(room))];
        let driver = MountVolumeOptionsDriverConfig {
            name: Some("local".into()),
            options: Some(options.map(|(name, value)| (name.to_owned(), value)).into()),
        };
        // Without a name it goes with the last container that it is mounted in.
        host.mounts = Some(vec![Mount {
            target: Some(DATA.into()),
            typ: Some(MountType::VOLUME),
            volume_options: Some(MountVolumeOptions {
                driver_config: Some(driver),
                labels: Some(labels::of_run(setup.run_id)),
                ..Default::default()
            }),
            ..Default::default()
        }]);
    }
    body
}

/// Puts a server's data on the volume that another container holds.
fn on_volume_of(body: &mut ContainerCreateBody, holder: &str) {
    if let Some(host) = &mut body.host_config {
        if let Some(file_systems) = &mut host.tmpfs {
            file_systems.remove(DATA);
        }
        host.volumes_from = Some(vec![holder.to_owned()]);
    }
}

/// Puts a server's HOME beside its data.
fn with_its_home_there(body: &mut ContainerCreateBody) {
    if let Some(environment) = &mut body.env {
        environment.retain(|variable| !variable.starts_with("HOME="));
        environment.push(HOME_ON_A_VOLUME.to_owned());
    }
}

/// The container of a stand-in for the Drime API. It keeps in memory what a server stores, and its port is fixed.
pub(super) fn of_drime(setup: ContainerSetup<'_>, spec: &ServerSpec, program: &str) -> ContainerCreateBody {
    let port = DRIME_PORT.to_string();
    let words = ["/bin/sh", "-c", WITH_ITS_PYTHON, "s3ci", "-c", program, "--host", "0.0.0.0", "--port", &port];
    let route = setup.network.route.clone().on_any_port();
    supervised(setup, sizes(spec), DRIME_PORT, &route, words.map(str::to_owned).to_vec())
}

fn sizes(spec: &ServerSpec) -> Sizes {
    Sizes {
        stored_bytes: spec.data_bytes,
        largest_object_bytes: spec.largest_object_bytes,
        objects: spec.objects,
        data_limit_bytes: spec.data_limit_bytes,
    }
}

/// A container whose program ends when its standard input does, and that is reached at a port.
fn supervised(
    setup: ContainerSetup<'_>,
    sizes: Sizes,
    port: u16,
    route: &Route,
    command: Vec<String>,
) -> ContainerCreateBody {
    let ContainerSetup { image, run_id, info, network } = setup;
    let mut body = isolated(image, run_id, info, sizes);
    body.entrypoint = Some(["/bin/sh", "-c", SUPERVISE, "s3ci"].map(str::to_owned).to_vec());
    body.cmd = Some(command);
    on_a_lifeline(&mut body);
    on_network(&mut body, network);
    if let (Route::Published { bind, port: published, .. }, Some(host)) = (route, &mut body.host_config) {
        let binding = PortBinding {
            host_ip: Some((*bind).into()),
            host_port: Some(published.map_or_else(String::new, |published| published.to_string())),
        };
        host.port_bindings = Some(HashMap::from([(format!("{port}/tcp"), Some(vec![binding]))]));
        body.exposed_ports = Some(vec![format!("{port}/tcp")]);
    }
    body
}

/// The container of clients: an agent that is told what to run, on the network of the server that they talk to.
pub(super) fn of_toolbox(
    image: &str,
    run_id: &str,
    info: &SystemInfo,
    network: Option<&RunNetwork>,
    room_bytes: u64,
) -> ContainerCreateBody {
    let sizes = Sizes { stored_bytes: room_bytes, ..Sizes::default() };
    let mut body = isolated(image, run_id, info, sizes);
    body.entrypoint = Some(["python3", "-c", AGENT, DATA].map(str::to_owned).to_vec());
    body.cmd = Some(Vec::new());
    on_a_lifeline(&mut body);
    match (network, &mut body.host_config) {
        (Some(network), _) => on_network(&mut body, network),
        // An endpoint is where this machine can reach it, which may be its loopback address.
        (None, Some(host)) => host.network_mode = Some("host".into()),
        (None, None) => {}
    }
    body
}

/// The container of a program of ours that tries the ways out of a network. In a `quick` one a neighbour that does not answer is given up
/// at once, where the daemon allows that.
pub(super) fn of_tries<'a>(
    setup: ContainerSetup<'_>,
    program: &str,
    arguments: impl Iterator<Item = &'a String>,
    quick: bool,
) -> ContainerCreateBody {
    let ContainerSetup { image, run_id, info, network } = setup;
    let mut body = isolated(image, run_id, info, Sizes::default());
    let words = ["python3", "-I", "-c", program].map(str::to_owned);
    body.entrypoint = Some(words.into_iter().chain(arguments.cloned()).collect());
    body.cmd = Some(Vec::new());
    on_network(&mut body, network);
    if let (true, Some(host)) = (quick, &mut body.host_config) {
        let settings = [("mcast_solicit", "1"), ("ucast_solicit", "1"), ("retrans_time_ms", "200")];
        let settings = settings.map(|(name, value)| (format!("net.ipv4.neigh.eth0.{name}"), value.to_owned()));
        host.sysctls = Some(settings.into());
    }
    body
}

/// The container in which packages are installed: as isolated as any, but that programs may run from its file systems in memory, and that
/// it reaches a package index where it has to.
pub(super) fn of_installation(
    image: &str,
    run_id: &str,
    info: &SystemInfo,
    script: [String; 3],
    room: Room,
    has_network: bool,
) -> ContainerCreateBody {
    let mut body = isolated(image, run_id, info, Sizes::default());
    let [script, what, bytes] = script;
    body.entrypoint = Some(["/bin/sh", "-c", &script, "s3ci", &what, &bytes].map(str::to_owned).to_vec());
    body.cmd = Some(Vec::new());
    on_a_lifeline(&mut body);
    if let Some(host) = &mut body.host_config {
        let in_memory =
            |(path, bytes): (&str, u64)| (path.to_owned(), format!("rw,nosuid,nodev,exec,{}", in_memory(bytes)));
        let places = [("/tmp", room.scratch_bytes), ("/opt", room.installed_bytes)];
        host.tmpfs = Some(places.into_iter().filter(|(_, bytes)| *bytes > 0).map(in_memory).collect());
        let memory = i64::try_from(room.scratch_bytes + room.installed_bytes + INSTALLER_BYTES).unwrap_or(i64::MAX);
        host.memory = host.memory.map(|_| memory);
        host.memory_swap = host.memory_swap.map(|_| memory);
        if has_network {
            host.network_mode = Some("default".into());
        }
    }
    body
}

/// What an installation may fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// For downloads, sources and what is made of them.
    pub(super) scratch_bytes: u64,
    /// For virtual environments; 0 where those of the image stay as they are.
    pub(super) installed_bytes: u64,
}

/// The container ends when s3ci lets go of its standard input.
fn on_a_lifeline(body: &mut ContainerCreateBody) {
    body.attach_stdin = Some(true);
    body.open_stdin = Some(true);
    body.stdin_once = Some(true);
}

/// Puts the container on a network of the run.
fn on_network(body: &mut ContainerCreateBody, network: &RunNetwork) {
    if let Some(host) = &mut body.host_config {
        host.network_mode = Some(network.name.clone());
        if !network.way_out {
            // Docker's own resolver forwards to this address from inside the container, where nobody listens.
            host.dns = Some(vec!["127.0.0.1".into()]);
            host.dns_options = Some(vec!["timeout:1".into(), "attempts:1".into()]);
        }
    }
}

/// Where the server stores and listens that a container is for.
pub(super) fn first_place(spec: &ServerSpec, on_a_volume: bool) -> Place {
    // On a volume HOME is beside the data root, and canaries are around it.
    let data = if on_a_volume || spec.canaries { path_in_data(ROOT) } else { DATA.to_owned() };
    Place { host: "0.0.0.0", port: PORT, data }
}

/// The same for a server beside it, with the same HOME and data of its own.
pub(super) fn second_place() -> Place {
    Place { host: "0.0.0.0", port: PORT + 1, data: "/tmp/data-of-the-second".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

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
