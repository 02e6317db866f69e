//! The real daemon, for the end-to-end tests.

fn main() -> std::process::ExitCode {
    weco_daemon::main_impl()
}
