//! Tests the mounted disk through the system. It needs root and FUSE, and shows nothing where these are missing.

use std::fs::File;
use std::io::Write;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::rig::dice::Dice;

/// Commits before a power loss.
const ROWS: i64 = 20;

fn mounted() -> Option<(TempDir, Mount)> {
    if !is_possible() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = Mount::at(folder.path()).unwrap();
    Some((folder, mount))
}

fn loses_power(mount: &mut Mount, dice: &mut Dice) {
    let mut disk = mount.power_off(|| Ok(())).unwrap();
    disk.lose_power(dice);
    mount.power_on(disk).unwrap();
}

#[test]
fn files_are_made_read_renamed_and_removed_as_on_any_file_system() {
    let Some((folder, _mount)) = mounted() else { return };
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("a"), vec![7; 300_000]).unwrap();
    assert_eq!(std::fs::read(path("a")).unwrap(), vec![7; 300_000]);
    std::fs::write(path("a"), b"short").unwrap();
    assert_eq!(std::fs::metadata(path("a")).unwrap().len(), 5);
    std::fs::write(path("b"), b"other").unwrap();
    std::fs::rename(path("a"), path("b")).unwrap();
    assert_eq!(std::fs::read(path("b")).unwrap(), b"short");
    let mut kept = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
    kept.write_all(b"whole").unwrap();
    let kept = kept.persist_noclobber(path("b")).unwrap_err().file;
    kept.persist_noclobber(path("c")).unwrap();
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["b", "c"]);
    std::fs::remove_file(path("b")).unwrap();
    assert!(File::open(path("b")).is_err());
}

#[test]
fn a_file_survives_a_power_loss_once_it_and_its_folder_are_synced() {
    let Some((folder, mut mount)) = mounted() else { return };
    let path = folder.path().join("file");
    let mut lost = 0;
    for seed in 0..20 {
        let mut file = File::create(&path).unwrap();
        file.write_all(b"synced").unwrap();
        file.sync_all().unwrap();
        File::open(folder.path()).unwrap().sync_all().unwrap();
        file.write_all(b", and not synced").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"synced, and not synced");
        drop(file);
        loses_power(&mut mount, &mut Dice::new(seed));
        let left = std::fs::read(&path).unwrap();
        assert!(left.starts_with(b"synced"));
        lost += usize::from(left == b"synced");
    }
    assert!(lost > 0, "nothing was ever lost");
}

#[test]
fn without_power_nothing_is_written_read_or_synced() {
    let Some((folder, mount)) = mounted() else { return };
    let mut file = File::create(folder.path().join("file")).unwrap();
    mount.power_off(|| Ok(())).unwrap();
    assert!(file.write_all(b"late").is_err());
    assert!(file.sync_all().is_err());
    assert!(File::create(folder.path().join("other")).is_err());
    assert!(mount.power_off(|| Ok(())).is_err());
}

/// A database on the mounted disk. With `EXCLUSIVE` SQLite maps no file into this process, which could not unmap it and serve
/// it at the same time.
fn open(folder: &TempDir, synchronous: &str) -> Connection {
    let database = Connection::open(folder.path().join("test.db")).unwrap();
    let pragmas = format!(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}"
    );
    database.execute_batch(&pragmas).unwrap();
    database
}

/// Rows that were committed and are missing after a power loss, over some of them.
fn lost_rows(synchronous: &str) -> Option<i64> {
    let (folder, mut mount) = mounted()?;
    let mut dice = Dice::new(1);
    let mut lost = 0;
    for round in 0..10 {
        let database = open(&folder, synchronous);
        database.execute_batch("CREATE TABLE IF NOT EXISTS rows (round INTEGER, body TEXT)").unwrap();
        for _ in 0..ROWS {
            database.execute("INSERT INTO rows VALUES (?1, 'a row')", [round]).unwrap();
        }
        let mut disk = mount.power_off(|| Ok(())).unwrap();
        drop(database);
        disk.lose_power(&mut dice);
        mount.power_on(disk).unwrap();
        let database = open(&folder, synchronous);
        let damaged: String = database.query_row("PRAGMA quick_check", [], |row| row.get(0)).unwrap();
        assert_eq!(damaged, "ok");
        let count = "SELECT count(*) FROM rows WHERE round = ?1";
        lost += ROWS - database.query_row(count, [round], |row| row.get::<_, i64>(0)).unwrap_or(0);
    }
    Some(lost)
}

// spec: X-1
#[test]
fn sqlite_keeps_every_commit_with_full_and_loses_some_with_normal() {
    let Some(lost) = lost_rows("FULL") else { return };
    assert_eq!(lost, 0);
    assert!(lost_rows("NORMAL").unwrap() > 0, "the disk loses nothing");
}
