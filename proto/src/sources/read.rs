//! [`read_texts`]: files that are to become other versions of sources.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::check::{Identity, resolve, unreadable};
use super::{MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, SourceError};
use crate::text_file::read_text;

/// The texts of the files `names` (relative to `directory`, or absolute), in this order. They may be anywhere, since
/// they are only read; but each is as a source must be: text, and within the limits.
///
/// # Errors
/// The first thing that is wrong.
pub fn read_texts(directory: &Path, names: &[String]) -> Result<Vec<String>, SourceError> {
    if names.len() > MAX_FILES {
        return Err(SourceError::TooMany(names.len()));
    }
    let mut seen: HashSet<Identity> = HashSet::new();
    let mut texts = Vec::with_capacity(names.len());
    for name in names {
        let path = resolve(directory, name)?;
        let (text, metadata) = read_text(&path, MAX_FILE_BYTES).map_err(|error| unreadable(name, error))?;
        if !seen.insert((metadata.dev(), metadata.ino())) {
            return Err(SourceError::Duplicate(name.clone()));
        }
        texts.push(text);
    }
    let bytes = texts.iter().map(|text| text.len() as u64).sum();
    if bytes > MAX_TOTAL_BYTES {
        return Err(SourceError::TotalTooLarge { bytes });
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_read_wherever_they_are_and_however_protected() {
        let (here, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let far = elsewhere.path().join("far.py");
        fs::write(&far, "far").unwrap();
        fs::write(here.path().join("near.py"), "near").unwrap();
        let mut permissions = fs::metadata(&far).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&far, permissions).unwrap();
        let names = [far.to_str().unwrap().to_owned(), "near.py".to_owned()];
        assert_eq!(read_texts(here.path(), &names).unwrap(), ["far", "near"]);
    }

    #[test]
    fn what_cannot_be_a_source_is_an_error() {
        let here = tempfile::tempdir().unwrap();
        fs::create_dir(here.path().join("directory")).unwrap();
        fs::write(here.path().join("model.py"), "").unwrap();
        fs::write(here.path().join("binary"), [0xff]).unwrap();
        fs::write(here.path().join("large"), "x".repeat(200 * 1024 + 1)).unwrap();
        for name in ["1", "2", "3"] {
            fs::write(here.path().join(name), "x".repeat(190 * 1024)).unwrap();
        }
        let many = ["a"; 11];
        let cases: [(&[&str], &str); 7] = [
            (&["modle.py"], "Source file 'modle.py' not found. Did you mean: model.py?"),
            (&["directory"], "'directory' is a directory, not a file."),
            (&["binary"], "'binary' doesn't appear to be a valid text file."),
            (&["large"], "File 'large' (201KB) exceeds the 200KB per-file size limit."),
            (&["1", "2", "3"], "Total source size (570KB) exceeds the 500KB limit."),
            (&["model.py", "./model.py"], "Duplicate file path: './model.py'."),
            (&many, "Too many files: 11 provided, maximum is 10."),
        ];
        for (names, expected) in cases {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(read_texts(here.path(), &names).unwrap_err().to_string(), expected);
        }
    }
}
