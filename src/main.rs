//! The `keytrail` program: parse, run, exit code.

fn main() -> std::process::ExitCode {
    keytrail::cli::main()
}
