//! Owns tables as text: reading what spreadsheets save, and writing what they may open without running it. Knows no customer.

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

/// Largest file, bytes.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Rows of a file, the first line not counted.
pub const ROWS_MAX: usize = 100_000;
/// Columns of a file.
pub const COLUMNS_MAX: usize = 100;

/// A table that was read.
#[derive(Debug)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<StringRecord>,
}

/// Reads a table in UTF-8 whose first line names the columns, separated by comma, semicolon or tab.
///
/// # Errors
/// Why it is no such table, as the rest of a sentence about the file.
pub fn read(text: &str) -> Result<Table, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
        Err(_) => return Err("has no first line with the names of the columns".to_owned()),
    };
    if header.iter().all(String::is_empty) {
        return Err("has no first line with the names of the columns".to_owned());
    }
    if header.len() > COLUMNS_MAX {
        return Err(format!("has more than {COLUMNS_MAX} columns"));
    }
    let mut rows = Vec::new();
    for row in reader.into_records() {
        let row = row.map_err(|_| format!("cannot be read at row {}", rows.len() + 2))?;
        if rows.len() == ROWS_MAX {
            return Err(format!("has more than {ROWS_MAX} rows"));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err("has no row below the names of the columns".to_owned());
    }
    Ok(Table { header, rows })
}

/// One line of a table. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
#[must_use]
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let cells: Vec<String> = cells.into_iter().map(guarded).collect();
    writer.write_record(&cells).expect("writing to memory does not fail");
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("texts make a text")
}

/// The text of a cell that an export has guarded.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        Some(_) | None => cell,
    }
}

fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// The separator that the first line has most of, outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                counts.iter_mut().filter(|(known, _)| *known == byte).for_each(|(_, n)| *n += 1)
            }
            _ => {}
        }
    }
    counts.iter().max_by_key(|(byte, count)| (*count, *byte == b',')).map_or(b',', |(byte, _)| *byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let table = read(text).expect("a table");
        table.rows.iter().map(|row| row.iter().map(str::to_owned).collect()).collect()
    }

    // spec: C-1
    #[test]
    fn what_spreadsheets_save_is_read() {
        let expected = vec![vec!["1".to_owned(), "a, \"b\"\nc".to_owned()]];
        assert_eq!(cells("\u{feff}ref,note\r\n1,\"a, \"\"b\"\"\nc\"\r\n"), expected);
        assert_eq!(cells("ref;note\n1;\"a, \"\"b\"\"\nc\"\n"), expected);
        assert_eq!(cells("\"ref;x\"\tnote\n1\t\"a, \"\"b\"\"\nc\""), expected);
        assert_eq!(read("ref\n1").expect("one column").header, ["ref"]);
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_reason() {
        for (text, why) in [
            ("", "has no first line with the names of the columns"),
            (",,\n1,2,3", "has no first line with the names of the columns"),
            ("ref,name\n", "has no row below the names of the columns"),
        ] {
            assert_eq!(read(text).expect_err(text), why);
        }
        assert!(read(&format!("{}\n1", "a,".repeat(COLUMNS_MAX + 1))).is_err());
    }

    // spec: X-7
    #[test]
    fn no_cell_is_a_formula_and_what_was_guarded_comes_back() {
        assert_eq!(line(["=1+1", "plain", "@x", "-2"]), "'=1+1,plain,'@x,'-2\r\n");
        assert_eq!(line(["a,b", "say \"hi\""]), "\"a,b\",\"say \"\"hi\"\"\"\r\n");
        for text in ["=1+1", "+41 44 123", "O'Neil", "'t Hart"] {
            let line = line([text]);
            let back = &read(&format!("x\r\n{line}")).expect("a table").rows[0];
            assert_eq!(unguarded(&back[0]), text);
        }
    }
}
