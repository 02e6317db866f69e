//! Which runs have changed, for everybody who shows the list.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, broadcast};
use tonic::Status;
use weco_proto::v1::{self, weco_server::Weco};

use crate::api::{Doing, RunJson, Trends, list, one};

/// How often the runs that go on are looked at, while someone listens. The service tells of single runs by themselves,
/// but of all only when asked.
const EVERY: Duration = Duration::from_millis(250);

/// Every so many looks all runs are looked at: some may have been removed, or taken in from an archive.
const ALL: u32 = 20;

/// Changes that may wait for a slow listener.
const AHEAD: usize = 256;

/// What became of a run.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// It is new, or stands like this now.
    Run(Arc<RunJson>),
    /// It was removed.
    Gone(String),
}

/// One look for all listeners; none while there are none.
#[derive(Clone)]
pub(crate) struct Changes {
    service: Arc<dyn Weco>,
    trends: Arc<Trends>,
    sender: broadcast::Sender<Change>,
    is_looking: Arc<Mutex<bool>>,
    /// Something was done just now, maybe to a run that is over.
    done: Arc<Notify>,
}

impl Changes {
    pub(crate) fn new(service: Arc<dyn Weco>, trends: Arc<Trends>) -> Self {
        let (sender, _) = broadcast::channel(AHEAD);
        Self { service, trends, sender, is_looking: Arc::default(), done: Arc::default() }
    }

    /// What changes from now on. Whoever asks for all runs after this has them as they are, or is told.
    pub(crate) async fn listen(&self) -> broadcast::Receiver<Change> {
        let mut is_looking = self.is_looking.lock().await;
        let receiver = self.sender.subscribe();
        if !*is_looking {
            let mut look = Look { changes: self.clone(), told: HashMap::new() };
            look.begin().await;
            tokio::spawn(look.go_on());
            *is_looking = true;
        }
        receiver
    }

    /// Looks at all runs at once: all pages are to know what was done on one of them.
    pub(crate) fn look_now(&self) {
        self.done.notify_one();
    }

    /// Whether nobody listens any more; then nobody looks, either.
    async fn is_over(&self) -> bool {
        let mut is_looking = self.is_looking.lock().await;
        *is_looking = self.sender.receiver_count() > 0;
        !*is_looking
    }
}

/// As a run was told of last: enough to see whether there is more to tell.
struct Told {
    seq: u64,
    doing: Doing,
    is_live: bool,
}

impl Told {
    fn of(run: &RunJson) -> Self {
        Self { seq: run.last_seq, doing: run.doing(), is_live: run.is_live() }
    }

    fn is(&self, run: &RunJson) -> bool {
        self.seq == run.last_seq && self.doing == run.doing()
    }
}

struct Look {
    changes: Changes,
    /// By run.
    told: HashMap<String, Told>,
}

impl Look {
    /// Takes the runs for told as they are: a first listener asks for them all. Those that cannot be listed are told
    /// at the next look.
    async fn begin(&mut self) {
        match list(self.changes.service.as_ref(), v1::ListRunsRequest::default()).await {
            Ok(runs) => self.told = runs.iter().map(|run| (run.run_id.clone(), Told::of(run))).collect(),
            Err(status) => tracing::debug!(%status, "the runs could not be listed"),
        }
    }

    async fn go_on(mut self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for look in 1_u32.. {
            let is_done = tokio::select! {
                _ = ticks.tick() => false,
                () = self.changes.done.notified() => true,
            };
            if self.changes.is_over().await {
                return;
            }
            // A daemon that is stopping answers no more; its listeners are about to go.
            let looked =
                if is_done || look % ALL == 0 { self.look_at_all().await } else { self.look_at_live().await };
            if let Err(status) = looked {
                tracing::debug!(%status, "the runs could not be listed");
            }
        }
    }

    async fn look_at_all(&mut self) -> Result<(), Status> {
        let runs = list(self.changes.service.as_ref(), v1::ListRunsRequest::default()).await?;
        let here: HashSet<&str> = runs.iter().map(|run| run.run_id.as_str()).collect();
        for (run_id, _) in self.told.extract_if(|run_id, _| !here.contains(run_id.as_str())) {
            // Nobody listens: nobody needs to know.
            let _ = self.changes.sender.send(Change::Gone(run_id));
        }
        for run in runs {
            self.tell(run).await;
        }
        Ok(())
    }

    async fn look_at_live(&mut self) -> Result<(), Status> {
        let status = vec![v1::RunStatus::Running.into(), v1::RunStatus::Stopping.into()];
        let request = v1::ListRunsRequest { status, ..v1::ListRunsRequest::default() };
        let live = list(self.changes.service.as_ref(), request).await?;
        let here: HashSet<&str> = live.iter().map(|run| run.run_id.as_str()).collect();
        let has_ended = |(run_id, told): &(&String, &Told)| told.is_live && !here.contains(run_id.as_str());
        let ended: Vec<_> = self.told.iter().filter(has_ended).map(|(run_id, _)| run_id.clone()).collect();
        for run_id in ended {
            // One that was removed meanwhile is found out about at the next look at all.
            if let Ok(run) = one(self.changes.service.as_ref(), run_id).await {
                self.tell(run).await;
            }
        }
        for run in live {
            self.tell(run).await;
        }
        Ok(())
    }

    /// Tells of a run, unless that was said.
    async fn tell(&mut self, mut run: RunJson) {
        if self.told.get(&run.run_id).is_some_and(|told| told.is(&run)) {
            return;
        }
        self.told.insert(run.run_id.clone(), Told::of(&run));
        let Changes { service, trends, .. } = &self.changes;
        // A trend that is not known is read from the run's whole tree.
        run.trend = if run.is_live() { trends.of(service.as_ref(), &run).await } else { trends.known(&run) };
        let _ = self.changes.sender.send(Change::Run(Arc::new(run)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use tonic::codegen::BoxStream;
    use tonic::{Request, Response};

    use super::*;

    /// Some runs, and how often a tree of one was read.
    #[derive(Default)]
    struct Runs(Mutex<(Vec<v1::RunSummary>, usize)>);

    impl Runs {
        fn now(&self) -> std::sync::MutexGuard<'_, (Vec<v1::RunSummary>, usize)> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    #[tonic::async_trait]
    impl Weco for Runs {
        async fn list_runs(
            &self,
            request: Request<v1::ListRunsRequest>,
        ) -> Result<Response<BoxStream<v1::ListRunsReply>>, Status> {
            let wanted = request.into_inner().status;
            let mut runs = self.now().0.clone();
            runs.retain(|run| wanted.is_empty() || wanted.contains(&run.status));
            Ok(Response::new(Box::pin(tokio_stream::once(Ok(v1::ListRunsReply { runs })))))
        }

        async fn get_run(
            &self,
            request: Request<v1::GetRunRequest>,
        ) -> Result<Response<v1::GetRunReply>, Status> {
            let run = self.now().0.iter().find(|run| run.run_id == request.get_ref().run_id).cloned();
            Ok(Response::new(v1::GetRunReply { run }))
        }

        async fn get_tree(
            &self,
            _: Request<v1::GetTreeRequest>,
        ) -> Result<Response<BoxStream<v1::TreePart>>, Status> {
            self.now().1 += 1;
            Ok(Response::new(Box::pin(tokio_stream::empty())))
        }
    }

    fn run(id: usize, status: v1::RunStatus) -> v1::RunSummary {
        v1::RunSummary { run_id: id.to_string(), status: status.into(), ..Default::default() }
    }

    /// What was told since the last time.
    fn told(receiver: &mut broadcast::Receiver<Change>) -> Vec<String> {
        let each = std::iter::from_fn(|| receiver.try_recv().ok());
        let each = each.map(|change| match change {
            Change::Run(run) => format!("{} is {}", run.run_id, run.status()),
            Change::Gone(run_id) => format!("{run_id} is gone"),
        });
        let mut all: Vec<_> = each.collect();
        all.sort_unstable();
        all
    }

    #[tokio::test]
    async fn only_what_changed_is_told_and_no_tree_is_read_of_what_is_over() {
        use v1::RunStatus::{Completed, Running};
        let runs = Arc::new(Runs::default());
        runs.now().0 = (0..200).map(|id| run(id, if id < 2 { Running } else { Completed })).collect();
        let changes = Changes::new(runs.clone(), Arc::default());
        let mut receiver = changes.sender.subscribe();
        let mut look = Look { changes, told: HashMap::new() };

        look.begin().await;
        look.look_at_live().await.unwrap();
        look.look_at_all().await.unwrap();
        assert_eq!((told(&mut receiver), runs.now().1), (vec![], 0));

        runs.now().0[0].waiting = "for a turn".to_owned();
        runs.now().0[1] = v1::RunSummary { last_seq: 9, ..run(1, Completed) };
        look.look_at_live().await.unwrap();
        assert_eq!(told(&mut receiver), ["0 is running", "1 is completed"]);
        look.look_at_live().await.unwrap();
        assert!(told(&mut receiver).is_empty());

        runs.now().0.drain(..199);
        runs.now().0.push(run(200, Completed));
        look.look_at_all().await.unwrap();
        let gone = told(&mut receiver);
        assert_eq!((gone.len(), gone.contains(&"200 is completed".to_owned())), (200, true));
        assert_eq!(runs.now().1, 1, "of the one that goes on, once");
    }
}
