//! The real client, for the end-to-end tests.

fn main() -> std::process::ExitCode {
    weco_ctl::main_impl()
}
