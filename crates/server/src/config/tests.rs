//! Proves which place wins, and that a wrong key or value is named.

use std::io::Write;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    let owned: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    owned.into_iter()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn refusal(result: anyhow::Result<Config>) -> String {
    let Err(error) = result else { panic!("it was taken") };
    format!("{error:#}")
}

#[test]
fn without_any_settings_there_are_defaults() {
    let config = load(Settings::default(), None, environment(&[])).unwrap();
    assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
    assert!(config.database == Database::Sqlite("./beckon-data".into()));
    assert_eq!((config.nats_url, config.metrics_listen, config.trusted_proxies), (None, None, 0));
    assert_eq!(config.log_format, LogFormat::Text);
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let file = file(
        "listen = '127.0.0.1:1'\nmetrics_listen = '127.0.0.1:2'\nlog = 'warn'\nlog_format = 'json'\ntrusted_proxies = 1",
    );
    let args = Settings { listen: Some("127.0.0.1:3".parse().unwrap()), ..Settings::default() };
    let variables = [
        ("BECKON_LISTEN", "127.0.0.1:4"),
        ("BECKON_METRICS_LISTEN", "127.0.0.1:5"),
        ("BECKON_TRUSTED_PROXIES", "2"),
        ("PATH", "/bin"),
        ("BECKON_TEST_POSTGRES_URL", "of the tests"),
    ];
    let config = load(args, Some(file.path()), environment(&variables)).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.metrics_listen.unwrap().port(), 5);
    assert_eq!(config.trusted_proxies, 2);
    assert_eq!((config.log.as_str(), config.log_format), ("warn", LogFormat::Json));
}

#[test]
fn the_environment_can_name_the_file() {
    let file = file("listen = '127.0.0.1:1'");
    let path = file.path().to_str().unwrap();
    let config = load(Settings::default(), None, environment(&[("BECKON_CONFIG", path)])).unwrap();
    assert_eq!(config.listen.port(), 1);
}

#[test]
fn the_highest_place_that_names_a_database_decides() {
    let file = file("database_url = 'postgres://db/beckon'");
    let from_file = load(Settings::default(), Some(file.path()), environment(&[])).unwrap();
    assert!(from_file.database == Database::Postgres("postgres://db/beckon".to_owned()));
    let args = Settings { data: Some("here".into()), ..Settings::default() };
    let from_args = load(args, Some(file.path()), environment(&[])).unwrap();
    assert!(from_args.database == Database::Sqlite("here".into()));
    let both = [("BECKON_DATA", "x"), ("BECKON_DATABASE_URL", "postgres://y")];
    let refused = refusal(load(Settings::default(), None, environment(&both)));
    assert!(refused.contains("the environment names both"), "{refused}");
    let mysql = [("BECKON_DATABASE_URL", "mysql://y")];
    let refused = refusal(load(Settings::default(), None, environment(&mysql)));
    assert!(refused.contains("postgres://"), "{refused}");
}

#[test]
fn what_is_unknown_or_wrong_is_named() {
    let lisen = file("lisen = '127.0.0.1:1'");
    let refused = refusal(load(Settings::default(), Some(lisen.path()), environment(&[])));
    assert!(refused.contains("unknown field `lisen`"), "{refused}");
    let refused = refusal(load(Settings::default(), None, environment(&[("BECKON_LISEN", "x")])));
    assert!(refused.contains("BECKON_LISEN") && refused.contains("unknown field"), "{refused}");
    let refused = refusal(load(Settings::default(), None, environment(&[("BECKON_LISTEN", "here")])));
    assert!(refused.contains("BECKON_LISTEN"), "{refused}");
    let refused =
        refusal(load(Settings::default(), None, environment(&[("BECKON_TRUSTED_PROXIES", "many")])));
    assert!(refused.contains("BECKON_TRUSTED_PROXIES"), "{refused}");
    let refused = refusal(load(Settings::default(), Some(Path::new("/not/there")), environment(&[])));
    assert!(refused.contains("/not/there"), "{refused}");
}

#[test]
fn mail_needs_a_server_and_a_sender() {
    let url = ("BECKON_SMTP_URL", "smtp://localhost");
    let from = ("BECKON_MAIL_FROM", "chat@shop.example");
    let config = load(Settings::default(), None, environment(&[url, from])).unwrap();
    assert!(config.mail.is_some_and(|mail| mail.smtp_url == url.1 && mail.from == from.1));
    let refused = refusal(load(Settings::default(), None, environment(&[url])));
    assert!(refused.contains("mail_from"), "{refused}");
    let refused = refusal(load(Settings::default(), None, environment(&[from])));
    assert!(refused.contains("smtp_url"), "{refused}");
    assert!(load(Settings::default(), None, environment(&[])).unwrap().mail.is_none());
}

#[test]
fn the_highest_place_that_names_a_key_decides() {
    let file = file("secret_key_file = '/etc/beckon/key'");
    let from_file = load(Settings::default(), Some(file.path()), environment(&[])).unwrap();
    assert!(from_file.secret_key == Some(SecretKey::InFile("/etc/beckon/key".into())));
    let named = [("BECKON_SECRET_KEY", "abc")];
    let from_environment = load(Settings::default(), Some(file.path()), environment(&named)).unwrap();
    assert!(from_environment.secret_key == Some(SecretKey::Written("abc".to_owned())));
    let both = [("BECKON_SECRET_KEY", "abc"), ("BECKON_SECRET_KEY_FILE", "key")];
    let refused = refusal(load(Settings::default(), None, environment(&both)));
    assert!(refused.contains("the environment names both"), "{refused}");
    assert!(load(Settings::default(), None, environment(&[])).unwrap().secret_key.is_none());
}

#[test]
fn a_stop_takes_its_time_where_there_is_another_server_to_move_to() {
    let drain_s =
        |pairs: &[(&str, &str)]| load(Settings::default(), None, environment(pairs)).unwrap().drain.as_secs();
    let postgres = ("BECKON_DATABASE_URL", "postgres://db/beckon");
    assert_eq!((drain_s(&[]), drain_s(&[postgres])), (0, 10));
    assert_eq!((drain_s(&[("BECKON_DRAIN_S", "3")]), drain_s(&[postgres, ("BECKON_DRAIN_S", "0")])), (3, 0));
    let refused = refusal(load(Settings::default(), None, environment(&[("BECKON_DRAIN_S", "601")])));
    assert!(refused.contains("BECKON_DRAIN_S") && refused.contains("0 to 600"), "{refused}");
}
