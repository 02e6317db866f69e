//! Tables of all kinds.

use super::{Reason, assert_found, assert_missing};

#[test]
fn markdown_ascii_and_box_tables() {
    assert_found(&[
        ("loss", "| epoch | loss | acc |\n|---|---|---|\n| 1 | 0.5 | 0.8 |\n| 2 | 0.3 | 0.9 |", 0.3),
        ("acc", "| epoch | loss | acc |\n|:--|:-:|--:|\n| 1 | 0.5 | 0.8 |\n| 2 | 0.3 | 0.9 |\n\ndone", 0.9),
        ("loss", "epoch | loss | val_loss\n1 | 0.5 | 0.6\n2 | 0.3 | 0.4", 0.3),
        (
            "loss",
            "+-------+------+\n| epoch | loss |\n+-------+------+\n|     1 |  0.5 |\n|     2 |  0.3 |\n+-------+------+",
            0.3,
        ),
        (
            "speedup",
            "┏━━━━━━┳━━━━━━━━━┓\n┃ case ┃ Speedup ┃\n┡━━━━━━╇━━━━━━━━━┩\n│ a    │ 2.5x    │\n└──────┴─────────┘",
            2.5,
        ),
        (
            "loss",
            "┌──────┬──────┐\n│ loss ┆ acc  │\n│ ---  ┆ ---  │\n│ f64  ┆ f64  │\n╞══════╪══════╡\n│ 0.3  ┆ 0.9  │\n└──────┴──────┘",
            0.3,
        ),
        ("loss", "| metric | value |\n|---|---|\n| loss | 0.3 |\n| acc | 0.9 |", 0.3),
        ("speedup", "│ Speedup │ 2.5x │", 2.5),
        ("speedup", "║ Speedup ║ 2.5x ║", 2.5),
        ("acc", "+------+-----+\n| loss | 0.3 |\n| acc  | 0.9 |\n+------+-----+", 0.9),
        (
            "mean",
            "| Command | Mean [ms] | Min [ms] |\n|:---|---:|---:|\n| `sleep` | 310.3 ± 3.2 | 305.1 |",
            310.3,
        ),
        ("latency", "| Latency (ms) | Throughput |\n|---|---|\n| **12.5** | 3 |", 12.5),
        ("loss", "| epoch | loss |\n|---|---|\n| 1 | 0.5 |\n| 2 | - |", 0.5),
    ]);
}

#[test]
fn columns_by_spaces_tabs_and_commas() {
    assert_found(&[
        ("loss", "epoch  loss   acc\n1      0.5    0.8\n2      0.3    0.9", 0.3),
        ("acc", "epoch loss acc\n1 0.5 0.8\n2 0.3 0.9\n", 0.9),
        ("loss", "epoch\tloss\n1\t0.5\n2\t0.3", 0.3),
        ("loss", "epoch,loss,acc\n1,0.5,0.8\n2,0.3,0.9", 0.3),
        ("acc", "epoch,loss,acc\n1,234,5\n", 5.0),
        ("loss", "epoch, loss\n1, 0.3", 0.3),
        ("loss", "epoch;loss\n1;0.3", 0.3),
        ("loss", "metric,value\nloss,0.3\nacc,0.9", 0.3),
        ("acc", "   loss   acc\n0  0.31  0.90\n1  0.30  0.91\n", 0.91),
        ("loss", "   loss\n0  0.31\n1  0.30\n", 0.3),
        ("loss", "loss    0.31\nacc     0.90\ndtype: float64", 0.31),
        ("loss", "Val loss    loss\n--------    ----\n0.5         0.3", 0.3),
        ("loss", "Loss\n----\n0.3\n", 0.3),
    ]);
}

#[test]
fn a_blank_in_the_last_row_is_no_value() {
    assert_missing(
        &[
            ("loss", "| epoch | loss |\n|---|---|\n| 1 | 0.5 |\n| 2 | nan |"),
            ("loss", "epoch,loss\n1,0.5\n2,NaN"),
        ],
        |reason| matches!(reason, Reason::NotFinite { .. }),
    );
}

#[test]
fn prose_is_no_table() {
    assert_missing(
        &[
            ("loss", "computing loss now\nfound 4 files"),
            ("loss", "loss\n12 items left"),
            ("loss", "The loss, explained\nin 3 steps, easily"),
            ("loss", "val loss  acc\n0.3  0.5"),
            ("loss", "epoch  loss\n\n\n1  0.3"),
        ],
        |reason| *reason == Reason::Absent,
    );
}
