//! Owns writing a file so that it is there as a whole or not at all, whenever the program or the machine stops.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};
use tempfile::{Builder, NamedTempFile};

/// A new file beside `path`, which its owner alone can read and which goes away unless it is put there.
pub(super) fn beside(path: &Path) -> anyhow::Result<NamedTempFile> {
    let folder = folder(path);
    Builder::new()
        .prefix(".beckon-")
        .tempfile_in(folder)
        .with_context(|| format!("cannot write into {}", folder.display()))
}

/// Gives a file its name for good; one that is there is replaced only when `force` says so.
pub(super) fn put(file: NamedTempFile, path: &Path, force: bool) -> anyhow::Result<()> {
    give_name(file, path, force)?;
    settle(path)
}

/// Gives a file its name, which a power cut may still take away before [`settle`].
pub(super) fn give_name(file: NamedTempFile, path: &Path, force: bool) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    file.as_file().sync_all().with_context(cannot)?;
    let named = if force { file.persist(path) } else { file.persist_noclobber(path) };
    named.map_err(|refused| refused.error).with_context(cannot)?;
    Ok(())
}

/// Makes the names in the folder of `path` last.
pub(super) fn settle(path: &Path) -> anyhow::Result<()> {
    let done = File::open(folder(path)).and_then(|folder| folder.sync_all());
    done.with_context(|| format!("cannot write {}", path.display()))
}

/// Nothing stands at `path`, or `force` says that it may be replaced.
pub(super) fn check_free(path: &Path, force: bool) -> anyhow::Result<()> {
    if !force && path.exists() {
        bail!("{} is there already and stays; name another file, or give --force", path.display());
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
