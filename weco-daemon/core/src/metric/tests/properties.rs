//! What holds for all outputs.

use proptest::prelude::*;

use crate::metric::find;

/// Ways to print a number exactly.
const FORMATS: [fn(f64) -> String; 4] =
    [|v| format!("{v}"), |v| format!("{v:?}"), |v| format!("{v:e}"), |v| format!("{v:+E}")];

/// Ways to print a metric; `NAME` and `VALUE` stand for its own.
const TEMPLATES: [&str; 26] = [
    "NAME: VALUE",
    "NAME = VALUE",
    "NAME=VALUE",
    "NAME VALUE",
    "NAME\tVALUE",
    "Final NAME value = VALUE",
    "NAME (ms): VALUE ms",
    "NAME -> VALUE",
    "NAME is VALUE",
    "best NAME so far: VALUE",
    "{\"epoch\": 3, \"NAME\": VALUE, \"val_other\": 7}",
    "{'NAME': np.float64(VALUE)}",
    "{\n  \"epoch\": 3,\n  \"NAME\": VALUE\n}",
    "| NAME | VALUE |",
    "| epoch | NAME |\n|---|---|\n| 1 | 5 |\n| 2 | VALUE |",
    "epoch,NAME,other\n1,5,6\n2,VALUE,7",
    "epoch=3 NAME=VALUE other=0.9",
    "epoch 3 NAME VALUE other 0.9",
    "2026-11-23 05:37:41 INFO NAME: VALUE",
    "[12:03:55] NAME: VALUE",
    "\u{1b}[1mNAME\u{1b}[0m: \u{1b}[32mVALUE\u{1b}[0m",
    "NAME: 5\rNAME: 6\rNAME: VALUE\r",
    "NAME: VALUE ± 0.02",
    "NAME: VALUEms",
    "NAME: VALUE%",
    "**NAME**: VALUE",
];

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |v| v.is_finite()),
        -1000.0..1000.0,
        (-1_000_000_i32..1_000_000).prop_map(f64::from),
        (-1000_i32..1000).prop_map(|v| f64::from(v) / 100.0),
    ]
}

/// Lines without the letters of the names asked for.
fn noise() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~&&[^qQ]]{0,60}",
        "\\PC{0,30}".prop_filter("no name", |line| !line.to_lowercase().contains('q')),
        "(step|epoch|lr|time)[:= ]{1,2}[0-9]{1,4}(\\.[0-9]{1,3})?(ms|%|x)?",
        Just("Traceback (most recent call last):".to_owned()),
        Just("| a | b |\n|---|---|\n| 1 | 2 |".to_owned()),
        Just(String::new()),
    ]
}

/// Words of a name; each has the letter that no noise has.
fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("q[a-p]{2,6}[1-9]?", 1..4)
}

/// Ways to join the words of one name.
fn spell(words: &[String], style: usize) -> String {
    let capital = |word: &String| word[..1].to_uppercase() + &word[1..];
    let camel = |words: &[String]| words.iter().map(capital).collect::<String>();
    match style {
        0 => words.join("_"),
        1 => words.join("-"),
        2 => words.join(" "),
        3 => words[0].clone() + &camel(&words[1..]),
        4 => camel(words),
        5 => words.join("_").to_uppercase(),
        6 => words.iter().map(capital).collect::<Vec<_>>().join(" "),
        _ => words.join(" ").to_uppercase(),
    }
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_printed_value_is_found(
        value in finite(), format in 0..FORMATS.len(), template in 0..TEMPLATES.len(), words in words(),
        asked in 0..8_usize, printed in 0..8_usize,
        before in prop::collection::vec(noise(), 0..4), after in prop::collection::vec(noise(), 0..4),
    ) {
        let print = TEMPLATES[template].replace("VALUE", &FORMATS[format](value)).replace("NAME", &spell(&words, printed));
        let output = format!("{}\n{print}\n\n\n{}", lines(&before), lines(&after));
        prop_assert_eq!(find(&output, &spell(&words, asked)), Ok(value), "{}", output);
    }

    #[test]
    fn the_last_print_wins(values in prop::collection::vec(finite(), 1..6), between in prop::collection::vec(noise(), 6)) {
        let output: String = values.iter().zip(&between).map(|(value, noise)| format!("qloss: {value}\n\n{noise}\n\n")).collect();
        prop_assert_eq!(find(&output, "qloss"), Ok(values[values.len() - 1]));
    }

    #[test]
    fn a_longer_name_is_never_taken(value in finite(), other in "(val|train|huber|dev|x2)", joiner in "[_ ./-]", template in 0..TEMPLATES.len()) {
        let print = |name: &str, value: f64| TEMPLATES[template].replace("VALUE", &value.to_string()).replace("NAME", name);
        let longer = format!("{other}{joiner}qloss");
        let output = print(&longer, 7.5);
        prop_assert!(find(&output, "qloss").is_err(), "{}", output);
        let output = format!("qloss: {value}\n{output}\n\n\n");
        prop_assert_eq!(find(&output, "qloss"), Ok(value), "{}", output);
    }

    #[test]
    fn a_last_nan_hides_earlier_values(value in finite(), blank in "(nan|NaN|-inf|inf|None|null|1e999)", template in 0..TEMPLATES.len()) {
        let print = TEMPLATES[template].replace("VALUE", &blank).replace("NAME", "qloss");
        let output = format!("Final qloss value = {value}\nbest qloss: {value}\n{print}\n");
        let exact = format!("{output}qloss: {blank}\n");
        prop_assert!(find(&exact, "qloss").is_err(), "{}", exact);
    }

    #[test]
    fn no_output_panics_and_every_value_is_finite(output in any::<String>(), name in any::<String>()) {
        prop_assert!(find(&output, &name).is_ok_and(f64::is_finite) || find(&output, &name).is_err());
    }

    #[test]
    fn no_soup_of_syntax_panics(pieces in prop::collection::vec(prop_oneof![
        Just("loss"), Just("Loss"), Just("_"), Just(" "), Just("  "), Just("\t"), Just("\n"), Just("\r"), Just(":"), Just("="), Just("-"),
        Just("--"), Just("->"), Just(">"), Just("<"), Just("("), Just(")"), Just("["), Just("]"), Just("{"), Just("}"), Just("|"),
        Just("│"), Just("─"), Just(","), Just("."), Just("..."), Just("'"), Just("\""), Just("*"), Just("/"), Just("%"), Just("±"),
        Just("+/-"), Just("$"), Just("0"), Just("1"), Just("23"), Just("0.5"), Just("1,234"), Just("1e5"), Just("e"), Just("x10^"), Just("ms"),
        Just("m"), Just("s"), Just("nan"), Just("None"), Just("value"), Just("mean"), Just("of"), Just("from"), Just("to"), Just("tensor"),
        Just("\u{1b}["), Just("\u{1b}]"), Just("\u{8}"), Just("\u{2009}"), Just("²"), Just("val"), Just("final"), Just("test"), Just("at"),
        Just("numpy"), Just("@"), Just("#"), Just("0x"), Just("µ"), Just("n/a"),
    ], 0..60)) {
        let output = pieces.concat();
        for name in ["loss", "val_loss", "loss@1", "(loss)", "%", "x/s"] {
            prop_assert!(find(&output, name).map_or(true, f64::is_finite), "{}", output);
        }
    }
}

/// Runs in which the name occurs ever again.
const NAMES: [&str; 27] = [
    "loss ",
    "loss",
    "loss_",
    "loss: ",
    "loss:",
    "loss (",
    "loss {",
    "loss: {",
    "loss: [",
    "\"loss\", ",
    "loss: 1 -> ",
    "loss of ",
    "loss at epoch ",
    "best loss ",
    "loss\n",
    "loss\n1\n",
    "loss  acc\n",
    "loss | acc\n1 | 2\n",
    "loss,",
    "loss;",
    "loss|",
    "loss  ",
    "loss:\n",
    "loss: from 1 to ",
    "loss: nan ",
    "loss is ",
    "_loss",
];

/// Runs of everything else that has a rule of its own.
const SYNTAX: [&str; 37] = [
    "1 -> ", "final ", "best_", "1", "1 ", "1.", "1,", "1-", "1:", "1m", "1h ", "1/", "0.5 ", "1_", "(", "[",
    "{", "|", "-", "=", ".", "\u{8}", "\u{1b}[", "\u{1b}]", "\r", "\n", "\t", "aB", "é", "tensor(", "np.",
    "e1", "×10^", "…", "=-", "-=", "is ",
];

/// A reading whose time is not linear in the output's length would take minutes for these.
fn assert_read_at_length(pieces: &[&str]) {
    for piece in pieces {
        let output = piece.repeat(52_000 / piece.len());
        assert!(find(&output, "loss").map_or(true, f64::is_finite), "{piece:?}");
    }
}

#[test]
fn long_runs_of_names_take_linear_time() {
    assert_read_at_length(&NAMES);
}

#[test]
fn long_runs_of_syntax_take_linear_time() {
    assert_read_at_length(&SYNTAX);
}

#[test]
fn long_names_take_linear_time() {
    let output = "loss ".repeat(10_000);
    for name in ["val_loss".to_owned(), "loss".repeat(50), "loss ".repeat(10_000), "(".repeat(10_000)] {
        assert!(find(&output, &name).map_or(true, f64::is_finite));
    }
}
