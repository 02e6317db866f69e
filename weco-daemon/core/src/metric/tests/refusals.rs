//! What people are told when there is no value.

use crate::metric::{NotFound, Reason, find};

fn missing(output: &str, name: &str) -> NotFound {
    find(output, name).unwrap_err()
}

#[test]
fn the_reason_says_what_was_printed() {
    assert_eq!(missing("loss: 0.5\nloss: nan", "loss").to_string(), "the last 'loss' in the output is nan");
    assert_eq!(missing("loss: 1e999", "loss").to_string(), "the last 'loss' in the output is 1e999");
    assert_eq!(
        missing("loss: 1,5", "loss").to_string(),
        "the output's 'loss' is '1,5', which is not one clear number"
    );
    assert_eq!(
        missing("loss: [0.3, 0.9]", "loss").reason,
        Reason::Unclear { printed: "[0.3, 0.9]".to_owned() }
    );
    assert_eq!(missing("nothing", "loss").to_string(), "the output has no 'loss' with a number");
}

#[test]
fn the_hint_says_what_to_do_next() {
    assert_eq!(missing("", "loss").hint(), "print a line such as `loss: 1.5`");
    assert_eq!(missing("val_loss: 0.2", "loss").hint(), "-m 'val_loss', or print a line such as `loss: 1.5`");
    assert_eq!(
        missing("loss: 1,5", "loss").hint(),
        "print one number with a decimal point, such as `loss: 1.5`"
    );
    assert_eq!(missing("loss: nan", "loss").hint(), "print a finite number, such as `loss: 1.5`");
}
