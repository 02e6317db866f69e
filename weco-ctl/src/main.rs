//! `weco`.

fn main() -> std::process::ExitCode {
    weco_ctl::main_impl()
}
