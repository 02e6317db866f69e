//! Which names are offered when the one asked for is not there.

use crate::metric::find;

fn similar(output: &str, name: &str) -> Vec<String> {
    find(output, name).unwrap_err().similar
}

#[test]
fn longer_names_are_offered_first_then_misspelled_ones() {
    assert_eq!(similar("val_loss: 0.2\nlr: 3", "loss"), ["val_loss"]);
    assert_eq!(similar("loss: 0.2", "val_loss"), ["loss"]);
    assert_eq!(similar("acuracy: 0.2, time: 3", "accuracy"), ["acuracy"]);
    assert_eq!(similar("INFO Train loss (ms): 0.2 | Val loss = 3", "loss"), ["Val loss", "Train loss (ms)"]);
    assert_eq!(similar("{\"val_accuracy\": 0.5}", "accuracy"), ["val_accuracy"]);
    assert_eq!(similar("val_accuracy: 0.5", "train_accuracy"), ["val_accuracy"]);
}

#[test]
fn only_names_with_numbers_are_offered_and_each_once() {
    assert_eq!(similar("val_loss is low\ntrain_loss", "loss"), Vec::<String>::new());
    assert_eq!(similar("val_loss: 1\nval-loss: 2\nVal Loss: 3", "loss"), ["val_loss"]);
}

#[test]
fn column_heads_are_offered() {
    assert_eq!(similar("epoch | val_loss | n\n---|---|---\n1 | 0.5 | 3", "loss"), ["val_loss"]);
    assert_eq!(similar("epoch  val loss  n\n1  0.5  3", "loss"), ["val loss"]);
}

#[test]
fn at_most_five_are_offered() {
    let output: String =
        (0..40).map(|i| format!("loss_{}: 1\n", ["a", "b", "c", "d"][i % 4].repeat(1 + i / 4))).collect();
    assert_eq!(similar(&output, "loss").len(), 5);
}
