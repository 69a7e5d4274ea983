//! Tests the disk by what many power losses leave of it.

use super::*;

const FIRST: Number = 2;

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

fn whole(disk: &Disk, file: &str) -> Vec<u8> {
    let number = disk.find(name(file)).expect("it has a name");
    disk.read(number, 0, usize::MAX).expect("it is there").to_vec()
}

/// A disk with a synced file of three sectors.
fn with_file() -> (Disk, Number) {
    let mut disk = Disk::new(FIRST);
    let number = disk.make(name("file"), 0o600).unwrap();
    disk.write(number, 0, &[1; 3 * SECTOR]).unwrap();
    disk.sync(number).unwrap();
    disk.sync_names();
    (disk, number)
}

/// What a power loss leaves of the same disk, by many seeds.
fn left_of(disk: &Disk) -> impl Iterator<Item = Disk> {
    (0..200).map(|seed| {
        let mut left = disk.clone();
        left.lose_power(&mut Dice::new(seed));
        left
    })
}

#[test]
fn what_was_synced_is_there_after_every_power_loss() {
    let (disk, number) = with_file();
    for left in left_of(&disk) {
        assert_eq!(whole(&left, "file"), [1; 3 * SECTOR]);
        assert_eq!(left.look(number), Ok((3 * SECTOR, 0o600)));
    }
}

#[test]
fn what_was_not_synced_is_read_before_a_power_loss_and_may_be_lost_by_it() {
    let (mut disk, number) = with_file();
    disk.write(number, 3 * SECTOR, &[2; SECTOR]).unwrap();
    assert_eq!(whole(&disk, "file").len(), 4 * SECTOR);
    let lost = left_of(&disk).filter(|left| whole(left, "file") == [1; 3 * SECTOR]).count();
    let kept = left_of(&disk).filter(|left| whole(left, "file").len() == 4 * SECTOR).count();
    assert!(lost > 20 && kept > 20, "{lost} lost, {kept} kept");
}

#[test]
fn a_later_write_may_survive_where_an_earlier_one_is_lost() {
    let (mut disk, number) = with_file();
    disk.write(number, 0, &[2; SECTOR]).unwrap();
    disk.write(number, SECTOR, &[3; SECTOR]).unwrap();
    let found = |first: u8, second: u8| {
        left_of(&disk).any(|left| {
            let file = whole(&left, "file");
            (file[0], file[SECTOR]) == (first, second)
        })
    };
    assert!(found(1, 1) && found(2, 1) && found(1, 3) && found(2, 3));
}

#[test]
fn a_write_may_be_torn_and_only_between_sectors() {
    let (mut disk, number) = with_file();
    // It begins in the midst of the first sector and ends in the midst of the third.
    disk.write(number, 100, &[2; 2 * SECTOR]).unwrap();
    let mut torn = 0;
    for left in left_of(&disk) {
        let file = whole(&left, "file");
        let parts = [100..SECTOR, SECTOR..2 * SECTOR, 2 * SECTOR..2 * SECTOR + 100];
        let parts = parts.map(|part| {
            let part = &file[part];
            assert!(
                part.iter().all(|byte| *byte == part[0]),
                "a sector is old in one part and new in another"
            );
            part[0]
        });
        torn += usize::from(parts.contains(&1) && parts.contains(&2));
        assert_eq!((&file[..100], &file[2 * SECTOR + 100..]), (&[1; 100][..], &[1; SECTOR - 100][..]));
    }
    assert!(torn > 10, "{torn} of 200 were torn");
}

#[test]
fn a_length_that_was_not_synced_may_be_lost() {
    let (mut disk, number) = with_file();
    disk.set_length(number, 0).unwrap();
    assert_eq!(disk.look(number).unwrap().0, 0);
    assert!(left_of(&disk).any(|left| whole(&left, "file") == [1; 3 * SECTOR]));
    disk.sync(number).unwrap();
    assert!(left_of(&disk).all(|left| whole(&left, "file").is_empty()));
}

#[test]
fn a_name_is_durable_once_the_folder_was_synced_and_not_by_its_file() {
    let mut disk = Disk::new(FIRST);
    let number = disk.make(name("new"), 0o600).unwrap();
    disk.write(number, 0, b"all of it").unwrap();
    disk.sync(number).unwrap();
    assert!(left_of(&disk).any(|left| left.find(name("new")) == Err(Refused::Missing)));
    disk.sync_names();
    assert!(left_of(&disk).all(|left| whole(&left, "new") == b"all of it"));
}

#[test]
fn a_renamed_file_has_one_of_its_names_after_every_power_loss() {
    let (mut disk, number) = with_file();
    let other = disk.make(name("other"), 0o600).unwrap();
    disk.sync_names();
    disk.rename(name("file"), name("other")).unwrap();
    assert_eq!(disk.find(name("file")), Err(Refused::Missing));
    assert_eq!(disk.find(name("other")), Ok(number));
    let names = |left: &Disk| (left.find(name("file")), left.find(name("other")));
    let before = (Ok(number), Ok(other));
    let after = (Err(Refused::Missing), Ok(number));
    assert!(left_of(&disk).all(|left| [before, after].contains(&names(&left))));
    assert!(left_of(&disk).any(|left| names(&left) == before));
}

#[test]
fn names_that_were_not_synced_survive_in_their_order() {
    let (mut disk, _) = with_file();
    disk.make(name("first"), 0o600).unwrap();
    disk.make(name("second"), 0o600).unwrap();
    disk.remove(name("file")).unwrap();
    for left in left_of(&disk) {
        let there = ["first", "second"].map(|file| left.find(name(file)).is_ok());
        assert_ne!(there, [false, true]);
        assert!(left.find(name("file")).is_ok() || there == [true, true]);
    }
}

#[test]
fn nothing_is_lost_of_a_disk_that_has_settled() {
    let mut disk = Disk::new(FIRST);
    let number = disk.make(name("file"), 0o600).unwrap();
    disk.write(number, 0, b"all of it").unwrap();
    disk.settle();
    assert!(left_of(&disk).all(|left| whole(&left, "file") == b"all of it"));
}

#[test]
fn the_same_seed_leaves_the_same() {
    let (mut disk, number) = with_file();
    for at in 0..20 {
        disk.write(number, at * 700, &[2; 700]).unwrap();
    }
    for (left, again) in left_of(&disk).zip(left_of(&disk)) {
        assert_eq!(whole(&left, "file"), whole(&again, "file"));
    }
}

#[test]
fn a_name_that_is_taken_is_not_made_again_and_a_missing_one_is_refused() {
    let (mut disk, _) = with_file();
    assert_eq!(disk.make(name("file"), 0o600), Err(Refused::There));
    assert_eq!(disk.remove(name("none")), Err(Refused::Missing));
    assert_eq!(disk.rename(name("none"), name("file")), Err(Refused::Missing));
    assert_eq!(disk.write(99, 0, b"x"), Err(Refused::Missing));
}
