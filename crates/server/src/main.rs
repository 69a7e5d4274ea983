//! The `beckon` binary.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match beckon_server::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("beckon: {error:#}");
            ExitCode::FAILURE
        }
    }
}
