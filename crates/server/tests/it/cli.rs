//! Tests of the command line, by running the program.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use beckon_server::http::password::Passwords;
use beckon_server::store::Store;
use beckon_server::store::user::{Role, find_user_by_email};

fn beckon(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BECKON_")) {
        command.env_remove(name);
    }
    command.current_dir(dir).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_made_user_can_sign_in_with_the_printed_password() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["user", "create", "--email", "Root@Example.test", "--role", "admin", "--data", "data"];
    let output = run(beckon(dir.path()).args(arguments), "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let password = printed.lines().find_map(|line| line.strip_prefix("Password: ")).unwrap();
    let store = Store::open_sqlite(&dir.path().join("data")).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let user = find_user_by_email(&mut tx, "root@example.test").await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.role.0), ("root", Role::Admin));
    assert!(Passwords::new().matches(password.to_owned(), Some(user.password_hash)).await);
}

#[tokio::test]
async fn a_given_password_is_kept_and_not_printed() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = [
        "user",
        "create",
        "--email",
        "a@example.test",
        "--role",
        "agent",
        "--name",
        "Alice",
        "--password-stdin",
    ];
    let output = run(beckon(dir.path()).env("BECKON_DATA", "elsewhere").args(arguments), "correct horse\n");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(!text(&output.stdout).contains("horse"));
    let store = Store::open_sqlite(&dir.path().join("elsewhere")).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let user = find_user_by_email(&mut tx, "a@example.test").await.unwrap().unwrap();
    assert_eq!(user.name, "Alice");
    assert!(Passwords::new().matches("correct horse".to_owned(), Some(user.password_hash)).await);
}

#[test]
fn what_cannot_be_done_is_said_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let create = ["user", "create", "--email", "a@example.test", "--role", "agent", "--password-stdin"];
    assert!(run(beckon(dir.path()).args(create), "correct horse").status.success());
    for (arguments, input, expected) in [
        (create.as_slice(), "correct horse", "there is a user with the e-mail a@example.test already"),
        (&create, "short", "password has less than 10 characters"),
        (&["user", "create", "--email", "a", "--role", "agent"], "", "email is not an e-mail address"),
        (
            &["user", "create", "--email", "a@b.test", "--role", "boss"],
            "",
            "possible values: agent, supervisor, admin",
        ),
        (&["serve", "--lisen", "127.0.0.1:0"], "", "'--listen'"),
        (&["serve", "--listen", "here"], "", "invalid value 'here'"),
        (&["serve", "--data", "a", "--database-url", "postgres://b"], "", "cannot be used with"),
        (&["serve", "--database-url", "mysql://b"], "", "does not begin with postgres://"),
        (&["serve", "--config", "none.toml"], "", "cannot read none.toml"),
        (&["sevre"], "", "'serve'"),
    ] {
        let output = run(beckon(dir.path()).args(arguments), input);
        assert!(!output.status.success(), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    let output = run(beckon(dir.path()).env("BECKON_LISEN", "x").arg("serve"), "");
    assert!(text(&output.stderr).contains("BECKON_LISEN: unknown field `lisen`"), "{}", text(&output.stderr));
}

// spec: N-6
#[test]
fn the_log_is_one_json_object_a_line_when_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data", "data", "--log-format", "json"];
    let mut server = beckon(dir.path()).args(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
    assert!(entry["level"].is_string() && entry["timestamp"].is_string() && entry["message"].is_string());
    let wrong = run(beckon(dir.path()).env("BECKON_LOG_FORMAT", "xml").arg("serve"), "");
    assert!(text(&wrong.stderr).contains("BECKON_LOG_FORMAT"), "{}", text(&wrong.stderr));
}

#[test]
fn help_names_every_setting_in_all_its_places() {
    let dir = tempfile::tempdir().unwrap();
    let help = text(&run(beckon(dir.path()).args(["serve", "--help"]), "").stdout);
    for name in [
        "listen",
        "data",
        "database-url",
        "secret-key",
        "secret-key-file",
        "nats-url",
        "metrics-listen",
        "trusted-proxies",
        "drain-s",
        "log",
        "log-format",
        "config",
    ] {
        let variable = format!("BECKON_{}", name.replace('-', "_").to_uppercase());
        assert!(help.contains(&format!("--{name} ")) && help.contains(&variable), "{name}: {help}");
    }
    let version = text(&run(beckon(dir.path()).arg("--version"), "").stdout);
    assert_eq!(version, format!("beckon {}\n", env!("CARGO_PKG_VERSION")));
}
