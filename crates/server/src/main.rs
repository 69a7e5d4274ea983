//! The `beckon` binary.

use std::process::ExitCode;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match beckon_server::cli::run().await {
        Ok(status) => status,
        Err(error) => {
            eprintln!("beckon: {error:#}");
            ExitCode::FAILURE
        }
    }
}
