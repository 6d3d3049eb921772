use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::time::Duration;

use goalpost_core::isolation::IsolationLevel::{Full, Landlock};

use crate::support::{Folder, assert_succeeds_without_walls, assert_withstands, sh, skip, walls};

#[test]
fn without_network_not_even_the_hosts_loopback_is_reached() {
    let workspace = Folder::new();
    let (tcp, udp) = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    tcp.set_nonblocking(true).unwrap();
    udp.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let env =
        [("TCP", tcp.local_addr().unwrap().port().to_string()), ("UDP", udp.local_addr().unwrap().port().to_string())];
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        assert_withstands(walls(level, workspace.path()), workspace.path(), "reach_the_host", &env);
        assert!(tcp.accept().is_err() && udp.recv(&mut [0; 16]).is_err(), "{level}");
    }
    assert_succeeds_without_walls(workspace.path(), "reach_the_host", &env);
    tcp.accept().unwrap();
}

#[test]
fn with_network_the_host_is_reached_but_not_its_services() {
    let (workspace, home) = (Folder::new(), Folder::new());
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = home.path().join("agent.sock");
    let _service = UnixListener::bind(&place).unwrap();
    let name = format!("goalpost-test-{}", std::process::id());
    let _abstract = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let mut sockets = vec![place.display().to_string()];
    sockets.extend(["/run/dbus/system_bus_socket", "/run/docker.sock", "/var/run/docker.sock"].map(String::from));
    let env = [("SOCKETS", sockets.join(":")), ("ABSTRACT", name)];
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        for network in [false, true] {
            let mut spec = walls(level, workspace.path());
            spec.network = network;
            // A read-only file system does not keep anyone from connecting, so it is shown.
            spec.readonly.push(home.path().to_owned());
            assert_withstands(spec, workspace.path(), "reach_a_service", &env);
        }
        let mut spec = walls(level, workspace.path());
        spec.network = true;
        let port = tcp.local_addr().unwrap().port();
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached");
        let ended =
            crate::support::ended(crate::support::command(spec, workspace.path(), &["/bin/bash", "-c", &script]))
                .unwrap();
        assert_eq!(ended.output.bytes, b"reached\n", "{level}");
    }
    assert_succeeds_without_walls(workspace.path(), "reach_a_service", &env);
}

/// Not a test: a service that listens on a path relative to where it was started, until it is killed.
#[test]
#[ignore = "run by the tests in a process of its own"]
fn listen_here() {
    let _service = UnixListener::bind("relative.sock").unwrap();
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn a_service_that_was_bound_by_a_relative_path_is_out_of_reach_too() {
    let workspace = Folder::new();
    let mut service = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "network::listen_here", "--ignored", "--quiet"])
        .current_dir(workspace.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let place = workspace.path().join("relative.sock");
    while !place.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let env = [("SOCKETS", place.display().to_string()), ("ABSTRACT", format!("none-{}", std::process::id()))];
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let mut spec = walls(level, workspace.path());
        spec.network = true;
        assert_withstands(spec, workspace.path(), "reach_a_service", &env);
    }
    assert_succeeds_without_walls(workspace.path(), "reach_a_service", &env);
    service.kill().unwrap();
    service.wait().unwrap();
}

#[test]
fn a_gate_may_use_a_loopback_of_its_own() {
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let script = r"
import socket, threading
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
a, b = socket.socketpair()
path = 'service.sock'
unix = socket.socket(socket.AF_UNIX); unix.bind(path); unix.listen()
socket.socket(socket.AF_UNIX).connect(path)
print('connected')
";
    let file = workspace.write("check.py", script);
    if !std::path::Path::new("/usr/bin/python3").exists() {
        println!("skipped: no /usr/bin/python3");
        return;
    }
    let (code, output) =
        sh(walls(Full, workspace.path()), workspace.path(), &format!("/usr/bin/python3 {}", file.display()));
    assert_eq!((code, output.as_str()), (0, "connected\n"));
}
