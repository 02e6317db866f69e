//! `weco-daemon`: see [`weco_daemon`].

fn main() -> std::process::ExitCode {
    weco_daemon::main_impl()
}
