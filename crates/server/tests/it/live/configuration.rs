//! Proves `beckon config` against a real server: a file comes out, is compared, and goes in.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::program::Place;
use super::shop::Plan;
use crate::harness::with_sqlite;

/// The command line beside a server.
struct CommandLine<'a> {
    dir: &'a Path,
    server: SocketAddr,
    token: String,
}

impl CommandLine<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BECKON_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.dir)
            .env("BECKON_SERVER", format!("http://{}", self.server))
            .env("BECKON_TOKEN", &self.token)
            .arg("config")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What a command says that must succeed.
    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    fn read(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.dir.join("beckon.json")).unwrap()).unwrap()
    }

    fn write(&self, file: &Value) {
        std::fs::write(self.dir.join("beckon.json"), file.to_string()).unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

// spec: A-4
#[tokio::test]
async fn a_configuration_comes_out_is_compared_and_goes_in() {
    with_sqlite(async |database| {
        let place = Place::open(database, Plan::default()).await;
        let ada = place.console("Ada").await;
        let new = json!({"name": "Deploy", "scopes": ["administration:write"]});
        let (status, made) = ada.send("POST", "/api/v1/api-tokens", &new).await;
        assert_eq!(status, 201, "{made}");
        let dir = tempfile::tempdir().unwrap();
        let token = made["token"].as_str().unwrap().to_owned();
        let beckon = CommandLine { dir: dir.path(), server: place.address(), token };

        beckon.done(&["export", "--output", "beckon.json"]);
        let mut file = beckon.read();
        let schema = format!("http://{}/api/configuration.schema.json", place.address());
        assert_eq!(file["$schema"], json!(schema));
        assert_eq!(beckon.done(&["plan", "--exit-code", "beckon.json"]), "Everything is as the file says.\n");

        let rule = file["sites"][0]["rules"][0]["name"].as_str().unwrap().to_owned();
        file["sites"][0]["rules"][0]["priority"] = json!(77);
        beckon.write(&file);
        let plan = beckon.run(&["plan", "--exit-code", "beckon.json"]);
        assert_eq!(plan.status.code(), Some(2));
        let said = text(&plan.stdout);
        assert!(said.contains(&format!("~ rule \"{rule}\"")) && said.contains("/priority: "), "{said}");
        assert!(said.ends_with("0 to make, 1 to change, 0 to remove.\n"), "{said}");

        let asked = beckon.run(&["apply", "beckon.json"]);
        assert!(!asked.status.success() && text(&asked.stderr).contains("--yes"), "{}", text(&asked.stderr));
        assert!(beckon.done(&["apply", "--yes", "beckon.json"]).ends_with("Done.\n"));
        assert_eq!(beckon.done(&["plan", "beckon.json"]), "Everything is as the file says.\n");

        file["sites"][0]["rules"][0]["plan"]["queue"] = json!("Nowhere");
        beckon.write(&file);
        let refused = text(&beckon.run(&["apply", "--yes", "beckon.json"]).stderr);
        assert!(refused.contains("/sites/0/rules/0/plan/queue is no queue of this site"), "{refused}");

        let nobody = CommandLine { token: "beckon_none".to_owned(), ..beckon };
        let refused = text(&nobody.run(&["plan", "beckon.json"]).stderr);
        assert!(refused.contains("the API token is not known"), "{refused}");
        let away = CommandLine { server: SocketAddr::from(([127, 0, 0, 1], 1)), ..nobody };
        let refused = text(&away.run(&["plan", "beckon.json"]).stderr);
        assert!(refused.contains("cannot be reached"), "{refused}");
    })
    .await;
}
