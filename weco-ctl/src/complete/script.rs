//! The scripts that make shells ask.

use std::env;

use clap_complete::Shell;
use clap_complete::env::Shells;

use super::VARIABLE;
use crate::error::Error;

/// What zsh needs where the script is a file in `fpath`: it is run at the first Tab, which is to be answered too.
const ZSH_FIRST: &str = "
if [ \"$funcstack[1]\" = \"_weco\" ]; then
    _clap_dynamic_completer_weco \"$@\"
fi
";

/// The script for `shell`.
///
/// # Errors
/// If there is none for it.
pub(crate) fn script(shell: Shell) -> Result<String, Error> {
    let name = shell.to_string();
    let shells = Shells::builtins();
    let unknown = || Error::usage(format!("there are no completions for {name}"));
    let completer = shells.completer(&name).ok_or_else(unknown)?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "weco", "weco", &program(), &mut script).map_err(Error::output)?;
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Zsh {
        script += ZSH_FIRST;
    }
    Ok(script)
}

/// The program that the script asks: as it was called, so that a script from a program on `PATH` outlives its moves.
fn program() -> String {
    let called = env::args().next().unwrap_or_default();
    let path = env::current_exe().ok().and_then(|path| path.into_os_string().into_string().ok());
    match path {
        Some(path) if called.contains('/') && is_plain(&path) => path,
        _ => "weco".to_owned(),
    }
}

/// Whether a path is one word of every shell; the scripts do not quote others in all of them.
fn is_plain(path: &str) -> bool {
    path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_written_into_scripts() {
        assert!(is_plain("/home/me/.cargo/bin/weco-0.1+x"));
        for path in ["/a b/weco", "/a'b/weco", "/$HOME/weco", "/ä/weco"] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
