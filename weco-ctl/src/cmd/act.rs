//! Carrying out what the user asks of a run while it is followed.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::{JoinError, JoinSet};
use weco_proto::connect::Client;
use weco_proto::v1::{
    GetNodeRequest, InstructRunRequest, Node, RejectNodeRequest, ReviseNodeRequest, SubmitNodeRequest,
};

use super::ask::{self, request};
use super::environment;
use super::facts::SharedFacts;
use super::review::user;
use super::stop::stop;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::{Action, Answer, Change};

/// Whose actions are carried out.
#[derive(Clone)]
pub(super) struct Actor {
    pub(super) daemon: Daemon,
    pub(super) run_id: String,
    /// What is known of the run.
    pub(super) facts: SharedFacts,
}

impl Actor {
    /// Carries out `actions` until nobody can ask for more, and answers each but stops. The last stop's failure. None
    /// waits for another: a forced stop must not queue behind a stop that hangs.
    pub(super) async fn carry_out(
        self,
        mut actions: UnboundedReceiver<Action>,
        answers: UnboundedSender<Answer>,
    ) -> Option<Error> {
        let mut calls = JoinSet::new();
        let mut failure = None;
        loop {
            let action = tokio::select! {
                action = actions.recv() => action,
                Some(call) = calls.join_next() => {
                    failure = failed(call).or(failure);
                    continue;
                }
            };
            let Some(action) = action else { break };
            let (actor, answers) = (self.clone(), answers.clone());
            calls.spawn(async move {
                if let Action::Stop { force } = action {
                    return stop(actor.daemon, actor.run_id, force).await;
                }
                let result = actor.perform(action.clone()).await.map_err(|error| error.in_one_line());
                // If nobody wants to know any more, nobody is told.
                let _ = answers.send(Answer { action, result });
                Ok(())
            });
        }
        while let Some(call) = calls.join_next().await {
            failure = failed(call).or(failure);
        }
        failure
    }

    /// Over a connection of its own, as a stop.
    async fn perform(&self, action: Action) -> Result<Option<Change>, Error> {
        let mut client = self.daemon.connect_or_start().await?;
        let (run_id, by) = (self.run_id.clone(), user());
        match action {
            Action::Fetch { step, .. } => return self.change(&mut client, step).await.map(Some),
            Action::Approve { step } => {
                client.submit_node(request(self.submission(step, by)?)).await?;
            }
            Action::Reject { step, reason } => {
                let node = step.to_string();
                client.reject_node(request(RejectNodeRequest { run_id, node, reason, by })).await?;
            }
            Action::Revise { step, files } => {
                let node = step.to_string();
                client.revise_node(request(ReviseNodeRequest { run_id, node, files, by })).await?;
            }
            Action::Instruct { text } => {
                let instructed = InstructRunRequest { run_id, instructions: text, append: false, by };
                client.instruct_run(request(instructed)).await?;
            }
            // Not performed here.
            Action::Stop { .. } => {}
        }
        Ok(None)
    }

    /// The evaluation belongs to the run that is shown, and not to the directory in which someone looks at it.
    fn submission(&self, step: u32, by: String) -> Result<SubmitNodeRequest, Error> {
        let directory = match self.facts.directory() {
            Some(directory) => directory,
            None => environment::working_directory()?.1,
        };
        Ok(SubmitNodeRequest {
            run_id: self.run_id.clone(),
            node: step.to_string(),
            files: Vec::new(),
            by,
            eval_command: None,
            directory,
            environment: environment::variables(),
            recorded_environment: false,
        })
    }

    async fn change(&self, client: &mut Client, step: u32) -> Result<Change, Error> {
        let node = self.node(client, step).await?;
        let before = match node.parent_step {
            Some(parent) => self.node(client, parent).await?.files,
            None => Vec::new(),
        };
        Ok(Change { before, after: node.files })
    }

    async fn node(&self, client: &mut Client, step: u32) -> Result<Node, Error> {
        let (run_id, node) = (self.run_id.clone(), step.to_string());
        ask::node(client, GetNodeRequest { run_id, node, code: true, output: false }).await
    }
}

/// How a call failed, if it did.
fn failed(call: Result<Result<(), Error>, JoinError>) -> Option<Error> {
    match call {
        Ok(done) => done.err(),
        Err(panic) => Some(Error::failure(panic.to_string())),
    }
}
