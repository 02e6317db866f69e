use crate::metric::find;

#[test]
fn smoke() {
    assert_eq!(find("loss: 0.3", "loss"), Ok(0.3));
}
