//! The clients' own container, beside a server that s3ci runs: cut off, unprivileged, without anything of its user's, gone with s3ci.

use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::s3ci;
use crate::daemon::{belongings, docker, wait_until};
use crate::images::PINNED;

/// What a user has in the environment, and no client may see.
const LEAK: &str = "leaked-from-the-host";

/// A run of the clients that goes on until it is stopped.
struct Going {
    child: Child,
    #[expect(dead_code, reason = "held, not used: the reports go with it")]
    reports: TempDir,
}

impl Going {
    /// Starts it, and waits until the clients' container runs.
    fn start() -> (Self, String) {
        LazyLock::force(&PINNED);
        let reports = tempfile::tempdir().unwrap();
        let names = ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "RCLONE_S3_ENDPOINT", "RESTIC_PASSWORD"];
        let child = s3ci()
            .args(["run", "clients/local", "--runtime", "docker", "--out"])
            .arg(reports.path())
            .envs(names.map(|name| (name, LEAK)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let going = Self { child, reports };
        let toolbox = || belongings(going.child.id()).0.into_iter().find(|name| name.ends_with("-toolbox"));
        // One that is just being made cannot be inspected.
        let runs = |name: String| !docker(&["ps", "--quiet", "--filter", &format!("name={name}")]).is_empty();
        wait_until("the clients' container runs", Duration::from_mins(2), || toolbox().is_some_and(runs));
        let name = toolbox().unwrap();
        (going, name)
    }

    fn has_nothing(&self) -> bool {
        belongings(self.child.id()) == (vec![], vec![])
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tries to connect, as the agent's own Python would; what it prints.
fn connect_from(container: &str, host: &str, port: u16) -> String {
    let script = format!(
        "import socket\ntry:\n    socket.create_connection(('{host}', {port}), 2)\n    print('connected')\nexcept OSError as error:\n    print('no way', error)"
    );
    docker(&["exec", container, "python3", "-c", &script]).join(" ")
}

#[test]
fn clients_are_cut_off_unprivileged_and_see_nothing_of_their_user() {
    let (going, toolbox) = Going::start();
    let inspected: Value = serde_json::from_str(&docker(&["inspect", &toolbox]).join("\n")).unwrap();
    let (host, config) = (&inspected[0]["HostConfig"], &inspected[0]["Config"]);
    assert_eq!(config["User"], "10001:10001");
    assert_eq!((&host["ReadonlyRootfs"], &host["Privileged"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!(host["CapDrop"], serde_json::json!(["ALL"]));
    assert_eq!(host["SecurityOpt"], serde_json::json!(["no-new-privileges:true"]));
    assert!(
        host["Binds"].is_null() && host["PortBindings"].as_object().is_none_or(serde_json::Map::is_empty),
        "{host}"
    );
    assert!(host["Memory"].as_u64() > Some(0) && host["PidsLimit"].as_u64() > Some(0), "{host}");
    assert!(!inspected.to_string().contains(LEAK), "{inspected}");

    // What the programs that run there see: everything under /proc, until a client has been among them.
    let environments = "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'";
    let seen = || docker(&["exec", &toolbox, "sh", "-c", environments]).join("\n");
    wait_until("a client is at work", Duration::from_mins(1), || {
        let seen = seen();
        assert!(!seen.contains(LEAK), "{seen}");
        ["RCLONE_CONFIG_S3CI_ENDPOINT=", "AWS_EC2_METADATA_DISABLED="].iter().any(|variable| seen.contains(variable))
    });

    // Neither the world nor another address of this machine, where somebody listens; the server it is for, yes.
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("192.0.2.1:9").unwrap();
    let own = socket.local_addr().unwrap().ip().to_string();
    for (host, port) in [(own.as_str(), port), ("192.0.2.1", 80), ("1.1.1.1", 443)] {
        let said = connect_from(&toolbox, host, port);
        assert!(said.starts_with("no way"), "{host}: {said}");
    }
    let server = belongings(going.child.id()).0.into_iter().find(|name| *name != toolbox).expect("a server");
    let address = docker(&["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", &server]);
    assert_eq!(connect_from(&toolbox, &address[0], 10001), "connected");
    let refused = "touch /usr/x 2>/dev/null || echo read-only; id -u; cat /proc/self/status | grep CapEff";
    let said = docker(&["exec", &toolbox, "sh", "-c", refused]);
    assert_eq!(said[..2], ["read-only", "10001"], "{said:?}");
    assert!(said[2].ends_with("0000000000000000"), "{said:?}");
}

#[test]
fn clients_and_their_server_are_gone_after_s3ci_was_killed() {
    let (mut going, _) = Going::start();
    going.child.kill().unwrap();
    going.child.wait().unwrap();
    wait_until("nothing is left", Duration::from_secs(30), || going.has_nothing());
}
