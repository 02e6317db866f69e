//! Turning a run: instructions, and what is said to proposals that wait for approval.

use std::collections::HashMap;

use weco_core::run::{Files, NodeId, RunId};
use weco_proto::instructions::MAX_INSTRUCTIONS_BYTES;
use weco_proto::v1;

use crate::error::Failure;
use crate::rpc::given::Given;
use crate::run::{Registry, Wish};

/// Longest name of who says something, in characters.
const MAX_NAME: usize = 100;

/// Longest reason of a rejection, in bytes: more than a prompt tells of it.
const MAX_REASON: usize = 20_000;

pub(super) async fn instruct(
    registry: &Registry,
    request: v1::InstructRunRequest,
) -> Result<v1::InstructRunReply, Failure> {
    let run = registry.find(&request.run_id)?;
    let text = request.instructions;
    if text.trim().is_empty() {
        return Err(Failure::invalid("the instructions are empty").hint("say what to aim for"));
    }
    let so_far = registry.entry(run)?.summary.and_then(|summary| summary.instructions.clone());
    let length = text.len() + so_far.filter(|_| request.append).map_or(0, |text| text.len());
    if length as u64 > MAX_INSTRUCTIONS_BYTES {
        let limit = MAX_INSTRUCTIONS_BYTES / 1024;
        return Err(Failure::invalid(format!("the instructions would be longer than {limit} KB"))
            .hint("keep what the model needs to know; without --append they replace those so far"));
    }
    let instructions = registry.instruct(run, text, request.append, name(&request.by)).await?;
    Ok(v1::InstructRunReply { run_id: run.to_string(), instructions })
}

pub(super) async fn revise(
    registry: &Registry,
    request: v1::ReviseNodeRequest,
) -> Result<v1::ReviseNodeReply, Failure> {
    let (run, node) = find(registry, &request.run_id, &request.node)?;
    let files = files(request.files)?;
    if files.is_empty() {
        return Err(Failure::invalid("a revision needs a file").hint("name it: --source model.py"));
    }
    let by = name(&request.by);
    let (number, plan) = registry.revise(run, node, files, by.clone()).await?;
    Ok(v1::ReviseNodeReply {
        run_id: run.to_string(),
        node_id: run.node_id(node).to_string(),
        step: node.0,
        revision_id: run.revision_id(node, number).to_string(),
        number,
        plan,
        created_by: by,
    })
}

pub(super) async fn submit(
    registry: &Registry,
    request: v1::SubmitNodeRequest,
) -> Result<v1::SubmitNodeReply, Failure> {
    let (run, node) = find(registry, &request.run_id, &request.node)?;
    if request.eval_command.as_ref().is_some_and(|command| command.trim().is_empty()) {
        return Err(Failure::invalid("the evaluation command is empty"));
    }
    let given = Given::new(request.environment, HashMap::new(), request.recorded_environment);
    let directory = match given {
        Given::Sent(_) => request.directory,
        Given::Recorded => registry.look(run)?.spec().directory.clone(),
    };
    let environment = given.resolve(registry, &*registry.look(run)?)?.environment;
    let wish = Wish { command: request.eval_command, directory: directory.into(), environment };
    let files = files(request.files)?;
    let (from_seq, eval_command) = registry.submit(run, node, files, name(&request.by), wish).await?;
    Ok(v1::SubmitNodeReply {
        run_id: run.to_string(),
        node_id: run.node_id(node).to_string(),
        step: node.0,
        from_seq,
        eval_command,
    })
}

pub(super) async fn reject(
    registry: &Registry,
    request: v1::RejectNodeRequest,
) -> Result<v1::RejectNodeReply, Failure> {
    let (run, node) = find(registry, &request.run_id, &request.node)?;
    if request.reason.len() > MAX_REASON {
        return Err(Failure::invalid(format!("the reason is longer than {} KB", MAX_REASON / 1000))
            .hint("a sentence or two reach the model best; longer: weco run instruct"));
    }
    registry.reject(run, node, name(&request.by), request.reason.trim().to_owned()).await?;
    Ok(v1::RejectNodeReply { run_id: run.to_string(), node_id: run.node_id(node).to_string(), step: node.0 })
}

fn find(registry: &Registry, run: &str, node: &str) -> Result<(RunId, NodeId), Failure> {
    let run = registry.find(run)?;
    if node.trim().is_empty() {
        return Err(Failure::invalid("which node is meant?").hint("what waits: weco run review"));
    }
    Ok((run, registry.select_own(run, node)?))
}

/// The texts by path; each path once.
fn files(sources: Vec<v1::SourceText>) -> Result<Files, Failure> {
    let mut files = Files::new();
    for v1::SourceText { path, text } in sources {
        if files.insert(path.clone(), text).is_some() {
            return Err(Failure::invalid(format!("Duplicate file path: '{path}'.")));
        }
    }
    Ok(files)
}

/// Who says it, fit to be shown: one line, not endless.
fn name(by: &str) -> String {
    let shown: String = by.trim().chars().filter(|char| !char.is_control()).take(MAX_NAME).collect();
    if shown.is_empty() { "someone".to_owned() } else { shown }
}
