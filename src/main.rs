use std::process::ExitCode;

fn main() -> ExitCode {
    inroad::cli::run()
}
