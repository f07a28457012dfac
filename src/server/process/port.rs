//! Ports on loopback: finds a free one, and checks that it is the server that listens there.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use crate::server::error::{ProcessError, ServerError};

/// A port that is free now; another process may take it at any moment.
pub(super) fn ephemeral() -> Result<u16, ServerError> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    Ok(bound.map_err(|source| ProcessError::Port { port: 0, source })?.port())
}

/// Checks that a port can be listened on.
pub(super) fn check_free(port: u16) -> Result<(), ServerError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(ServerError::PortInUse { port }),
        Err(source) => Err(ProcessError::Port { port, source }.into()),
    }
}

/// Whether log lines say that a server could not get its port.
pub(super) fn is_taken_according_to(lines: &[String]) -> bool {
    let tells = |line: &str| line.contains("address already in use") || line.contains("[winerror 10048]");
    lines.iter().any(|line| tells(&line.to_lowercase()))
}

/// Whether it is this process that listens on the port; none if the system does not know.
///
/// Another server that took the port in the meantime would answer just as well, and s3ci would judge that server.
#[cfg(target_os = "linux")]
pub(super) fn is_held_by(pid: u32, port: u16) -> Option<bool> {
    let table = std::fs::read_to_string(format!("/proc/{pid}/net/tcp")).ok()?;
    let held: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .ok()?
        .flatten()
        .filter_map(|entry| Some(std::fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned()))
        .collect();
    let inodes = listeners(&table, port);
    Some(inodes.iter().any(|inode| held.contains(&format!("socket:[{inode}]"))))
}

/// Whether it is this process that listens on the port; none if the system does not know.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_held_by(_pid: u32, _port: u16) -> Option<bool> {
    None
}

/// Inodes of the sockets that listen on a port, in a table with the layout of /proc/net/tcp.
#[cfg(target_os = "linux")]
fn listeners(table: &str, port: u16) -> Vec<&str> {
    const LISTENING: &str = "0A";
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.get(1).is_some_and(|local| local.ends_with(&format!(":{port:04X}"))))
        .filter(|row| row.get(3) == Some(&LISTENING))
        .filter_map(|row| row.get(9).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_noticed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(matches!(check_free(port), Err(ServerError::PortInUse { port: taken }) if taken == port));
        drop(listener);
        assert!(check_free(port).is_ok());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_listener_on_a_port_is_known() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(is_held_by(std::process::id(), port), Some(true));
        drop(listener);
        assert_eq!(is_held_by(std::process::id(), port), Some(false));
    }

    #[test]
    fn a_servers_complaint_about_its_port_is_understood() {
        let complaint = "ERROR: [Errno 98] error while attempting to bind: Address already in use".to_owned();
        assert!(is_taken_according_to(&["Starting".to_owned(), complaint]));
        assert!(!is_taken_according_to(&["Starting".to_owned()]));
    }
}
