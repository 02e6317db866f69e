//! Whole files in all the forms in which they come.

use super::{BETTER, MODEL, candidate, files, model, only, pair};

/// Replies with the same file in them; `{}` stands for its text.
const SHAPES: &[(&str, &str)] = &[
    ("as asked", "Cache areas.\n\nmodel.py\n```\n{}```\n"),
    ("no label", "I cache the areas.\n\n```python\n{}```\n\nThis avoids work."),
    ("no language", "Cache.\n```\n{}```"),
    ("info: language and path", "Cache.\n\n```python model.py\n{}```"),
    ("info: path", "```model.py\n{}```"),
    ("info: colon", "```python:src/model.py\n{}```"),
    ("info: title", "```python title=\"model.py\"\n{}```"),
    ("info: attributes", "```py filename=model.py {linenos=true}\n{}```"),
    ("bold", "Cache.\n\n**model.py**\n\n```python\n{}```"),
    ("bold with colon", "**`model.py`**:\n```python\n{}```"),
    ("backticks", "`model.py`:\n```python\n{}```"),
    ("heading", "## Plan\nCache.\n\n### model.py\n\n```python\n{}```"),
    ("heading with file", "### File: `model.py`\n```python\n{}```"),
    ("line above", "File: ./model.py\n```python\n{}```"),
    ("list", "1. **model.py**\n\n```python\n{}```"),
    ("section with prose", "### `model.py`\n\nThe areas are cached now:\n\n```python\n{}```"),
    ("comment inside", "```python\n# model.py\n{}```"),
    ("comment inside, other style", "```python\n# File: ./model.py\n{}```"),
    ("label twice", "**model.py**\n```python\n# model.py\n{}```"),
    ("path inside", "```\nmodel.py\n{}```"),
    ("tildes", "model.py\n~~~python\n{}~~~"),
    ("long fence", "``````python\n{}``````"),
    ("closing fence longer", "```python\n{}`````\n"),
    ("shell before", "Cache.\n```bash\npip install numpy\n```\n```python\n{}```"),
    ("shell after", "```python\n{}```\nRun it:\n```sh\npython model.py\n```"),
    ("output after", "model.py\n```python\n{}```\n\nIt prints\n\n```text\ntotal: 895.35\n```"),
    ("usage after", "```python\n{}```\nUse it so:\n```python\nfrom model import area\narea(1)\n```"),
    (
        "excerpt before",
        "Now there is:\n```python\n    return math.pi * radius ** 2\n```\nBetter:\n```python\n{}```",
    ),
    (
        "excerpt after",
        "```python\n{}```\nThe point is\n```python\n    if radius not in CACHE:\n        CACHE[radius] = math.pi * radius * radius\n```",
    ),
    ("label above shell", "### model.py\n```bash\npip list\n```\n```python\n{}```"),
    ("think", "<think>\nMaybe\n```python\nx = 1\n```\nno.\n</think>\n\nCache.\n\n```python\n{}```"),
    ("thinking on one line", "<thinking>Cache?</thinking>\nCache.\n```python\n{}```"),
    ("reasoning", "\n\n<reasoning>\nHm.\n</reasoning>```python\n{}```"),
    ("lone closing think", "First\n```python\nx = 1\n```\nThen more.\n</think>\nCache.\n```python\n{}```"),
    ("lone closing think in an open block", "First\n```python\nx = 1\n</think>\nCache.\n```python\n{}```"),
    ("byte order mark", "\u{feff}```python\n{}```"),
    ("wrapped in markdown", "```markdown\nCache.\n\n### model.py\n```python\n{}```\n```"),
    ("stray fence at the end", "```python\n{}```\n```\n\nThat is all."),
    ("foreign beside", "```python tests/test_area.py\nassert True\n```\n\n```python model.py\n{}```"),
    ("data beside", "config.json\n```json\n{}\n```\n\n```python model.py\n{}```"),
    ("unlabelled after foreign data", "### 1. config.json\n```json\n{ }\n```\n\nAnd\n\n```python\n{}```"),
    ("last token left in", "```python\n{}```<|im_end|>"),
    ("diff beside", "```diff\n@@ -3 +3 @@\n-SIZE = 10\n+SIZE = 20\n```\n```python\n{}```"),
    ("saved under another name", "Save this as `solution.py` and run it:\n```python\n{}```"),
    ("empty block", "```python\n```\n```python\n{}```"),
    (
        "two versions",
        "```python\nimport math\n\nSIZE = 10\n\n\ndef area(radius):\n    return 3 * radius ** 2\n\n\nprint(\"total:\", sum(area(r) for r in range(SIZE)))\n```\nEven better:\n```python\n{}```",
    ),
    ("language of another tongue", "```Python3\n{}```"),
    (
        "exact label beats a longer one",
        "```python model.py\n{}```\n```python old/model.py\nimport math\n\nSIZE = 10\nprint(1)\n```",
    ),
];

#[test]
fn one_file_in_every_shape() {
    for (name, shape) in SHAPES {
        let reply = shape
            .replace("{}\n```\n\n```python model.py", "{ }\n```\n\n```python model.py")
            .replace("{}", BETTER);
        assert_eq!(only(&reply), BETTER, "{name}:\n{reply}");
        assert_eq!(only(&reply.replace('\n', "\r\n")), BETTER, "{name} with carriage returns");
    }
}

#[test]
fn the_original_may_be_quoted_first() {
    assert_eq!(only(&format!("Now:\n```python\n{MODEL}```\nBetter:\n```python\n{BETTER}```")), BETTER);
    assert_eq!(only(&format!("Better:\n```python\n{BETTER}```\nIt was:\n```python\n{MODEL}```")), BETTER);
}

#[test]
fn the_original_may_be_labelled_and_the_new_version_not() {
    assert_eq!(
        only(&format!("**model.py**\n```python\n{MODEL}```\nBetter:\n```python\n{BETTER}```")),
        BETTER
    );
}

#[test]
fn blocks_in_a_list_are_indented() {
    let indented: String = BETTER.lines().map(|line| format!("   {line}\n")).collect();
    assert_eq!(only(&format!("1. The file:\n\n   ```python\n{indented}   ```\n2. Done")), BETTER);
}

#[test]
fn several_files_and_those_left_out() {
    let utils = "def twice(x):\n    return 2 * x\n";
    let reply =
        format!("Both.\n\n**src/model.py**\n```python\n{BETTER}```\n\n**utils.py**\n```python\n{utils}```\n");
    let both = candidate(&reply, &pair());
    assert_eq!(both.plan, "Both.");
    assert_eq!(both.files, files([("src/model.py", BETTER), ("utils.py", utils)]));
    let one = candidate(&format!("```python\n# utils.py\n{utils}```"), &pair());
    assert_eq!(one.files, files([("src/model.py", MODEL), ("utils.py", utils)]));
}

#[test]
fn a_list_of_files_above_labels_nothing_that_labels_itself() {
    let reply = format!("Changed:\n- `src/model.py`\n- `utils.py`\n\n```python\n# src/model.py\n{BETTER}```");
    assert_eq!(candidate(&reply, &pair()).files["src/model.py"], BETTER);
}

#[test]
fn files_are_found_by_part_of_the_path_a_mention_or_their_look() {
    for head in [
        "**model.py**\n```python",
        "```python project/src/model.py",
        "```python src\\model.py",
        "In `src/model.py` the areas are cached now:\n```python",
        "Cache.\n```python",
    ] {
        let reply = format!("{head}\n{BETTER}```");
        assert_eq!(candidate(&reply, &pair()).files["src/model.py"], BETTER, "{head}");
    }
}

#[test]
fn a_files_own_first_comment_stays() {
    let parent = files([("model.py", "# model.py\nx = 1\n")]);
    let better = candidate("```python\n# model.py\nx = 2\n```", &parent);
    assert_eq!(better.files["model.py"], "# model.py\nx = 2\n");
    let parent = files([("README.md", "# Title\n\nText.\n")]);
    let better = candidate("```md\n# README.md\n\nText.\n```", &parent);
    assert_eq!(better.files["README.md"], "# README.md\n\nText.\n");
}

#[test]
fn fences_within_a_file() {
    let readme = "# Tool\n\n```sh\nmake\n```\n\nPrints:\n\n```\nok\n```\n\nEnd.\n";
    let parent = files([("README.md", readme)]);
    let new = readme.replace("Tool", "Good tool");
    for reply in [
        format!("README.md\n````\n{new}````\n"),
        format!("README.md\n```markdown\n{new}```\n"),
        format!("```markdown\n{new}```\n\nThat is it."),
        format!("~~~\n{new}~~~\n"),
    ] {
        assert_eq!(candidate(&reply, &parent).files["README.md"], new, "{reply}");
    }
    let fewer = "# Tool\n\nPrints ok.\n";
    assert_eq!(candidate(&format!("```md\n{fewer}```\n\nThat is it."), &parent).files["README.md"], fewer);
    let code = "PROMPT = \"\"\"\n```json\n{}\n```\n\"\"\"\nx = 1\n";
    let reply = format!("```python\n{code}```");
    assert_eq!(only(&reply), code, "new inner fences");
}

#[test]
fn line_endings_and_the_last_newline_stay_as_they_were() {
    let windows = files([("model.py", "a = 1\r\nb = 2")]);
    assert_eq!(candidate("```\na = 1\nb = 3\n```", &windows).files["model.py"], "a = 1\r\nb = 3");
    let reply = "model.py\n```\n<<<<<<< SEARCH\na = 1\n=======\na = 2\nc = 4\n>>>>>>> REPLACE\n```";
    assert_eq!(candidate(reply, &windows).files["model.py"], "a = 2\r\nc = 4\r\nb = 2");
    let marked = files([("model.py", "\u{feff}a = 1\n")]);
    assert_eq!(candidate("```\na = 2\n```", &marked).files["model.py"], "\u{feff}a = 2\n");
}

#[test]
fn a_reply_that_is_the_file_itself() {
    let bare = MODEL.replace("radius ** 2", "radius * radius");
    assert_eq!(only(&bare), bare);
    assert_eq!(only(&format!("<think>\nShort.\n</think>\n{bare}")), bare);
}

#[test]
fn plans() {
    let plan =
        |head: &str, tail: &str| candidate(&format!("{head}```python\n{BETTER}```\n{tail}"), &model()).plan;
    assert_eq!(
        plan("**Plan:** Cache the areas.\nThey repeat.\n\n### model.py\n", "Good luck!"),
        "Cache the areas. They repeat."
    );
    assert_eq!(plan("<think>secret</think>", "It caches."), "It caches.");
    assert_eq!(plan("", ""), "(no plan given)");
    assert_eq!(plan("Cache.\n```bash\npip list\n```\nmore\n", ""), "Cache.");
}
