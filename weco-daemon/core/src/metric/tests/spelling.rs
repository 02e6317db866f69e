//! One name in many spellings.

use super::{Reason, assert_found, assert_missing};

#[test]
fn case_separators_and_camel_case_are_alike() {
    let spellings = [
        "val_loss", "val-loss", "val loss", "valLoss", "ValLoss", "Val Loss", "VAL-LOSS", "VAL_LOSS",
        "Val_Loss", "val/loss", "val.loss", "valloss", "VALLOSS",
    ];
    for asked in spellings {
        for printed in spellings {
            let output = format!("start\n{printed}: 0.25\nend");
            assert_found(&[(asked, &output, 0.25)]);
        }
    }
}

#[test]
fn digits_and_symbols_belong_to_the_name() {
    assert_found(&[
        ("top5_accuracy", "top5_accuracy: 0.9", 0.9),
        ("top5_accuracy", "Top-5 accuracy: 91.2%", 91.2),
        ("top5_accuracy", "top 5 accuracy 0.9", 0.9),
        ("f1", "f1: 0.8", 0.8),
        ("f1", "F1 0.8", 0.8),
        ("f1", "F1-score: 0.8", 0.8),
        ("f1", "F1Score = 0.8", 0.8),
        ("F1-score", "F1-score: 0.8", 0.8),
        ("f1_score", "f1-score 0.8", 0.8),
        ("p99 latency", "p99 latency: 12", 12.0),
        ("p99_latency", "P99 Latency (ms): 12.5", 12.5),
        ("recall@10", "recall@10: 0.5", 0.5),
        ("recall@10", "Recall@10 = 0.5", 0.5),
        ("recall@10", "recall @ 10: 0.5", 0.5),
        ("recall@1", "recall@10: 0.5\nrecall@1: 0.2\nrecall@100: 0.9", 0.2),
        ("acc@1", "Acc@1   76.130 Acc@5 92.862", 76.13),
        ("mAP@0.5", "mAP@0.5: 0.61, mAP@0.5:0.95: 0.4", 0.61),
        ("mAP", "mAP: 0.61", 0.61),
        ("R²", "R²: 0.97", 0.97),
        ("r2", "R²: 0.97", 0.97),
        ("R²", "R2 = 0.97", 0.97),
        ("R²", "R^2: 0.97", 0.97),
        ("r^2", "R²: 0.97", 0.97),
        ("r2_score", "R^2: 5\nR2 score: 0.97", 0.97),
        ("F₁", "F1: 0.5", 0.5),
        ("acc%", "acc%: 91", 91.0),
        ("acc%", "Acc: 91%", 91.0),
        ("acc", "acc%: 91", 91.0),
        ("μs", "μs: 12.5", 12.5),
        ("µs", "μs = 12.5", 12.5),
        ("tokens/s", "tokens/s: 1532.8", 1532.8),
        ("tokens/s", "Tokens/s = 1,532.8", 1532.8),
        ("tokens/s", "tokens_s: 3", 3.0),
        ("Requests/sec", "Requests/sec: 748868.53", 748868.53),
        ("mean latency", "Mean latency: 3.1 ms", 3.1),
        ("latency (ms)", "Latency (ms): 3.1", 3.1),
        ("latency_ms", "Latency (ms): 3.1", 3.1),
        ("latency (ms)", "latency_ms=3.1", 3.1),
        ("accuracy (val)", "accuracy [val]: 0.5", 0.5),
        ("Größe", "GRÖSSE: 1\ngröße: 5", 5.0),
        ("точность", "Точность: 0.9", 0.9),
        ("精度", "精度: 0.9", 0.9),
        ("精度", "精度：0.9", 0.9),
        ("e\u{301}nergie", "E\u{301}nergie: 4", 4.0),
        ("🚀", "🚀 3.4", 3.4),
        ("%", "%: 3", 3.0),
        ("c++", "c++: 3", 3.0),
        ("valid_0's auc", "[100]\tvalid_0's l2: 0.2\tvalid_0's auc: 0.77", 0.77),
        ("loss:", "loss: 0.3", 0.3),
        ("  loss ", "loss: 0.3", 0.3),
        ("GFLOPs", "GFLOPS: 12", 12.0),
        ("MSELoss", "mse loss: 0.1", 0.1),
        ("3d_conv", "3d_conv: 5 ms", 5.0),
        ("95th percentile", "95th percentile: 8.2 ms", 8.2),
        ("P(correct)", "P(correct) = 0.7", 0.7),
    ]);
}

#[test]
fn another_spelling_is_another_name() {
    assert_missing(
        &[
            ("loss", "losses: 3"),
            ("loss", "lossless: 3"),
            ("acc", "accuracy: 0.9"),
            ("ap", "mAP: 0.3"),
            ("ps", "GFLOPs: 3"),
            ("recall@1", "recall@10: 0.5"),
            ("", "loss: 0.3"),
            ("  ", ": 3"),
            ("\n", "\n 3"),
            ("loss", ""),
        ],
        |reason| *reason == Reason::Absent,
    );
}
