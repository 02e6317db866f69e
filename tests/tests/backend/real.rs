//! The real SDKs, in the Python that `backends/tests/run --install` makes, against the loopback services.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use weco_tests::{Output, World};

use crate::common::world;
use crate::site::run_id;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A loopback service of this backend; ended when dropped.
struct Service {
    process: Child,
    url: String,
}

impl Service {
    fn start(backend: &str) -> Self {
        let server = repository().join(format!("backends/tests/servers/{backend}.py"));
        let mut process = Command::new("python3")
            .arg(server)
            .arg("--with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
        Self { process, url: format!("http://127.0.0.1:{}", port.trim()) }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The example, with its dataset uploaded.
struct Site {
    world: World,
    backend: &'static str,
    _service: Service,
}

impl Site {
    fn new(backend: &'static str) -> Self {
        let service = Service::start(backend);
        let mut world = world();
        let python = repository().join("backends/tests/.venv/bin");
        assert!(python.join("python3").exists(), "run backends/tests/run --install first");
        world.set("PATH", format!("{}:{}", python.display(), world.environment()["PATH"]));
        world.set("LANGSMITH_ENDPOINT", &service.url);
        world.set("LANGSMITH_API_KEY", "ls-key");
        world.set("LANGFUSE_BASE_URL", &service.url);
        world.set("LANGFUSE_PUBLIC_KEY", "pk-lf-test");
        world.set("LANGFUSE_SECRET_KEY", "sk-lf-test");
        for file in ["app.py", "evaluators.py", "tickets.json", "upload.py"] {
            let text = std::fs::read_to_string(repository().join("examples/dataset").join(file)).unwrap();
            world.write(file, &text);
        }
        let uploaded = world.outside(python.join("python3")).args(["upload.py", backend]).output().unwrap();
        assert!(uploaded.status.success(), "{uploaded:?}");
        Self { world, backend, _service: service }
    }

    fn run(&self, target: &str, more: &[&str]) -> Output {
        let flag = |name: &str| format!("--{}-{name}", self.backend);
        let (dataset, function, evaluators) = (flag("dataset"), flag("target"), flag("evaluators"));
        let evaluator = match self.backend {
            "langfuse" => "evaluators:langfuse_accuracy",
            _ => "evaluators:accuracy",
        };
        let words = ["run", "-s", "app.py", "-m", "accuracy", "-g", "max", "-M", "builtin", "--seed", "1"];
        let backend = ["--eval-backend", self.backend, &dataset, "tickets", &function, target];
        let rest = [&evaluators, evaluator, "--output", "plain"];
        self.world.weco(&[&words[..], &backend, &rest, more].concat())
    }
}

/// The example's code gets better, and each version is an experiment of the service.
#[track_caller]
fn improves(backend: &'static str, sdk: &str) {
    let site = Site::new(backend);
    let before = site.world.read("app.py");
    let run = site.run("app:answer", &["-n", "8"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(&format!("Checked: SDK {sdk} ")), "{run:?}");
    assert!(run.stdout.contains("Checked: dataset tickets (48 examples"), "{run:?}");
    assert!(run.stdout.contains("Total steps completed: 8"), "{run:?}");
    let show = |step: &str| -> serde_json::Value {
        let shown = site.world.weco(&["run", "show", run_id(&run.stdout), "--step", step]);
        serde_json::from_str(&shown.stdout).unwrap()
    };
    let (first, best) = (show("0"), show("best"));
    assert!(best["metric"].as_f64() > first["metric"].as_f64(), "{}", run.stdout);
    assert_eq!(best["report"]["examples"], 48);
    assert_eq!(best["report"]["scores"][0]["name"], "accuracy");
    assert!(!best["report"]["worst"].as_array().unwrap().is_empty());
    assert!(best["report"]["experiment"].as_str().unwrap().starts_with("weco-tickets-"), "{best}");
    assert_ne!(best["report"]["experiment"], first["report"]["experiment"]);
    assert_eq!(site.world.read("app.py"), before);
}

#[test]
fn langsmith_evaluates_the_example() {
    improves("langsmith", "langsmith");
}

#[test]
fn langfuse_evaluates_the_example() {
    improves("langfuse", "langfuse");
}

#[test]
fn what_is_missing_is_said_before_the_run() {
    let mut site = Site::new("langsmith");
    let run = site.run("app:nothing", &["-n", "1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("has no 'nothing' for the target app:nothing"), "{run:?}");
    site.world.set("LANGSMITH_API_KEY", "another-key");
    let run = site.run("app:answer", &["-n", "1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("refused the keys (40"), "{run:?}");
    site.world.unset("LANGSMITH_API_KEY");
    let run = site.run("app:answer", &["-n", "1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("LangSmith needs LANGSMITH_API_KEY"), "{run:?}");
}

#[test]
fn a_version_that_cannot_be_imported_is_a_bug() {
    let site = Site::new("langsmith");
    let text = site.world.read("app.py");
    site.world.write("app.py", &format!("FIRST = 1.0  # weco: 0..9\nassert FIRST == 1.0, 'not so'\n{text}"));
    let run = site.run("app:answer", &["-n", "3"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.contains("is buggy: importing the target app:answer failed: AssertionError: not so"),
        "{run:?}"
    );
}
