//! What a machine runs out of, and has again later.

use std::io;

use rustix::io::Errno;

/// Errors that say nothing about what was asked, only that there is no room, no handle, no process or no
/// memory for it at the moment; or that a disk fails, which may be put right as well.
const PASSING: [Errno; 9] = [
    Errno::NOSPC,
    Errno::DQUOT,
    Errno::FBIG,
    Errno::ROFS,
    Errno::IO,
    Errno::MFILE,
    Errno::NFILE,
    Errno::NOMEM,
    Errno::AGAIN,
];

/// Whether the same may work later, without any change to it.
pub fn is_exhausted(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| PASSING.contains(&Errno::from_raw_os_error(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        for (errno, passes) in [
            (Errno::NOSPC, true),
            (Errno::MFILE, true),
            (Errno::AGAIN, true),
            (Errno::NOENT, false),
            (Errno::ACCESS, false),
            (Errno::TOOBIG, false),
        ] {
            assert_eq!(is_exhausted(&errno.into()), passes, "{errno:?}");
        }
        assert!(!is_exhausted(&io::Error::other("words")));
    }
}
