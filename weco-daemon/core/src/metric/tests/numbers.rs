//! The ways in which a number is written.

use super::{Reason, assert_found, assert_missing};

#[test]
fn numbers_as_people_write_them() {
    let rows: &[(&str, f64)] = &[
        ("0", 0.0),
        ("-0.5", -0.5),
        ("+0.5", 0.5),
        ("\u{2212}0.5", -0.5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("5. Done", 5.0),
        ("0.3...", 0.3),
        ("0.3.", 0.3),
        ("1e-3", 1e-3),
        ("1E+05", 1e5),
        ("1.5e3", 1500.0),
        ("5.e3", 5000.0),
        ("0.123D-03", 0.123e-3),
        ("3.2 × 10^-3", 3.2e-3),
        ("3.2x10^5", 3.2e5),
        ("3.2·10⁻³", 3.2e-3),
        ("1,234", 1234.0),
        ("1,234,567.8", 1_234_567.8),
        ("1_234", 1234.0),
        ("10_000.5", 10_000.5),
        ("1'234'567.8", 1_234_567.8),
        ("1\u{2009}234\u{2009}567", 1_234_567.0),
        ("1\u{202f}234.5", 1234.5),
        ("12.5ms", 12.5),
        ("12.5 ms", 12.5),
        ("3.1 GB/s", 3.1),
        ("1234 ns/iter (+/- 56)", 1234.0),
        ("91%", 91.0),
        ("91.5 %", 91.5),
        ("3.4x", 3.4),
        ("3.4×", 3.4),
        ("0x", 0.0),
        ("$12.5", 12.5),
        ("€ 12.5", 12.5),
        ("-$12.5", -12.5),
        ("$-12.5", -12.5),
        ("12.5€", 12.5),
        ("3/10", 3.0),
        ("9910/10000 (99%)", 9910.0),
        ("8 / 10", 8.0),
        ("0.91 ± 0.02", 0.91),
        ("1m23.5s", 83.5),
        ("0m1.25s", 1.25),
        ("1h 5m", 3900.0),
        ("2m 3s", 123.0),
        ("5m", 5.0),
        ("0.3;", 0.3),
        ("0.3!", 0.3),
        ("[1.2 ms 1.3 ms 1.5 ms]", 1.3),
        ("(0.3,)", 0.3),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", f64::MAX),
    ];
    let mut outputs = Vec::new();
    for (printed, value) in rows {
        for template in ["metric: {}", "metric = {}", "metric={}", "metric {}", "\"metric\": {},"] {
            outputs.push(("metric", template.replace("{}", printed), *value));
        }
    }
    assert_found(&outputs);
}

#[test]
fn nan_and_infinity_are_not_values() {
    let mut outputs = Vec::new();
    for printed in [
        "nan",
        "NaN",
        "NAN",
        "-nan",
        "nan%",
        "inf",
        "-inf",
        "+inf",
        "Infinity",
        "-Infinity",
        "∞",
        "-∞",
        "1e999",
        "-1e999",
        "None",
        "null",
        "N/A",
        "n/a",
        "1.#INF",
        "-1.#IND",
        "float('nan')",
        "tensor(nan)",
        "np.float64(nan)",
        "np.nan",
        "tensor(inf, device='cuda:0')",
        "[nan]",
        "\"NaN\"",
        "-nan(ind)",
    ] {
        for template in [
            "loss: {}",
            "loss={}",
            "loss {}",
            "{'loss': {}",
            "loss is {}",
            "loss: 0.5\nloss: {}",
            "acc: 1 loss: {}",
        ] {
            outputs.push(("loss", template.replace("{}", printed)));
        }
    }
    assert_missing(&outputs, |reason| matches!(reason, Reason::NotFinite { .. }));
    assert_found(&[
        ("loss", "loss: nan\nloss: 0.3", 0.3),
        ("loss", "loss: 0.3\nval_loss: nan", 0.3),
        ("loss", "val_loss: nan loss: 0.3", 0.3),
        ("loss", "acc nan loss 0.3", 0.3),
    ]);
}

#[test]
fn what_is_no_clear_number_is_not_guessed_at() {
    let (mut alone, mut after) = (Vec::new(), Vec::new());
    for printed in [
        "1,5",
        "0,314",
        "12345,678",
        "1,23,456",
        "1.234,5",
        "1.2.3",
        "v1.2.3",
        "1.2.3-rc1",
        "127.0.0.1",
        "127.0.0.1:8080",
        "2026-11-23",
        "2026/11/23",
        "23.11.2026",
        "2026-11-23T05:37:41Z",
        "12:30",
        "00:01:23.5",
        "0x1F",
        "0b101",
        "3-5",
        "0.3-0.5",
        "1..5",
        "3rd",
        "1a2b3c",
        "7b-instruct",
        "<0.001",
        "[0.3, 0.9]",
        "(0.3, 0.9)",
        "tensor([0.3, 0.9])",
        "[1,234]",
        "0.5 * total",
        "1.0 / n",
        "2^10",
        "12 345",
        "1 234.5 ops/s",
    ] {
        for template in ["metric: {}", "metric = {}", "{\"metric\": {}"] {
            let output = template.replace("{}", printed);
            after.push(("metric", format!("metric: 0.25\n{output}"), 0.25));
            alone.push(("metric", output));
        }
    }
    assert_missing(&alone, |reason| !matches!(reason, Reason::NotFinite { .. }));
    assert_found(&after);
    assert_missing(
        &[
            ("loss", "loss: 1,5"),
            ("loss", "loss = [0.3, 0.9]"),
            ("time", "time: 12:30"),
            ("loss", "loss: <0.01"),
        ],
        |reason| matches!(reason, Reason::Unclear { .. }),
    );
}
