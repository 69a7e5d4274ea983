//! Requests that schemathesis makes out of the description of the REST interface, sent to a server of their own: none may make
//! it fail, and no answer may be one that the description does not know. How they are signed in stands in `schemathesis`.

use std::process::Command;

use anyhow::Context;

use crate::packages;
use crate::service::{Service, bound_to_us, free_port};
use crate::workspace::{self, root, target};

/// What must hold of every answer: no failure, and status, type and body as described.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// What is tried without a time: the bounds of every field, and so many requests more for each route.
const EXAMPLES: &str = "5";
/// As many as there is time for.
const EXAMPLES_MAX: &str = "1000";
/// An administrator of the sample data.
const USER: &str = "admin@demo.test beckon-demo";

/// Starts a server with sample data and sends requests, for so long where a time is given.
///
/// # Errors
/// When an answer is not as it should be; what was printed names a command that sends the request again.
pub(crate) fn send(seconds: Option<u32>) -> anyhow::Result<()> {
    let program = packages::schemathesis()?;
    let folder = tempfile::Builder::new().prefix("beckon-generated-").tempdir()?;
    let (port, shop) = (free_port()?, free_port()?);
    let url = format!("http://127.0.0.1:{port}");
    let mut command = bound_to_us();
    command.arg(target()?.join("debug/beckon")).args(["demo", "--json", "--data"]);
    command.arg(folder.path().join("data"));
    command.args(["--listen", &format!("127.0.0.1:{port}"), "--shop-listen", &format!("127.0.0.1:{shop}")]);
    let log = folder.path().join("log");
    let mut service = Service::start("beckon", &mut command, log.clone())?;
    service.wait_until(|| std::fs::read_to_string(&log).is_ok_and(|log| log.contains("console")))?;
    let hooks = root().join("crates/xtask/schemathesis");
    let mut command = Command::new(program);
    command.arg("--config-file").arg(hooks.join("schemathesis.toml"));
    command.args(["run", &format!("{url}/api/openapi.json"), "--no-color", "--warnings", "off"]);
    command.args(["--checks", CHECKS, "--continue-on-failure"]);
    match seconds {
        None => command.args(["--phases", "fuzzing", "--seed", "1", "--max-examples", EXAMPLES]),
        // The bounds of every field too, which alone are more than a hundred requests a route.
        Some(seconds) => {
            command.args(["--phases", "coverage,fuzzing", "--max-time", &seconds.to_string()]);
            command.args(["--max-examples", EXAMPLES_MAX])
        }
    };
    command.env("BECKON_API_URL", &url).env("BECKON_API_USER", USER).current_dir(folder.path());
    command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &hooks).env("PYTHONDONTWRITEBYTECODE", "1");
    workspace::run_and_repeat(&mut command).with_context(|| {
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        format!("requests were not answered as described; the server said:\n{log}")
    })
}
