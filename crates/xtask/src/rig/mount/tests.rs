//! Tests the mounted disk through the system. It needs root and FUSE, and shows nothing where these are missing.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::{ExitStatus, Stdio};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use super::*;
use crate::rig::dice::Dice;
use crate::service::bound_to_us;

/// How long a user of the disk may take for one step.
const LIMIT: Duration = Duration::from_secs(20);
/// Commits before a power loss.
const ROWS: u32 = 20;

/// What every script begins with; `argument` is its own.
const BEGIN: &str = "\
import os, sys
os.chdir(sys.argv[1])
argument = sys.argv[2]
def say(what): print(what, flush=True)
def wait(): sys.stdin.readline()
def read(name):
    with open(name, 'rb') as file: return file.read()
def write(name, bytes):
    with open(name, 'wb') as file: file.write(bytes)
def refuses(act):
    try: act()
    except OSError: return
    raise AssertionError('it was done')
";

/// A folder on a mounted disk. This process serves it and therefore never uses it: it would wait for itself, and nobody could
/// end it. Children use it.
struct Folder {
    mount: Mount,
    path: TempDir,
}

/// A child that uses the disk.
struct User<'a> {
    mount: &'a Mount,
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Folder {
    fn mounted() -> Option<Self> {
        if !is_possible() {
            return None;
        }
        let path = tempfile::tempdir().unwrap();
        Some(Self { mount: Mount::at(path.path()).unwrap(), path })
    }

    fn user(&self, script: &str, argument: &str) -> User<'_> {
        let mut command = bound_to_us();
        command.args(["python3", "-I", "-S", "-c", &format!("{BEGIN}{script}")]);
        command.arg(self.path.path()).arg(argument).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        User { mount: &self.mount, input: child.stdin.take().unwrap(), lines, child }
    }

    /// What a script says that ends well.
    async fn run(&self, script: &str, argument: &str) -> String {
        let mut user = self.user(script, argument);
        let said = user.says().await;
        user.succeeds().await;
        said
    }

    fn loses_power(&mut self, mut disk: Disk, dice: &mut Dice) {
        disk.lose_power(dice);
        self.mount.power_on(disk).unwrap();
    }
}

impl User<'_> {
    async fn says(&mut self) -> String {
        let Ok(line) = timeout(LIMIT, self.lines.next_line()).await else { self.abort() };
        line.unwrap().expect("a user of the disk failed")
    }

    async fn goes_on(&mut self) {
        self.input.write_all(b"\n").await.unwrap();
    }

    async fn succeeds(self) {
        assert!(self.ends().await.success(), "a user of the disk failed");
    }

    async fn ends(mut self) -> ExitStatus {
        let Ok(status) = timeout(LIMIT, self.child.wait()).await else { self.abort() };
        status.unwrap()
    }

    fn abort(&mut self) -> ! {
        let _ = self.child.start_kill();
        let _ = self.mount.power_off(|| Ok(()));
        panic!("a user of the disk was not done within {LIMIT:?}: it is killed, and the disk has no power");
    }
}

#[tokio::test]
async fn files_are_made_read_renamed_and_removed_as_on_any_file_system() {
    const SCRIPT: &str = "\
write('a', b'7' * 300_000)
assert read('a') == b'7' * 300_000
write('a', b'short')
assert os.stat('a').st_size == 5
write('b', b'other')
os.rename('a', 'b')
assert read('b') == b'short'
write('kept', b'whole')
import ctypes
HERE, NOREPLACE = -100, 1
renamed = lambda to: ctypes.CDLL(None).renameat2(HERE, b'kept', HERE, to, NOREPLACE) == 0
assert not renamed(b'b')
assert renamed(b'c')
assert read('c') == b'whole'
assert sorted(os.listdir()) == ['b', 'c']
os.remove('b')
refuses(lambda: open('b'))
say('done')
";
    let Some(folder) = Folder::mounted() else { return };
    assert_eq!(folder.run(SCRIPT, "").await, "done");
}

#[tokio::test]
async fn a_file_survives_a_power_loss_once_it_and_its_folder_are_synced() {
    const SCRIPT: &str = "\
file = open('file', 'wb', buffering=0)
file.write(b'synced')
os.fsync(file)
os.fsync(os.open('.', os.O_RDONLY))
file.write(b', and not synced')
say(read('file').decode())
";
    let Some(mut folder) = Folder::mounted() else { return };
    let mut lost = 0;
    for seed in 0..10 {
        assert_eq!(folder.run(SCRIPT, "").await, "synced, and not synced");
        let disk = folder.mount.power_off(|| Ok(())).unwrap();
        folder.loses_power(disk, &mut Dice::new(seed));
        let left = folder.run("say(read('file'))", "").await;
        assert!(left.starts_with("b'synced"), "{left}");
        lost += usize::from(left == "b'synced'");
    }
    assert!(lost > 0, "nothing was ever lost");
}

#[tokio::test]
async fn without_power_nothing_is_written_read_or_synced() {
    const SCRIPT: &str = "\
write('old', b'old')
file = open('file', 'wb', buffering=0)
say('open')
wait()
refuses(lambda: file.write(b'late'))
refuses(lambda: os.fsync(file))
refuses(lambda: os.listdir())
refuses(lambda: open('other', 'wb'))
say('done')
os._exit(0)
";
    let Some(folder) = Folder::mounted() else { return };
    let mut user = folder.user(SCRIPT, "");
    assert_eq!(user.says().await, "open");
    folder.mount.power_off(|| Ok(())).unwrap();
    user.goes_on().await;
    assert_eq!(user.says().await, "done");
    user.succeeds().await;
    assert!(folder.mount.power_off(|| Ok(())).is_err());
}

/// Nobody answers what is asked of the disk after a panic with the disk open.
#[tokio::test]
async fn dropped_after_a_panic_it_is_unmounted_and_whoever_waits_for_it_goes_on() {
    const SCRIPT: &str = "\
file = open('file', 'wb', buffering=0)
say('open')
wait()
refuses(lambda: file.write(b'late'))
os._exit(0)
";
    let Some(folder) = Folder::mounted() else { return };
    let mut user = folder.user(SCRIPT, "");
    assert_eq!(user.says().await, "open");
    let panics = || folder.mount.power_off(|| resume_unwind(Box::new("with the disk open")));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    user.goes_on().await;
    assert!(timeout(Duration::from_millis(300), user.child.wait()).await.is_err(), "it was answered");
    let mut child = user.child;
    // Removing a folder that is mounted still would wait for ever.
    let path = folder.path.keep();
    drop(folder.mount);
    assert!(timeout(LIMIT, child.wait()).await.expect("it waits for ever").unwrap().success());
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!mounts.contains(path.to_str().unwrap()), "it is mounted still");
    std::fs::remove_dir(path).unwrap();
}

/// Rows that were committed and are missing after a power loss, over some of them.
async fn lost_rows(synchronous: &str) -> Option<u32> {
    const OPEN: &str = "\
import sqlite3
database = sqlite3.connect('test.db', isolation_level=None)
assert database.execute('PRAGMA quick_check').fetchone() == ('ok',)
assert database.execute('PRAGMA journal_mode = WAL').fetchone() == ('wal',)
round, synchronous = argument.split()
database.execute(f'PRAGMA synchronous = {synchronous}')
database.execute('CREATE TABLE IF NOT EXISTS rows (round INTEGER, body TEXT)')
";
    let commit = format!(
        "{OPEN}for _ in range({ROWS}): database.execute(\"INSERT INTO rows VALUES (?, 'a row')\", [round])\n\
         say('committed')\nwait()\n"
    );
    let count = format!(
        "{OPEN}say(database.execute('SELECT count(*) FROM rows WHERE round = ?', [round]).fetchone()[0])\n\
         database.close()\n"
    );
    let mut folder = Folder::mounted()?;
    let mut dice = Dice::new(1);
    let mut lost = 0;
    for round in 0..10 {
        let argument = format!("{round} {synchronous}");
        let mut user = folder.user(&commit, &argument);
        assert_eq!(user.says().await, "committed");
        let disk = folder.mount.power_off(|| Ok(user.child.start_kill()?)).unwrap();
        user.ends().await;
        folder.loses_power(disk, &mut dice);
        lost += ROWS - folder.run(&count, &argument).await.parse::<u32>().unwrap();
    }
    Some(lost)
}

// spec: X-1
#[tokio::test]
async fn sqlite_keeps_every_commit_with_full_and_loses_some_with_normal() {
    let Some(lost) = lost_rows("FULL").await else { return };
    assert_eq!(lost, 0);
    assert!(lost_rows("NORMAL").await.unwrap() > 0, "the disk loses nothing");
}
