//! Owns a disk that is mounted: the file system that a folder has as long as the disk has power, served over FUSE. What the disk
//! keeps is its own affair.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use fuser::{
    BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData,
    ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow,
    WriteFlags,
};

use super::disk::{Disk, Number, Refused};
use crate::packages::is_root;
use crate::workspace::capture;

/// The folder itself has the number before it.
const FIRST_FILE: Number = INodeNo::ROOT.0 + 1;
/// How long the system may believe what it was told of a file; it alone changes it.
const KNOWN_FOR: Duration = Duration::from_secs(1);
/// Bytes of a block, as the system is told; and blocks, more than any run needs.
const BLOCK: u32 = 4_096;
const BLOCKS: u64 = 1 << 20;

/// A disk that can be cut off from its power; none once it was.
type Powered = Arc<Mutex<Option<Disk>>>;

/// A folder on a disk; unmounted when dropped.
pub(super) struct Mount {
    folder: PathBuf,
    disk: Powered,
    session: Option<BackgroundSession>,
}

/// What the system asks of the disk. Without power every request fails.
struct Served(Powered);

/// Whether a disk can be mounted here.
pub(super) fn is_possible() -> bool {
    Path::new("/dev/fuse").exists() && is_root().unwrap_or(false)
}

impl Mount {
    /// Mounts an empty disk.
    ///
    /// # Errors
    /// When this program is not root's, or the system has no FUSE.
    pub(super) fn at(folder: &Path) -> anyhow::Result<Self> {
        let mut mount = Self { folder: folder.to_owned(), disk: Powered::default(), session: None };
        mount.power_on(Disk::new(FIRST_FILE))?;
        Ok(mount)
    }

    /// Everything that was written so far is durable.
    pub(super) fn settle(&self) {
        if let Some(disk) = self.disk.lock().expect("nobody panics with the disk open").as_mut() {
            disk.settle();
        }
    }

    /// Cuts the power and yields the disk, as it is in this moment. Whoever writes or syncs meanwhile waits until `users_end` has
    /// ended those who do: nobody goes on after the moment as if there had been a failure.
    ///
    /// # Errors
    /// When they cannot be ended, or there is no power.
    pub(super) fn power_off(&self, users_end: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Disk> {
        let mut disk = self.disk.lock().expect("nobody panics with the disk open");
        users_end()?;
        disk.take().context("the disk has no power")
    }

    /// Mounts this disk instead of the one without power; nobody uses that one any more.
    ///
    /// # Errors
    /// When it cannot be mounted.
    pub(super) fn power_on(&mut self, disk: Disk) -> anyhow::Result<()> {
        self.unmount();
        self.disk = Arc::new(Mutex::new(Some(disk)));
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("beckon-rig".to_owned()), MountOption::NoDev];
        let session = fuser::spawn_mount(Served(Arc::clone(&self.disk)), &self.folder, &config);
        self.session = Some(session.context("a file system of the rig's own cannot be mounted")?);
        Ok(())
    }

    fn unmount(&mut self) {
        let Some(session) = self.session.take() else { return };
        // With force whoever still waits for the disk is told of an error, and nothing is asked of it to find the folder.
        let options = ["--no-canonicalize", "--force", "--lazy"];
        let _ = capture(Command::new("umount").args(options).arg(&self.folder));
        drop(session);
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        self.unmount();
    }
}

impl Served {
    fn disk<T>(&self, act: impl FnOnce(&mut Disk) -> Result<T, Refused>) -> Result<T, Errno> {
        let mut disk = self.0.lock().expect("nobody panics with the disk open");
        act(disk.as_mut().ok_or(Errno::EIO)?).map_err(|refused| match refused {
            Refused::Missing => Errno::ENOENT,
            Refused::There => Errno::EEXIST,
        })
    }

    fn attributes(&self, number: Number) -> Result<FileAttr, Errno> {
        if number == INodeNo::ROOT.0 {
            return Ok(attributes(number, FileType::Directory, 0, 0o755));
        }
        let (length, mode) = self.disk(|disk| disk.look(number))?;
        Ok(attributes(number, FileType::RegularFile, length as u64, mode))
    }
}

impl Filesystem for Served {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match self.disk(|disk| disk.find(name)).and_then(|number| self.attributes(number)) {
            Ok(attributes) => reply.entry(&KNOWN_FOR, &attributes, Generation(0)),
            Err(error) => reply.error(error),
        }
    }

    fn getattr(&self, _: &Request, number: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(number.0) {
            Ok(attributes) => reply.attr(&KNOWN_FOR, &attributes),
            Err(error) => reply.error(error),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        number: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        length: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let changed = self.disk(|disk| {
            if let Some(mode) = mode {
                disk.set_mode(number.0, permissions(mode))?;
            }
            length.map_or(Ok(()), |length| disk.set_length(number.0, place(length)))
        });
        match changed.and_then(|()| self.attributes(number.0)) {
            Ok(attributes) => reply.attr(&KNOWN_FOR, &attributes),
            Err(error) => reply.error(error),
        }
    }

    fn create(
        &self,
        _: &Request,
        _: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        let made = self.disk(|disk| disk.make(name, permissions(mode & !umask)));
        match made.and_then(|number| self.attributes(number)) {
            Ok(attributes) => {
                let flags = FopenFlags::FOPEN_KEEP_CACHE;
                reply.created(&KNOWN_FOR, &attributes, Generation(0), FileHandle(0), flags);
            }
            Err(error) => reply.error(error),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // Nobody but the system changes a file: what it has read of it stays right.
        reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE);
    }

    fn read(
        &self,
        _: &Request,
        number: INodeNo,
        _: FileHandle,
        at: u64,
        length: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        match self.disk(|disk| Ok(disk.read(number.0, place(at), length)?.to_vec())) {
            Ok(bytes) => reply.data(&bytes),
            Err(error) => reply.error(error),
        }
    }

    fn write(
        &self,
        _: &Request,
        number: INodeNo,
        _: FileHandle,
        at: u64,
        bytes: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.disk(|disk| disk.write(number.0, place(at), bytes)) {
            Ok(()) => reply.written(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
            Err(error) => reply.error(error),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, number: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        answer(self.disk(|disk| disk.sync(number.0)), reply);
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let synced = self.disk(|disk| {
            disk.sync_names();
            Ok(())
        });
        answer(synced, reply);
    }

    fn unlink(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(self.disk(|disk| disk.remove(name)), reply);
    }

    fn rename(
        &self,
        _: &Request,
        _: INodeNo,
        from: &OsStr,
        _: INodeNo,
        to: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        if !RenameFlags::RENAME_NOREPLACE.contains(flags) {
            return reply.error(Errno::EINVAL);
        }
        let renamed = self.disk(|disk| {
            if !flags.is_empty() && disk.find(to).is_ok() {
                return Err(Refused::There);
            }
            disk.rename(from, to)
        });
        answer(renamed, reply);
    }

    fn readdir(&self, _: &Request, _: INodeNo, _: FileHandle, from: u64, mut reply: ReplyDirectory) {
        let listed = self.disk(|disk| {
            let this = [".", ".."].map(|name| (OsStr::new(name), INodeNo::ROOT.0, FileType::Directory));
            let files = disk.names().map(|(name, number)| (name, number, FileType::RegularFile));
            for (after, (name, number, kind)) in (1..).zip(this.into_iter().chain(files)).skip(place(from)) {
                if reply.add(INodeNo(number), after, kind, name) {
                    break;
                }
            }
            Ok(())
        });
        match listed {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(error),
        }
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        reply.statfs(BLOCKS, BLOCKS, BLOCKS, BLOCKS, BLOCKS, BLOCK, 255, BLOCK);
    }
}

fn answer(done: Result<(), Errno>, reply: ReplyEmpty) {
    match done {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(error),
    }
}

fn attributes(number: Number, kind: FileType, length: u64, mode: u16) -> FileAttr {
    FileAttr {
        ino: INodeNo(number),
        size: length,
        blocks: length.div_ceil(512),
        atime: UNIX_EPOCH,
        mtime: UNIX_EPOCH,
        ctime: UNIX_EPOCH,
        crtime: UNIX_EPOCH,
        kind,
        perm: mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: BLOCK,
        flags: 0,
    }
}

/// The bits that say who may do what.
fn permissions(mode: u32) -> u16 {
    u16::try_from(mode & 0o7777).expect("twelve bits fit into sixteen")
}

fn place(at: u64) -> usize {
    usize::try_from(at).expect("a file fits into memory")
}

#[cfg(test)]
mod tests;
