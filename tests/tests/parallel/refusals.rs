use crate::site::Site;

#[test]
fn what_cannot_be_is_refused_and_nothing_is_created() {
    let site = Site::new();
    for (words, says) in [
        (&["-p", "0"][..], "0 steps at once: it must be from 1 to 32"),
        (&["-p", "33"], "33 steps at once"),
        (&["-p", "-1"], "invalid value"),
        (&["-p", "2", "--slots", "gpu=0"], "2 steps at once need 2 of gpu, but there are 1"),
        (&["--slots", "gpu=0", "--slots", "gpu=1"], "CUDA_VISIBLE_DEVICES is given twice"),
        (&["--slots", "gpu"], "not of the form gpu=0,1"),
        (&["--slots", "WECO_SLOT=1"], "set by weco itself"),
    ] {
        let run = site.run(words);
        assert_eq!(run.code, 2, "{words:?}: {run:?}");
        assert!(run.stderr.contains(says), "{words:?}: {run:?}");
    }
    assert!(!site.world.work().join(".runs").exists() && site.server.requests().is_empty());
}

#[test]
fn a_directory_too_large_for_workspaces_is_refused_with_what_to_do() {
    let site = Site::new();
    site.configure("[workspaces]\nmax_size_mb = 1\n");
    site.world.write("data/large", &"x".repeat(3 << 20));
    let run = site.run(&["-p", "2"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("the largest in it: data (3.0 MiB)"), "{run:?}");
    assert!(run.stderr.contains("[workspaces] share"), "{run:?}");
    assert!(!site.world.work().join(".runs").exists());
    // In place nothing is copied.
    site.open_gate();
    let run = site.run(&["-n", "1"]);
    assert!(!run.stderr.contains("workspace"), "{run:?}");
}

#[test]
fn a_source_that_workspaces_share_is_refused() {
    let site = Site::new();
    site.configure("[workspaces]\nshare = [\"value.sh\"]\n");
    let run = site.run(&["--isolate"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("the source value.sh cannot be replaced in a workspace"), "{run:?}");
    assert!(run.stderr.contains("without -p and --isolate"), "{run:?}");
    assert!(!site.world.work().join(".runs").exists());
}
