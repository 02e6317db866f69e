//! Runs that share a working tree take turns evaluating: each swaps its own candidate into the same
//! files or next to them, so two at once would measure each other's code.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use weco_core::run::RunSpec;

/// Who may evaluate where. Fair: first come, first served.
#[derive(Debug, Default)]
pub struct Turns {
    claims: Arc<Claims>,
}

/// The right to evaluate in a working tree, until dropped; before it is granted, the place in the queue.
#[derive(Debug)]
pub struct Turn {
    claims: Arc<Claims>,
    id: u64,
}

#[derive(Debug, Default)]
struct Claims(Mutex<Queue>);

/// All claims in the order of their coming. One is granted when none before it is on the same tree.
#[derive(Debug, Default)]
struct Queue {
    next_id: u64,
    claims: Vec<Claim>,
}

#[derive(Debug)]
struct Claim {
    id: u64,
    tree: PathBuf,
    /// Who it is, in a few words.
    holder: String,
    /// Told when a claim before it is gone.
    moved: Arc<Notify>,
}

impl Claims {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two trees are one, or one is inside the other.
pub(crate) fn overlap(a: &Path, b: &Path) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

impl Queue {
    /// The first claim that keeps this one from being granted.
    fn before(&self, id: u64) -> Option<&Claim> {
        let at = self.claims.iter().position(|claim| claim.id == id)?;
        self.claims[..at].iter().find(|earlier| overlap(&earlier.tree, &self.claims[at].tree))
    }
}

impl Turns {
    /// Waits for the turn of `holder` in `tree` (see `working_tree`); tells `waiting` for whom, whenever that is
    /// another.
    pub async fn take(&self, tree: &Path, holder: String, mut waiting: impl FnMut(&str)) -> Turn {
        let moved = Arc::new(Notify::new());
        let turn = self.queue(tree, holder, Arc::clone(&moved));
        let mut told = None;
        while let Some((id, holder)) = turn.waits_for() {
            if told.replace(id) != Some(id) {
                waiting(&holder);
            }
            moved.notified().await;
        }
        turn
    }

    /// A place in the queue for `tree`, without waiting: who comes later waits for it to be dropped.
    pub(crate) fn claim(&self, tree: &Path, holder: String) -> Turn {
        self.queue(tree, holder, Arc::new(Notify::new()))
    }

    fn queue(&self, tree: &Path, holder: String, moved: Arc<Notify>) -> Turn {
        let mut queue = self.claims.lock();
        let id = queue.next_id;
        queue.next_id += 1;
        queue.claims.push(Claim { id, tree: tree.to_owned(), holder, moved });
        Turn { claims: Arc::clone(&self.claims), id }
    }
}

impl Turn {
    /// The claim that is in the way, and whose it is.
    fn waits_for(&self) -> Option<(u64, String)> {
        self.claims.lock().before(self.id).map(|claim| (claim.id, claim.holder.clone()))
    }
}

/// A run as those who wait for it are told of it.
pub(crate) fn holder(spec: &RunSpec) -> String {
    format!("run {} ({})", spec.name, spec.id.short())
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.claims.lock();
        let Some(at) = queue.claims.iter().position(|claim| claim.id == self.id) else { return };
        let gone = queue.claims.remove(at);
        for later in queue.claims[at..].iter().filter(|later| overlap(&later.tree, &gone.tree)) {
            later.moved.notify_one();
        }
    }
}

/// What runs in `directory` share: its repository's top, or the directory itself outside of one.
pub(crate) fn working_tree(directory: &Path) -> PathBuf {
    // One that is gone fails at the evaluation, with better words.
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let top = directory.ancestors().find(|place| place.join(".git").exists());
    top.unwrap_or(&directory).to_owned()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    async fn free(turns: &Turns, tree: &str) -> Turn {
        turns.take(Path::new(tree), tree.to_owned(), |_| panic!("{tree} is free")).await
    }

    #[tokio::test]
    async fn trees_that_overlap_take_turns_in_order() {
        let turns = Turns::default();
        let whole = free(&turns, "/project").await;
        let other = free(&turns, "/projects").await;
        let mut part = Box::pin(turns.take(Path::new("/project/part"), "/project/part".to_owned(), |_| ()));
        let mut whole_again = Box::pin(turns.take(Path::new("/project"), "/project".to_owned(), |_| ()));
        let mut sibling =
            Box::pin(turns.take(Path::new("/project/sibling"), "/project/sibling".to_owned(), |_| ()));
        assert!((&mut part).now_or_never().is_none());
        assert!((&mut whole_again).now_or_never().is_none());
        assert!((&mut sibling).now_or_never().is_none());
        drop(whole);
        let part = (&mut part).now_or_never().expect("the first in line");
        assert!((&mut sibling).now_or_never().is_none(), "it does not overtake the claim before it");
        drop(part);
        let whole = (&mut whole_again).now_or_never().expect("the next in line");
        assert!((&mut sibling).now_or_never().is_none());
        drop(whole);
        sibling.await;
        drop(other);
    }

    #[tokio::test]
    async fn who_waits_is_told_for_whom() {
        let turns = Turns::default();
        let told = Mutex::new(Vec::new());
        let first = turns.take(Path::new("/a"), "one".to_owned(), |_| ()).await;
        let mut second = Box::pin(turns.take(Path::new("/a"), "two".to_owned(), |_| ()));
        assert!((&mut second).now_or_never().is_none());
        let note = |holder: &str| told.lock().unwrap().push(holder.to_owned());
        let mut third = Box::pin(turns.take(Path::new("/a/b"), "three".to_owned(), note));
        assert!((&mut third).now_or_never().is_none());
        drop(first);
        let second = second.await;
        assert!((&mut third).now_or_never().is_none());
        drop(second);
        third.await;
        assert_eq!(*told.lock().unwrap(), ["one", "two"]);
    }

    #[tokio::test]
    async fn who_gives_up_waiting_holds_nobody_up() {
        let turns = Turns::default();
        let first = free(&turns, "/a").await;
        let mut second = Box::pin(turns.take(Path::new("/a"), "/a".to_owned(), |_| ()));
        assert!((&mut second).now_or_never().is_none());
        let mut third = Box::pin(turns.take(Path::new("/a"), "/a".to_owned(), |_| ()));
        assert!((&mut third).now_or_never().is_none());
        drop(second);
        drop(first);
        third.await;
    }

    #[test]
    fn a_repository_is_one_tree_whichever_way_it_is_reached() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("repo/.git")).unwrap();
        std::fs::create_dir_all(root.join("repo/deep/er")).unwrap();
        std::os::unix::fs::symlink(root.join("repo/deep"), root.join("link")).unwrap();
        assert_eq!(working_tree(&root.join("link/er")), root.join("repo"));
        assert_eq!(working_tree(&root), root);
    }
}
