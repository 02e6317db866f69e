//! A version as a patch.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use similar::TextDiff;
use weco_proto::v1::SourceText;

use super::Api;
use super::error::{ApiError, ErrorBody};
use super::extract::Path;
use super::reads::detailed;

/// What `git apply` and `patch -p1` take.
#[utoipa::path(get, path = "/api/v1/runs/{run}/nodes/{node}/patch",
    responses((status = 200, body = String, content_type = "text/x-diff"), (status = 404, body = ErrorBody)))]
pub(super) async fn patch(
    State(api): State<Api>,
    Path((run, node)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let service = api.service.as_ref();
    let node = detailed(service, run, node, true, false).await?;
    // The node may be of another run of the lineage.
    let baseline = detailed(service, node.run_id.clone(), "0".to_owned(), true, false).await?;
    let name = format!("attachment; filename=\"weco-{}-step-{}.patch\"", short(&node.run_id), node.step);
    let headers = [
        (header::CONTENT_TYPE, "text/x-diff; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, between(&baseline.files, &node.files)).into_response())
}

fn short(run: &str) -> &str {
    run.get(..8).unwrap_or(run)
}

/// How the files of a version differ from those of another.
fn between(before: &[SourceText], after: &[SourceText]) -> String {
    let one = |file: &SourceText| {
        let before = before.iter().find(|other| other.path == file.path)?;
        let diff = TextDiff::from_lines(&before.text, &file.text);
        let names = (format!("a/{}", file.path), format!("b/{}", file.path));
        Some(diff.unified_diff().header(&names.0, &names.1).missing_newline_hint(true).to_string())
    };
    after.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_names_only_what_changed() {
        let file = |path: &str, text: &str| SourceText { path: path.into(), text: text.into() };
        let before = [file("a.py", "x = 1\ny = 2\n"), file("b.py", "z = 3\n")];
        let after = [file("a.py", "x = 1\ny = 4"), file("b.py", "z = 3\n")];
        let expected =
            "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x = 1\n-y = 2\n+y = 4\n\\ No newline at end of file\n";
        assert_eq!(between(&before, &after), expected);
    }
}
