//! Owns calling PostgreSQL's own tools, which know best how to copy it. A password never stands on their command line, where
//! other users of the machine could read it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use url::{Url, form_urlencoded};

use crate::store::migration::Applied;

/// What a file of `pg_dump --format=custom` begins with.
pub(super) const MAGIC: &[u8] = b"PGDMP";

/// Writes what the unit of work that exported `snapshot` sees.
pub(super) fn dump(url: &str, snapshot: &str, file: &Path) -> anyhow::Result<()> {
    let (url, password) = without_password(url)?;
    let mut command = tool("pg_dump", password);
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--snapshot", snapshot, "--file"]);
    run(command.arg(file).args(["--dbname", url.as_str()])).map(drop)
}

/// Reads a whole backup, so that a part of one is noticed.
pub(super) fn check(file: &Path) -> anyhow::Result<()> {
    let mut command = tool("pg_restore", None);
    run(command.args(["--file", "/dev/null"]).arg(file)).map(drop)
}

/// Brings a backup back as a whole or not at all.
pub(super) fn restore(file: &Path, url: &str) -> anyhow::Result<()> {
    let (url, password) = without_password(url)?;
    let mut command = tool("pg_restore", password);
    command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
    run(command.args(["--dbname", url.as_str()]).arg(file)).map(drop)
}

/// The migrations that a backup holds; none where it holds no table of them.
pub(super) fn migrations(file: &Path) -> anyhow::Result<Vec<Applied>> {
    let rows = rows(file, "_sqlx_migrations", &["version", "success", "checksum"])?;
    let applied = |row: &Vec<String>| {
        let checksum = row[2].trim_start_matches('\\').trim_start_matches('x');
        Ok(Applied { version: row[0].parse()?, success: row[1] == "t", checksum: hex::decode(checksum)? })
    };
    rows.iter()
        .map(applied)
        .collect::<anyhow::Result<_>>()
        .context("the migrations in the backup cannot be read")
}

/// The word by which a backup knows its key.
pub(super) fn sealed_word(file: &Path) -> anyhow::Result<Option<String>> {
    Ok(rows(file, "secret_key", &["sealed"])?.into_iter().next().map(|mut row| row.remove(0)))
}

/// These columns of all rows of a table, whose texts need no unwrapping.
fn rows(file: &Path, table: &str, columns: &[&str]) -> anyhow::Result<Vec<Vec<String>>> {
    let mut command = tool("pg_restore", None);
    let text = run(command.args(["--data-only", "--table", table, "--file", "-"]).arg(file))?;
    let Some((head, rest)) =
        text.split_once("\nCOPY ").and_then(|(_, rest)| rest.split_once(" FROM stdin;\n"))
    else {
        return Ok(Vec::new());
    };
    let names = head.split_once('(').map_or("", |(_, names)| names.trim_end_matches(')'));
    let names: Vec<&str> = names.split(", ").collect();
    let places: Option<Vec<usize>> =
        columns.iter().map(|column| names.iter().position(|name| name == column)).collect();
    let places = places.with_context(|| format!("the table {table} in the backup has other columns"))?;
    let rows = rest.lines().take_while(|line| *line != "\\.").map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        places.iter().map(|place| fields.get(*place).copied().unwrap_or_default().to_owned()).collect()
    });
    Ok(rows.collect())
}

fn tool(name: &str, password: Option<String>) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

fn run(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
            "{name} is not installed here; it comes with the clients of PostgreSQL (Debian: postgresql-client), \
             of the version of the server or newer"
        ),
        Err(error) => return Err(error).with_context(|| format!("cannot run {name}")),
    };
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn without_password(url: &str) -> anyhow::Result<(Url, Option<String>)> {
    let mut url = Url::parse(url).context("database_url is not an address")?;
    let mut password = url.password().map(unescaped).transpose()?;
    if url.password().is_some() && url.set_password(None).is_err() {
        bail!("database_url is not an address with a host");
    }
    // It may stand among the parameters too; the command line is no place for it. The others stay as they are written.
    let among = url.query_pairs().find(|(name, _)| name == "password").map(|(_, found)| found.into_owned());
    if let (Some(found), Some(query)) = (among, url.query().map(str::to_owned)) {
        password = Some(found);
        let is_other =
            |one: &&str| form_urlencoded::parse(one.as_bytes()).all(|(name, _)| name != "password");
        let kept: Vec<&str> = query.split('&').filter(is_other).collect();
        url.set_query(Some(kept.join("&").as_str()).filter(|kept| !kept.is_empty()));
    }
    Ok((url, password))
}

fn unescaped(text: &str) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap_or_default(), rest.next().unwrap_or_default()];
            bytes.extend(
                hex::decode(digits).context("a password in database_url is not written as an address")?,
            );
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).context("a password in database_url is not text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_stand_on_the_command_line() {
        let (url, password) =
            without_password("postgres://ada:p%40ss%2F@db:5433/beckon?sslmode=require").unwrap();
        assert_eq!(url.as_str(), "postgres://ada@db:5433/beckon?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss/"));
        let (url, password) = without_password("postgres://db/beckon").unwrap();
        assert_eq!((url.as_str(), password), ("postgres://db/beckon", None));
        let among = "postgres:///beckon?host=/run/postgresql&password=p%40ss&options=-c%20search_path%3Dx";
        let (url, password) = without_password(among).unwrap();
        assert_eq!(url.as_str(), "postgres:///beckon?host=/run/postgresql&options=-c%20search_path%3Dx");
        assert_eq!(password.as_deref(), Some("p@ss"));
        let (url, password) = without_password("postgres://db/x?pass%77ord=p").unwrap();
        assert_eq!((url.as_str(), password.as_deref()), ("postgres://db/x", Some("p")));
        assert!(without_password("postgres://a:%4@db/x").is_err());
    }
}
