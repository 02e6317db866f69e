//! Where it is served, and who is told.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

use weco_tests::eventually;

use crate::common::{builtin, quadratic, world};
use crate::support::{
    Parts, ask, configure, free_port, job, left_to_the_daemon, parts, url, world_with_dashboard,
};

#[test]
fn the_url_leads_to_the_page_and_stays_the_same() {
    let world = world_with_dashboard();
    let first = url(&world);
    let Parts { port, token, .. } = parts(&first);
    let headers = [format!("Host: localhost:{port}"), format!("Authorization: Bearer {token}")];
    let page = ask(port, "GET /", &headers, "");
    assert!(page.status == 200 && page.body.contains("<script"), "{page:?}");
    world.kill_daemon();
    assert_eq!(url(&world), first);
}

#[test]
fn another_port_is_taken_when_the_configured_one_is_not_free() {
    for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let Ok(other) = TcpListener::bind((address, 0)) else { continue };
        let world = world();
        let taken = other.local_addr().unwrap().port();
        configure(&world, &format!("port = {taken}"));
        let Parts { port, .. } = parts(&url(&world));
        assert_ne!(port, taken, "{address}");
        assert_eq!(ask(port, "GET /healthz", &[format!("Host: 127.0.0.1:{port}")], "").body, "ok");
    }
}

#[test]
fn without_a_dashboard_that_is_said() {
    let world = world();
    configure(&world, &format!("enabled = false\nport = {}", free_port()));
    let output = world.weco(&["dashboard", "--url"]);
    assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{output:?}");
    assert!(output.stderr.contains("the dashboard is not served"), "{output:?}");
    assert!(output.stderr.contains("config.toml"), "{output:?}");
    quadratic(&world);
    let run = world.weco(&builtin("model.py", &["-n", "1"]));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("http://"), "{run:?}");
}

#[test]
fn a_run_says_where_it_is_shown() {
    let mut world = world_with_dashboard();
    // Where there is a display, a browser is opened, unless the run is left to the daemon or nobody wants it: then
    // whatever opens pages must not be called.
    let opened = world.work().join("opened");
    for name in ["xdg-open", "gio", "gnome-open", "kde-open", "wslview"] {
        let program =
            world.write(&format!("bin/{name}"), &format!("#!/bin/sh\necho \"$*\" >'{}'\n", opened.display()));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(program, mode).unwrap();
    }
    let path = format!("{}:{}", world.work().join("bin").display(), world.environment()["PATH"]);
    world.set("PATH", path);
    world.set("DISPLAY", ":99");
    job(&world, 0.0);
    let printed = url(&world);
    let Parts { host, port, token } = parts(&printed);
    let shown = format!("http://{host}:{port}/runs/");
    for more in [&["-n", "1", "--no-open"][..], &["-n", "1"]] {
        let run = world.weco(&builtin("model.py", more));
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains(&shown) && run.stdout.contains(&token), "{run:?}");
    }
    let run = world.weco(&left_to_the_daemon(&["-n", "1"]));
    assert!(run.stdout.contains(&shown), "{run:?}");
    assert!(!opened.exists(), "nobody sits before these");

    // What is opened is a file that leads there: arguments are shown to all users.
    let shown = world.weco(&["dashboard"]);
    assert_eq!(shown.stdout.trim(), printed, "{shown:?}");
    let file =
        eventually("it is opened", || fs::read_to_string(&opened).ok().filter(|it| it.ends_with('\n')));
    assert!(!file.contains(&token), "{file}");
    assert!(fs::read_to_string(file.trim()).unwrap().contains(&printed), "{file}");
}
