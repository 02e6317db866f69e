//! Replies that cannot be used, and what the model is told about them.

use super::{BETTER, MODEL, candidate, files, model, pair, refusal, refusals};

#[test]
fn nothing_to_evaluate() {
    let told = refusals(&[
        ("prose", "I would cache the areas.", &model()),
        ("nothing", "", &model()),
        ("a command", "```bash\npython model.py\n```", &model()),
        ("the same", &format!("Same.\n```python\n{MODEL}```"), &model()),
        ("a thought", "<think>\nLet me see\n```python\nx = 1\n```", &model()),
        ("an empty block", "model.py\n```\n```\n", &model()),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn only_the_listed_files_can_be_changed() {
    for label in
        ["/etc/passwd", "other.py", "../model.py", "src/../../model.py", "C:\\model.py", "~/model.py"]
    {
        let reply = format!("**{label}**\n```python\n{BETTER}```");
        assert!(refusal(&reply, &model()).contains("Only these files can be changed: `model.py`"), "{reply}");
    }
    let told = refusals(&[
        ("foreign", &format!("```python ../model.py\n{BETTER}```"), &model()),
        ("either file", "**x.py**\n```\nb = 2\n```", &files([("a/x.py", "a = 1\n"), ("b/x.py", "b = 1\n")])),
        ("any file", "```python\nimport os\nprint(os.name)\n```", &pair()),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn a_file_that_is_cut_off_is_never_applied() {
    for (reply, parent) in [
        (format!("Cache.\n```python\n{BETTER}"), model()),
        (format!("src/model.py\n```python\n{BETTER}```\n\nutils.py\n```python\ndef twice(x):\n"), pair()),
        (format!("```python\n{BETTER}```\nBetter:\n```python\nimport math\n"), model()),
        (format!("```python\n{BETTER}```\n\nmodel.py\n```\nimport math\n"), model()),
        (format!("src/model.py\n```python\n{BETTER}```\nand\n```python\nimport os\n"), pair()),
        ("```md README.md\n# T\n```sh\nmake\n```\ntext".to_owned(), files([("README.md", "# T\n")])),
        ("```md\n# T\n```\nmake\n```\ntext".to_owned(), files([("README.md", "# T\n```\nmake\n```\n")])),
    ] {
        assert!(refusal(&reply, &parent).contains("cut off"), "{reply}");
    }
    let only_usage = format!("model.py\n```python\n{BETTER}```\nRun:\n```bash\npython mod");
    assert_eq!(candidate(&only_usage, &model()).files["model.py"], BETTER);
}

#[test]
fn a_file_with_parts_left_out_is_never_applied() {
    let own = MODEL.replace("# the usual formula", "# ... existing code ...");
    let parent = files([("model.py", &own)]);
    let new = own.replace("SIZE = 10", "SIZE = 20");
    assert_eq!(candidate(&format!("```\n{new}```"), &parent).files["model.py"], new);
    let elided = "```python\nimport math\n\n# ... rest of the code unchanged ...\n\nprint(1)\n```";
    let diff = "```diff\n--- a/model.py\n+++ b/model.py\n@@ -1,3 +1,3 @@\n-SIZE = 10\n+SIZE = 20\n```";
    let told = refusals(&[
        ("left out", elided, &model()),
        ("a part", "```python\n    return math.pi * radius * radius\n```", &model()),
        ("a diff", diff, &model()),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn sizes_are_bounded() {
    let lines = |n: usize| format!("```\n{}```\n", "x = 1\n".repeat(n));
    let all = ["a.py", "b.py", "c.py"].map(|path| format!("{path}\n{}", lines(30_000))).concat();
    let told = refusals(&[
        ("not text", "```\nx = '\0'\n```", &model()),
        ("a large file", &lines(40_000), &model()),
        ("large files", &all, &files([("a.py", "1\n"), ("b.py", "2\n"), ("c.py", "3\n")])),
        ("a large reply", &"x".repeat(3_000_000), &model()),
    ]);
    insta::assert_snapshot!(told);
}
