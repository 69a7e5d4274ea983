//! Owns a disk with one flat folder on it, as those who lose their power are: what was written and not synced is in a cache,
//! and a power loss leaves a part of it, chosen by chance. Pure; `mount` makes it a file system.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

use super::dice::Dice;

/// A disk writes a sector as a whole or not at all; bytes.
const SECTOR: usize = 512;
/// Of the unsynced writes that do not survive whole, so many of a hundred survive in part.
const TORN_PERCENT: u64 = 30;

/// The number of a file. Each file has its own, and none is used again.
pub(super) type Number = u64;

/// Why something cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no such file.
    Missing,
    /// There is one of this name.
    There,
}

/// The disk. What is read is what was written last; what a power loss leaves is another thing.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    files: BTreeMap<Number, File>,
    names: BTreeMap<OsString, Number>,
    durable_names: BTreeMap<OsString, Number>,
    /// In the order in which they were made.
    unsynced_names: Vec<Naming>,
    next: Number,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// Who may do what with it; durable at once.
    mode: u16,
    content: Vec<u8>,
    durable: Vec<u8>,
    /// In the order in which they were made.
    unsynced: Vec<Change>,
}

/// A change of what a file holds.
#[derive(Clone, Debug)]
enum Change {
    Bytes { at: usize, bytes: Vec<u8> },
    Length(usize),
}

/// A change of what the folder holds.
#[derive(Clone, Debug)]
enum Naming {
    Made(OsString, Number),
    Removed(OsString),
    Renamed { from: OsString, to: OsString },
}

impl Disk {
    /// An empty one, whose files have numbers from `first` on.
    pub(super) fn new(first: Number) -> Self {
        Self {
            files: BTreeMap::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            unsynced_names: Vec::new(),
            next: first,
        }
    }

    /// All names, in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = (&OsStr, Number)> {
        self.names.iter().map(|(name, number)| (name.as_os_str(), *number))
    }

    /// The file of this name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn find(&self, name: &OsStr) -> Result<Number, Refused> {
        self.names.get(name).copied().ok_or(Refused::Missing)
    }

    /// Length in bytes, and who may do what with it.
    ///
    /// # Errors
    /// When there is no such file.
    pub(super) fn look(&self, number: Number) -> Result<(usize, u16), Refused> {
        let file = self.files.get(&number).ok_or(Refused::Missing)?;
        Ok((file.content.len(), file.mode))
    }

    /// Makes an empty file.
    ///
    /// # Errors
    /// When the name is taken.
    pub(super) fn make(&mut self, name: &OsStr, mode: u16) -> Result<Number, Refused> {
        if self.names.contains_key(name) {
            return Err(Refused::There);
        }
        let number = self.next;
        self.next += 1;
        self.files.insert(number, File { mode, ..File::default() });
        self.change_names(Naming::Made(name.to_owned(), number));
        Ok(number)
    }

    /// Takes a name away. Whoever has the file open goes on with it.
    ///
    /// # Errors
    /// When there is no such name.
    pub(super) fn remove(&mut self, name: &OsStr) -> Result<(), Refused> {
        self.find(name)?;
        self.change_names(Naming::Removed(name.to_owned()));
        Ok(())
    }

    /// Gives a file another name, in place of one that may have it.
    ///
    /// # Errors
    /// When there is no such file.
    pub(super) fn rename(&mut self, from: &OsStr, to: &OsStr) -> Result<(), Refused> {
        self.find(from)?;
        self.change_names(Naming::Renamed { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    /// At most `length` bytes from `at` on; fewer at the end.
    ///
    /// # Errors
    /// When there is no such file.
    pub(super) fn read(&self, number: Number, at: usize, length: usize) -> Result<&[u8], Refused> {
        let content = &self.files.get(&number).ok_or(Refused::Missing)?.content;
        let from = at.min(content.len());
        Ok(&content[from..from.saturating_add(length).min(content.len())])
    }

    /// Writes at `at`; what lies between the end and there is zero.
    ///
    /// # Errors
    /// When there is no such file.
    pub(super) fn write(&mut self, number: Number, at: usize, bytes: &[u8]) -> Result<(), Refused> {
        self.change_file(number, Change::Bytes { at, bytes: bytes.to_vec() })
    }

    /// Cuts a file to this length, or fills it up with zeros.
    ///
    /// # Errors
    /// When there is no such file.
    pub(super) fn set_length(&mut self, number: Number, length: usize) -> Result<(), Refused> {
        self.change_file(number, Change::Length(length))
    }

    /// Says who may do what with a file.
    ///
    /// # Errors
    /// When there is no such file.
    pub(super) fn set_mode(&mut self, number: Number, mode: u16) -> Result<(), Refused> {
        self.files.get_mut(&number).ok_or(Refused::Missing)?.mode = mode;
        Ok(())
    }

    /// What the file holds is durable. Its name is not: that is the folder's.
    ///
    /// # Errors
    /// When there is no such file.
    pub(super) fn sync(&mut self, number: Number) -> Result<(), Refused> {
        let file = self.files.get_mut(&number).ok_or(Refused::Missing)?;
        for change in file.unsynced.drain(..) {
            change.apply(&mut file.durable);
        }
        Ok(())
    }

    /// The names are durable as they are now.
    pub(super) fn sync_names(&mut self) {
        for naming in self.unsynced_names.drain(..) {
            naming.apply(&mut self.durable_names);
        }
    }

    /// Everything is durable, as after a time in which nothing was written.
    pub(super) fn settle(&mut self) {
        self.sync_names();
        let numbers: Vec<_> = self.files.keys().copied().collect();
        for number in numbers {
            self.sync(number).expect("it was just there");
        }
    }

    /// The power is gone. What was synced is there. Of the unsynced changes of names some of the first, as in a journal of a
    /// file system; of the unsynced writes any, whole or in part, as the cache of a disk may have written them.
    pub(super) fn lose_power(&mut self, dice: &mut Dice) {
        let journal = dice.below(self.unsynced_names.len() as u64 + 1);
        for naming in self.unsynced_names.drain(..).take(usize::try_from(journal).unwrap_or(0)) {
            naming.apply(&mut self.durable_names);
        }
        self.names.clone_from(&self.durable_names);
        let named: BTreeSet<_> = self.names.values().copied().collect();
        self.files.retain(|number, _| named.contains(number));
        let kept_percent = dice.below(101);
        for file in self.files.values_mut() {
            for change in file.unsynced.drain(..) {
                change.survive(&mut file.durable, kept_percent, dice);
            }
            file.content.clone_from(&file.durable);
        }
    }

    fn change_file(&mut self, number: Number, change: Change) -> Result<(), Refused> {
        let file = self.files.get_mut(&number).ok_or(Refused::Missing)?;
        change.apply(&mut file.content);
        file.unsynced.push(change);
        Ok(())
    }

    fn change_names(&mut self, naming: Naming) {
        naming.apply(&mut self.names);
        self.unsynced_names.push(naming);
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Bytes { at, bytes } => put(content, *at, bytes),
            Self::Length(length) => content.resize(*length, 0),
        }
    }

    /// It reaches the disk in the last moment: as a whole, in some sectors, or not.
    fn survive(&self, durable: &mut Vec<u8>, kept_percent: u64, dice: &mut Dice) {
        if dice.percent(kept_percent) {
            return self.apply(durable);
        }
        let Self::Bytes { at, bytes } = self else { return };
        if !dice.percent(TORN_PERCENT) {
            return;
        }
        let mut from = 0;
        while from < bytes.len() {
            let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
            if dice.percent(50) {
                put(durable, at + from, &bytes[from..to]);
            }
            from = to;
        }
    }
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<OsString, Number>) {
        match self {
            Self::Made(name, number) => {
                names.insert(name.clone(), *number);
            }
            Self::Removed(name) => {
                names.remove(name);
            }
            Self::Renamed { from, to } => {
                if let Some(number) = names.remove(from) {
                    names.insert(to.clone(), number);
                }
            }
        }
    }
}

fn put(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests;
