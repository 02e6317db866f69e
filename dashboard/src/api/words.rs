//! The protocol's enumerations as the words that the command line's JSON has for them.

use weco_proto::v1;

/// `RUN_STATUS_RUNNING` as `running`.
fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_ascii_lowercase()
}

pub(super) fn run_status(status: v1::RunStatus) -> String {
    word(status.as_str_name(), "RUN_STATUS_")
}

pub(super) fn node_status(status: v1::NodeStatus) -> String {
    word(status.as_str_name(), "NODE_STATUS_")
}

pub(super) fn stage(stage: v1::Stage) -> String {
    word(stage.as_str_name(), "STAGE_")
}

pub(super) fn goal(goal: v1::Goal) -> String {
    word(goal.as_str_name(), "GOAL_")
}

/// Empty if the models think as they do by themselves.
pub(super) fn effort(effort: v1::ReasoningEffort) -> String {
    match effort {
        v1::ReasoningEffort::Unspecified => String::new(),
        effort => word(effort.as_str_name(), "REASONING_EFFORT_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_command_line() {
        assert_eq!(run_status(v1::RunStatus::Interrupted), "interrupted");
        assert_eq!(node_status(v1::NodeStatus::PendingApproval), "pending_approval");
        assert_eq!(stage(v1::Stage::Leap), "leap");
        assert_eq!(effort(v1::ReasoningEffort::High), "high");
        assert_eq!(effort(v1::ReasoningEffort::Unspecified), "");
        assert_eq!(goal(v1::Goal::Minimize), "minimize");
    }
}
