//! SEARCH/REPLACE blocks in all the forms in which they come.

use super::{MODEL, candidate, files, model, only, pair, refusal, refusals};
use crate::event::{Fault, Form};
use crate::reply::parse;

const EDIT: &str = "<<<<<<< SEARCH\nSIZE = 10\n=======\nSIZE = 20\n>>>>>>> REPLACE\n";

fn edited() -> String {
    MODEL.replace("SIZE = 10", "SIZE = 20")
}

#[test]
fn one_edit_in_every_shape() {
    for shape in [
        "Larger.\n\nmodel.py\n```\n{}```\n",
        "```python\n{}```",
        "```python model.py\n{}```",
        "```python\nmodel.py\n{}```",
        "```python\n# model.py\n{}```",
        "### `model.py`\n\n{}",
        "{}",
        "model.py\n{}\nDone.",
        "~~~diff\n{}~~~",
        "```diff\n{}```",
        "```\n{}",
        "<think>\n{}</think>\nmodel.py\n```\n{}```",
    ] {
        let reply = shape.replace("{}", EDIT);
        assert_eq!(only(&reply), edited(), "{reply}");
        assert_eq!(only(&reply.replace('\n', "\r\n")), edited(), "{reply}");
        let markers = reply
            .replace("<<<<<<< SEARCH", "<<<<<<<<< ORIGINAL model.py")
            .replace(">>>>>>> REPLACE", ">>>>> UPDATED");
        assert_eq!(only(&markers), edited(), "{markers}");
    }
}

#[test]
fn matching_is_tolerant_of_whitespace() {
    let body = |search: &str, replace: &str| {
        only(&format!("<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"))
    };
    let cubed = MODEL.replace("radius ** 2", "radius ** 3");
    assert_eq!(body("    return math.pi * radius ** 2  ", "    return math.pi * radius ** 3"), cubed);
    assert_eq!(body("return math.pi * radius ** 2", "return math.pi * radius ** 3"), cubed);
    assert_eq!(
        body("\tdef area(radius):\n\t    # the usual formula", "\tdef area(radius):\n\t    # mine"),
        MODEL.replace("the usual formula", "mine")
    );
    assert_eq!(body("\nSIZE = 10", "\nSIZE = 20"), edited());
    assert_eq!(body("\n\n\n\nSIZE = 10\n\n", "SIZE = 20"), edited());
    assert_eq!(body("```python\nSIZE = 10\n```", "```python\nSIZE = 20\n```"), edited());
}

#[test]
fn a_replacement_is_indented_as_the_file_is() {
    let nested =
        files([("a.py", "class A:\n    def f(self):\n        if x:\n            y()\n        z()\n")]);
    let edit = |search: &str, replace: &str| {
        format!("a.py\n```\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n```\n")
    };
    let expected =
        "class A:\n    def f(self):\n        if x:\n            w()\n\n            y()\n        z()\n";
    for (search, replace) in [
        ("if x:\n    y()", "if x:\n    w()\n\n    y()"),
        ("  if x:\n      y()", "  if x:\n      w()\n\n      y()"),
        (
            "            if x:\n                y()",
            "            if x:\n                w()\n\n                y()",
        ),
    ] {
        assert_eq!(candidate(&edit(search, replace), &nested).files["a.py"], expected, "{search:?}");
    }
    // Not one change of indentation for all lines: it is not guessed.
    let told = refusal(&edit("if x:\ny()", "if x:\nw()"), &nested);
    assert!(told.contains("does not occur there"), "{told}");
    // The replacement cannot be moved as far to the left.
    let told = refusal(&edit("                if x:\n                    y()", "w()"), &nested);
    assert!(told.contains("does not occur there"), "{told}");
}

#[test]
fn a_reason_says_what_the_answers_form_has_to_do_with_it() {
    let fault = |reply: &str| parse(reply, &model()).unwrap_err().fault;
    let missing = EDIT.replace("SIZE = 10", "SIZE = 11");
    assert_eq!(fault(&format!("model.py\n```\n{missing}```")), Fault::Edits);
    assert_eq!(fault(&format!("model.py\n```\n{EDIT}<<<<<<< SEARCH\n")), Fault::Edits);
    assert_eq!(fault("model.py\n```python\nimport math\n"), Fault::Whole, "cut off");
    assert_eq!(fault("```python\nimport math\n# ... rest of the code unchanged ...\n```"), Fault::Whole);
    assert_eq!(fault(&format!("```python\n{MODEL}```")), Fault::Seen);
    assert_eq!(fault("I would cache the areas."), Fault::Other);
    assert_eq!(candidate(EDIT, &model()).form, Form::Edits);
    assert_eq!(candidate(&format!("```python\n{}```", edited()), &model()).form, Form::Whole);
}

#[test]
fn several_edits_apply_in_order() {
    let reply = "model.py\n```\n<<<<<<< SEARCH\nSIZE = 10\n=======\nSIZE = 20\nSTEP = 1\n>>>>>>> REPLACE\n\n\
                 <<<<<<< SEARCH\nSTEP = 1\n=======\nSTEP = 2\n>>>>>>> REPLACE\n```\nand\n```\n\
                 <<<<<<< SEARCH\n    # the usual formula\n=======\n>>>>>>> REPLACE\n```\n";
    let expected = MODEL.replace("SIZE = 10", "SIZE = 20\nSTEP = 2").replace("    # the usual formula\n", "");
    assert_eq!(only(reply), expected);
}

#[test]
fn several_files_and_forms_at_once() {
    let reply = format!(
        "Both.\n\nsrc/model.py\n```\n{EDIT}```\n\nutils.py\n```python\ndef twice(x):\n    return 2 * x\n```\n"
    );
    let both = candidate(&reply, &pair());
    assert_eq!(
        both.files,
        files([("src/model.py", &edited()), ("utils.py", "def twice(x):\n    return 2 * x\n")])
    );
    let unlabelled = "<<<<<<< SEARCH\n    return x + x\n=======\n    return 2 * x\n>>>>>>> REPLACE\n";
    let found = candidate(&format!("{unlabelled}\n{EDIT}"), &pair());
    assert_eq!(found.files["src/model.py"], edited());
    assert!(found.files["utils.py"].contains("2 * x"));
    let one_fence = format!("```\nsrc/model.py\n{EDIT}utils.py\n{unlabelled}```");
    assert_eq!(candidate(&one_fence, &pair()).files, found.files);
    let foreign = format!("../x.py\n```\n{EDIT}```\n\nutils.py\n```\n{unlabelled}```");
    assert_eq!(candidate(&foreign, &pair()).files["src/model.py"], MODEL);
}

#[test]
fn code_with_divider_lines_survives() {
    let parent = files([("doc.rst", "Title\n=======\n\nText.\n\nOther\n=======\n")]);
    let reply =
        "<<<<<<< SEARCH\nTitle\n=======\n\nText.\n=======\nBetter\n=======\n\nWords.\n>>>>>>> REPLACE\n";
    assert_eq!(candidate(reply, &parent).files["doc.rst"], "Better\n=======\n\nWords.\n\nOther\n=======\n");
    let reply = "<<<<<<< SEARCH\nText.\n=======\nSub\n=======\n>>>>>>> REPLACE\n";
    assert_eq!(
        candidate(reply, &parent).files["doc.rst"],
        "Title\n=======\n\nSub\n=======\n\nOther\n=======\n"
    );
}

#[test]
fn code_with_fences_and_markers_survives() {
    let parent = files([("README.md", "# T\n\n```\nold\n```\n")]);
    let reply =
        "README.md\n```\n<<<<<<< SEARCH\n```\nold\n```\n=======\n```sh\nnew\n```\n>>>>>>> REPLACE\n```\n";
    assert_eq!(candidate(reply, &parent).files["README.md"], "# T\n\n```sh\nnew\n```\n");
    let parser = "A = '''\n<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n'''\nB = 1\n";
    let parent = files([("parser.py", parser)]);
    let new = parser.replace("B = 1", "B = 2");
    assert_eq!(candidate(&format!("```\n{new}```"), &parent).files["parser.py"], new);
    let edit = "```\n<<<<<<< SEARCH\nB = 1\n=======\nB = 2\n>>>>>>> REPLACE\n```";
    assert_eq!(candidate(edit, &parent).files["parser.py"], new);
}

#[test]
fn an_empty_search_fills_an_empty_file_or_gives_it_anew() {
    let fill = "<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n";
    assert_eq!(candidate(fill, &files([("a.py", "")])).files["a.py"], "x = 1\n");
    let anew = format!("<<<<<<< SEARCH\n=======\n{}>>>>>>> REPLACE\n", edited());
    assert_eq!(only(&anew), edited());
    assert!(refusal(fill, &model()).contains("is empty"));
}

#[test]
fn what_does_not_match_is_explained() {
    let edit =
        |search: &str| format!("model.py\n```\n<<<<<<< SEARCH\n{search}\n=======\nx\n>>>>>>> REPLACE\n```");
    let twice = files([("model.py", "x = 1\ny = 2\nx = 1\n")]);
    let elided = EDIT.replace("SIZE = 20", "SIZE = 20\n# ... rest of the code ...");
    let told = refusals(&[
        ("a line differs", &edit("def area(r):\n    # the usual formula"), &model()),
        ("no line is like it", &edit("while True:\n    pass"), &model()),
        ("another order", &edit("SIZE = 10\nimport math"), &model()),
        ("several places", &edit("x = 1"), &twice),
        ("left out", &elided, &model()),
        ("another file", &format!("utils.py\n```\n{EDIT}```"), &pair()),
        ("any file", "<<<<<<< SEARCH\nzzz\n=======\nx\n>>>>>>> REPLACE\n", &pair()),
        (
            "either file",
            "x.py\n<<<<<<< SEARCH\nz\n=======\nx\n>>>>>>> REPLACE\n",
            &files([("a/x.py", ""), ("b/x.py", "")]),
        ),
        ("empty", "<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n", &model()),
        ("too many", &EDIT.repeat(1_001), &model()),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn an_incomplete_edit_spoils_the_reply() {
    for reply in [
        format!("model.py\n```\n{EDIT}<<<<<<< SEARCH\nimport math\n=======\nimport"),
        format!("model.py\n```\n{EDIT}<<<<<<< SEAR"),
        format!("{EDIT}<<<<<<< SEARCH\nimport math\n>>>>>>> REPLACE\n"),
        "model.py\n```\n<<<<<<< SEARCH\nimport math\n```\n".to_owned(),
    ] {
        assert!(refusal(&reply, &model()).contains("incomplete"), "{reply}");
    }
}

#[test]
fn a_whole_file_stands_in_for_edits_that_do_not_apply() {
    let new = edited();
    let reply = format!(
        "model.py\n```python\n{new}```\nThat is:\n```\n<<<<<<< SEARCH\nSIZE = 11\n=======\nSIZE = 20\n>>>>>>> REPLACE\n```"
    );
    assert_eq!(only(&reply), new);
}
