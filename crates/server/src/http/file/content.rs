//! Owns what an uploaded file is: found out by its content, never by what its sender says. Only kinds on a list are
//! taken; pictures are made anew.

use beckon_engine::id::FileId;
use uuid::Builder;

use super::picture::{self, Renewed};
use crate::driver::files::{CheckedFile, FileRefusal};
use crate::store::file::FileAbout;

/// Longest name that is kept, characters.
const NAME_LEN_MAX: usize = 100;

/// What is taken beside pictures and plain text, and the ending of its name.
const KINDS: [(&str, &str); 15] = [
    ("application/pdf", "pdf"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/zip", "zip"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("audio/mpeg", "mp3"),
    ("audio/m4a", "m4a"),
    ("audio/ogg", "ogg"),
    ("audio/x-wav", "wav"),
];
/// Endings under which plain text is taken. Markup and scripts are text too; they are not taken.
const TEXT_ENDINGS: [&str; 4] = ["txt", "csv", "log", "md"];
const TEXT: &str = "text/plain; charset=utf-8";

/// Finds out what a file is.
///
/// # Errors
/// When files of this kind are not taken, or it is a picture that cannot be read.
pub fn check(name: &str, content: Vec<u8>) -> Result<CheckedFile, FileRefusal> {
    let id = FileId(Builder::from_random_bytes(rand::random()).into_uuid());
    let found = infer::get(&content).map(|kind| kind.mime_type());
    if let Some(format) = found.and_then(picture::format_of) {
        let Renewed { whole, thumb, media_type, ending, size } =
            picture::renew(format, &content, None, picture::KEPT_SIDE_MAX)?;
        let about = about(id, clean_name(name, ending), media_type, whole.len());
        let about = FileAbout { picture: Some(size), ..about };
        return Ok(CheckedFile { about, whole, thumb: Some(thumb) });
    }
    let (media_type, ending) = match found {
        Some(found) => *KINDS.iter().find(|(kind, _)| *kind == found).ok_or(FileRefusal::KindNotAllowed)?,
        None => (TEXT, text_ending(name, &content).ok_or(FileRefusal::KindNotAllowed)?),
    };
    let about = about(id, clean_name(name, ending), media_type, content.len());
    Ok(CheckedFile { about, whole: content, thumb: None })
}

fn about(id: FileId, name: String, media_type: &str, bytes: usize) -> FileAbout {
    let bytes = i64::try_from(bytes).expect("a file is far smaller than that");
    FileAbout { id, name, media_type: media_type.to_owned(), bytes, picture: None }
}

/// The ending of a name that says plain text, if the content is that.
fn text_ending(name: &str, content: &[u8]) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let known = TEXT_ENDINGS.into_iter().find(|known| *known == ending)?;
    let text = std::str::from_utf8(content).ok()?;
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    text.chars().all(is_text).then_some(known)
}

/// A name that is safe to save under: one line, no path, no characters that turn the direction of what follows, and
/// the ending of what the content is.
fn clean_name(name: &str, ending: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let unsafe_char = |c: char| {
        c.is_control()
            || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|' | ';')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let name: String = name.chars().filter(|c| !unsafe_char(*c)).take(NAME_LEN_MAX).collect();
    let name = name.trim().trim_start_matches('.');
    let has = name.rsplit_once('.').map(|(stem, has)| (stem, has.to_ascii_lowercase()));
    match has {
        Some((stem, has)) if !stem.is_empty() && (has == ending || (has == "jpeg" && ending == "jpg")) => {
            name.to_owned()
        }
        // A picture that was made anew in another format.
        Some((stem, has)) if !stem.is_empty() && picture::ENDINGS.contains(&has.as_str()) => {
            format!("{stem}.{ending}")
        }
        _ if name.is_empty() => format!("file.{ending}"),
        _ => format!("{name}.{ending}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, content: &[u8]) -> FileRefusal {
        check(name, content.to_vec()).expect_err("it is not taken")
    }

    fn taken(name: &str, content: &[u8]) -> FileAbout {
        check(name, content.to_vec()).expect("it is taken").about
    }

    // spec: X-7
    #[test]
    fn what_could_run_in_a_browser_is_not_taken_whatever_it_is_called() {
        let html = b"<!DOCTYPE html><script>alert(1)</script>";
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for name in ["a.html", "a.txt", "a.png", "a.pdf", ""] {
            assert_eq!(refused(name, html), FileRefusal::KindNotAllowed, "{name}");
        }
        for name in ["a.svg", "a.png", "a.html"] {
            assert_eq!(refused(name, svg), FileRefusal::KindNotAllowed, "{name}");
        }
        assert_eq!(refused("a.js", b"alert(1)"), FileRefusal::KindNotAllowed);
        assert_eq!(refused("a.sh", b"#!/bin/sh\nrm -rf ~\n"), FileRefusal::KindNotAllowed);
        assert_eq!(refused("a.exe", b"MZ\x90\x00\x03"), FileRefusal::KindNotAllowed);
    }

    #[test]
    fn plain_text_is_text_and_nothing_else() {
        let notes = taken("notes.txt", "Zwei Stühle, ein Tisch\n".as_bytes());
        assert_eq!((notes.media_type.as_str(), notes.name.as_str()), (TEXT, "notes.txt"));
        assert_eq!(refused("a.txt", b"a\0b"), FileRefusal::KindNotAllowed);
        assert_eq!(refused("a.txt", b"\xff\xfe\xfd"), FileRefusal::KindNotAllowed);
    }

    #[test]
    fn a_name_ends_in_what_the_content_is() {
        let pdf = b"%PDF-1.7\n";
        assert_eq!(taken("invoice.pdf", pdf).name, "invoice.pdf");
        assert_eq!(taken("invoice.exe", pdf).name, "invoice.exe.pdf");
        assert_eq!(taken("../../etc/passwd", pdf).name, "passwd.pdf");
        assert_eq!(taken("C:\\docs\\a.pdf", pdf).name, "a.pdf");
        assert_eq!(taken("fdp.\u{202e}exe", pdf).name, "fdp.exe.pdf");
        assert_eq!(taken("a\"; filename=\"b.html", pdf).name, "a filename=b.html.pdf");
        assert_eq!(taken("", pdf).name, "file.pdf");
        assert_eq!(taken(&"x".repeat(500), pdf).name.chars().count(), NAME_LEN_MAX + 4);
    }

    #[test]
    fn what_only_says_that_it_is_a_picture_is_not() {
        assert_eq!(refused("a.png", b"\x89PNG\r\n\x1a\n and nothing"), FileRefusal::BadPicture);
        assert_eq!(refused("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"), FileRefusal::BadPicture);
    }
}
