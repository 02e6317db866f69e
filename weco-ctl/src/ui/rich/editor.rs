//! The user's editor.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use tokio::process::Command;

/// What is run if the user names none.
const USUAL: &str = "vi";

/// The user's editor on `files`. What the user names may be more than a program: a shell reads it, as git lets one.
pub(super) fn open(files: &[PathBuf]) -> Command {
    command(&editor(|name| env::var_os(name)), files)
}

fn editor(variable: impl Fn(&str) -> Option<OsString>) -> OsString {
    let named = |name| variable(name).filter(|editor| !editor.to_string_lossy().trim().is_empty());
    named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| USUAL.into())
}

fn command(editor: &OsStr, files: &[PathBuf]) -> Command {
    let mut script = editor.to_owned();
    script.push(r#" "$@""#);
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(editor).args(files).kill_on_drop(true);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_comes_before_editor_and_blank_is_none() {
        let with = |visual: &str, name: &str| {
            editor(|asked| Some(OsString::from(if asked == "VISUAL" { visual } else { name })))
        };
        assert_eq!(with("code -w", "ed"), "code -w");
        assert_eq!(with(" ", "ed"), "ed");
        assert_eq!(with("", ""), "vi");
        assert_eq!(editor(|_| None), "vi");
    }

    #[tokio::test]
    async fn its_words_and_the_files_are_kept_apart() {
        let files = ["/tmp/a b.py".into(), "/tmp/$c.py".into()];
        let output = command(OsStr::new("printf '%s\\n' -w"), &files).output().await.unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "-w\n/tmp/a b.py\n/tmp/$c.py\n");
    }
}
