//! Text for a shell.

/// `text` as one word of a POSIX shell, quoted only if it must be.
pub(super) fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_must_be_is_quoted() {
        assert_eq!(quote("/home/me/.runs/0002-e071"), "/home/me/.runs/0002-e071");
        assert_eq!(quote("my project"), "'my project'");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("~x"), "'~x'");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_shell_reads_back_the_same_word(text in "[^\u{0}]{0,30}") {
            let script = format!("printf %s {}", quote(&text));
            let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
            prop_assert_eq!(output.stdout, text.into_bytes());
        }
    }
}
