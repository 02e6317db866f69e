//! Files that are to replace sources, read.

use std::path::Path;

use weco_proto::sources::read_texts;
use weco_proto::v1::{RunSummary, SourceText};

use super::mapping::{Files, assign};
use crate::error::Error;

/// The texts that replace the run's sources, as `values` say in the directory `here`. Everything about them that can
/// be wrong without the daemon is found.
pub(super) fn read(here: &Path, run: &RunSummary, values: &[String]) -> Result<Vec<SourceText>, Error> {
    let assigned = assign(&run.sources, values, &Local { here, run })
        .map_err(|mistake| Error::usage(mistake.to_string()).hint(mistake.hint()))?;
    let names: Vec<String> = assigned.iter().map(|(_, local)| (*local).to_owned()).collect();
    let texts = read_texts(here, &names)?;
    let paths = assigned.into_iter().map(|(index, _)| run.sources[index].clone());
    Ok(paths.zip(texts).map(|(path, text)| SourceText { path, text }).collect())
}

/// The files as they are on disk.
struct Local<'a> {
    here: &'a Path,
    run: &'a RunSummary,
}

impl Files for Local<'_> {
    fn exists(&self, name: &str) -> bool {
        self.here.join(name).symlink_metadata().is_ok()
    }

    fn source(&self, name: &str) -> Option<usize> {
        let path = self.here.join(name).canonicalize().ok()?;
        let directory = Path::new(&self.run.directory);
        self.run
            .sources
            .iter()
            .position(|source| directory.join(source).canonicalize().is_ok_and(|source| source == path))
    }
}
