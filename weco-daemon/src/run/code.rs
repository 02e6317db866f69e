//! What a version's code comes to whatever its layout.

use weco_core::run::{CodeId, Files};
use weco_tune::without_layout;

use crate::blobs::Blob;

/// Names a version's code: the same for versions that differ in layout or remarks alone.
pub(crate) fn id(files: &Files) -> CodeId {
    let mut all = Vec::new();
    for (path, text) in files {
        let text = without_layout(path, text);
        // Neither holds a NUL byte, so that no two versions run together alike.
        for part in [path, &text] {
            all.extend_from_slice(part.as_bytes());
            all.push(0);
        }
    }
    CodeId(Blob::new(all).id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_does_not_count_and_everything_else_does() {
        let of = |files: &[(&str, &str)]| {
            id(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
        };
        let one = of(&[("a.py", "x = 1\n"), ("b.sh", "echo 1\n")]);
        assert_eq!(one, of(&[("a.py", "x = 1  # as before\n\n"), ("b.sh", "echo 1  \r\n")]));
        assert_ne!(one, of(&[("a.py", "x = 2\n"), ("b.sh", "echo 1\n")]));
        assert_ne!(one, of(&[("b.py", "x = 1\n"), ("b.sh", "echo 1\n")]));
        assert_ne!(of(&[("a", "b\nc\n"), ("d", "")]), of(&[("a", "b\n"), ("c", "d\n")]));
    }
}
