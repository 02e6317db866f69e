//! Trees that are git worktrees of the user's repository.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Registers `tree`, which must not exist, as a worktree of the repository at `top`: at its current commit, without a
/// file in it. Whether that was possible; if not, nothing is left of it.
pub(super) fn register(top: &Path, tree: &Path) -> bool {
    let added = git(top).args(["worktree", "add", "--quiet", "--detach", "--no-checkout"]).arg(tree).output();
    let added = match added {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            tracing::info!(repository = %top.display(), why, "no git worktree: a plain copy instead");
            false
        }
        Err(error) => {
            tracing::info!(repository = %top.display(), %error, "no git worktree: a plain copy instead");
            false
        }
    };
    // So that git compares what is copied with the commit, and does not take all of it for deleted.
    let ready = added
        && git(tree)
            .args(["read-tree", "HEAD"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if ready {
        note(tree);
    } else if added {
        unregister(tree);
        // Made again as a plain directory.
        let _ = fs::remove_dir_all(tree);
    }
    ready
}

/// Git in `directory`, whatever the daemon's own environment or the user's hooks say.
fn git(directory: &Path) -> Command {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    git.arg("-C")
        .arg(directory)
        .args(["-c", "core.hooksPath=/dev/null", "-c", "worktree.useRelativePaths=false"])
        .stdin(Stdio::null());
    git
}

/// Makes the repository forget the worktree at `tree`, if it is one. Nobody else's registration is touched: not even
/// one that git itself would prune because its directory is on a disk that is away.
pub(super) fn unregister(tree: &Path) {
    let Some(registration) = registration(tree) else { return };
    if let Err(error) = fs::remove_dir_all(&registration) {
        tracing::warn!(path = %registration.display(), %error, "a git worktree stays registered; see git worktree prune");
    }
    // As git does it: the last takes the directory with it.
    if let Some(all) = registration.parent() {
        let _ = fs::remove_dir(all);
    }
}

/// Where the repository keeps what it knows of the worktree at `tree` (gitrepository-layout(5): `worktrees/<id>`, whose
/// `gitdir` names the worktree's `.git`), also when an evaluation has removed the tree.
fn registration(tree: &Path) -> Option<PathBuf> {
    let own = tree.parent()?.canonicalize().ok()?.join(tree.file_name()?).join(".git");
    let noted = fs::read_to_string(noted_at(tree)).ok().map(PathBuf::from);
    [named_by(&own), noted].into_iter().flatten().find(|registration| {
        let is_worktree = registration.parent().is_some_and(|all| all.ends_with("worktrees"));
        let back = fs::read_to_string(registration.join("gitdir"));
        is_worktree && back.is_ok_and(|back| Path::new(back.trim_end()) == own)
    })
}

/// The registration that the `.git` of a worktree names.
fn named_by(own: &Path) -> Option<PathBuf> {
    Some(PathBuf::from(fs::read_to_string(own).ok()?.strip_prefix("gitdir: ")?.trim_end()))
}

/// Notes the registration beside the tree.
fn note(tree: &Path) {
    let Some(registration) = named_by(&tree.join(".git")) else { return };
    if let Err(error) = fs::write(noted_at(tree), registration.as_os_str().as_bytes()) {
        tracing::warn!(tree = %tree.display(), %error, "a git worktree is found by its tree only");
    }
}

fn noted_at(tree: &Path) -> PathBuf {
    tree.with_extension("registered")
}
