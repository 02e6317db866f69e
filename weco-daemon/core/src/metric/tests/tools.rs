//! Outputs in the shape of well-known tools.

use super::assert_found;

#[test]
fn training_frameworks() {
    let keras = "Epoch 1/2\n\r 1/313 [..............................] - ETA: 12s - loss: 2.31 - accuracy: 0.10\
        \r313/313 [==============================] - 1s 3ms/step - loss: 0.0712 - accuracy: 0.9783 - val_loss: 0.0821 - val_accuracy: 0.9751\n";
    let keras3 = "\u{1b}[1m313/313\u{1b}[0m \u{1b}[32m━━━━━━━━━━\u{1b}[0m\u{1b}[37m\u{1b}[0m \u{1b}[1m1s\u{1b}[0m 2ms/step - accuracy: 0.9783 - loss: 0.0712\n";
    let imagenet = "Epoch: [0][  10/5005]\tTime  0.123 ( 0.456)\tData  0.011 ( 0.022)\tLoss 6.9e+00 (6.95e+00)\tAcc@1   0.10 (  0.12)\tAcc@5   0.50 (  0.52)\n * Acc@1 76.130 Acc@5 92.862\n";
    let mnist = "Train Epoch: 14 [59520/60000 (99%)]\tLoss: 0.001234\n\nTest set: Average loss: 0.0267, Accuracy: 9911/10000 (99%)\n";
    let trainer = "{'loss': 0.31, 'grad_norm': 1.2, 'learning_rate': 5e-05, 'epoch': 1.0}\n{'eval_loss': 0.2, 'eval_runtime': 3.0}\n{'train_runtime': 12.0, 'train_loss': 0.4, 'epoch': 1.0}\n***** eval metrics *****\n  eval_accuracy           =     0.9123\n";
    let tqdm = "\rEpoch 1:  50%|█████     | 50/100 [00:06<00:06,  8.0it/s, loss=0.512, acc=0.8]\rEpoch 1: 100%|██████████| 100/100 [00:12<00:00,  8.1it/s, loss=0.312, acc=0.9]\n";
    assert_found(&[
        ("loss", keras, 0.0712),
        ("val_loss", keras, 0.0821),
        ("val accuracy", keras, 0.9751),
        ("loss", keras3, 0.0712),
        ("accuracy", keras3, 0.9783),
        ("acc@1", imagenet, 76.13),
        ("Acc@5", imagenet, 92.862),
        ("loss", imagenet, 6.9),
        ("loss", mnist, 0.001234),
        ("average_loss", mnist, 0.0267),
        ("accuracy", mnist, 9911.0),
        ("loss", trainer, 0.31),
        ("eval_accuracy", trainer, 0.9123),
        ("train_loss", trainer, 0.4),
        ("learning rate", trainer, 5e-5),
        ("loss", tqdm, 0.312),
        ("acc", tqdm, 0.9),
        ("it/s", tqdm, 8.1),
        ("eval-auc", "[98]\ttrain-auc:0.98\teval-auc:0.90\n[99]\ttrain-auc:0.99\teval-auc:0.91", 0.91),
        ("loss", "| epoch 001 | loss 5.3 | ppl 39.4 | wps 1234", 5.3),
        ("loss", "iter 100: loss 2.4512, time 123.45ms, mfu 12.34%", 2.4512),
        ("mfu", "iter 100: loss 2.4512, time 123.45ms, mfu 12.34%", 12.34),
        ("val loss", "step 500: train loss 1.5012, val loss 1.6987", 1.6987),
        ("loss", "2026-11-23T05:37:41.123Z  INFO weco::train: loss=0.3 epoch=3", 0.3),
        ("mse", "Mean squared error: 3424.3\nMSE: 25.1", 25.1),
        ("accuracy", "Accuracy: 0.93 (+/- 0.02)", 0.93),
    ]);
}

#[test]
fn classification_report() {
    let report = "\
              precision    recall  f1-score   support

           0       0.90      0.88      0.89        50
           1       0.89      0.91      0.87        50

    accuracy                           0.92       100
   macro avg       0.93      0.94      0.95       100
weighted avg       0.96      0.97      0.98       100
";
    assert_found(&[
        ("accuracy", report, 0.92),
        ("f1-score", report, 0.98),
        ("precision", report, 0.96),
        ("support", report, 100.0),
        ("macro avg", report, 0.93),
    ]);
}

#[test]
fn benchmark_tools() {
    let hyperfine = "Benchmark 1: sleep 0.3\n  Time (mean ± σ):     310.3 ms ±   3.2 ms    [User: 1.5 ms, System: 1.2 ms]\n  Range (min … max):   305.1 ms … 315.2 ms    10 runs\n";
    let criterion = "fib 20                  time:   [26.029 µs 26.251 µs 26.505 µs]\n                        thrpt:  [1.0 GiB/s 1.1 GiB/s 1.2 GiB/s]\n                        change: [-38.292% -37.342% -36.524%] (p = 0.00 < 0.05)\n";
    let google = "-----------------------------------------------------\nBenchmark           Time             CPU   Iterations\n-----------------------------------------------------\nBM_sort/8        12.3 ns         11.9 ns     56789012\n";
    let pytest = "\
------------------------------------------- benchmark: 2 tests -------------------------------------------
Name (time in us)         Min                Max               Mean            StdDev            Rounds
----------------------------------------------------------------------------------------------------------
test_fast              1.2345 (1.0)       2.3456 (1.0)       1.5000 (1.0)      0.1000 (1.0)       60
test_slow             12.3450 (10.0)     23.4560 (10.0)     15.0000 (10.0)     1.0000 (10.0)      61
----------------------------------------------------------------------------------------------------------
";
    let wrk = "Running 30s test @ http://127.0.0.1:8080/index.html\n  12 threads and 400 connections\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency   635.91us    0.89ms  12.92ms   93.69%\n    Req/Sec    56.20k     8.07k   62.00k    86.54%\n  22464657 requests in 30.00s, 17.76GB read\nRequests/sec: 748868.53\nTransfer/sec:    606.33MB\n";
    let nvprof = "            Type  Time(%)      Time     Calls       Avg       Min       Max  Name\n GPU activities:   98.12%  12.345ms       100  123.45us  120.00us  130.00us  kernel(float*)\n";
    let gobench = "BenchmarkFoo-8   \t 1000000\t      1234 ns/op\t     120 B/op\t       2 allocs/op\n";
    let libtest = "test bench_x ... bench:       1,234 ns/iter (+/- 56)\n";
    let ab = "Requests per second:    1234.56 [#/sec] (mean)\nTime per request:       8.100 [ms] (mean)\nTime per request:       0.810 [ms] (mean, across all concurrent requests)\n";
    let jmh = "Benchmark          Mode  Cnt   Score   Error  Units\nMyBench.foo        avgt    5  12.345 ± 0.123  ns/op\n";
    let gemm = "Performance= 1234.56 GFlop/s, Time= 0.106 msec, Size= 131072000 Ops, WorkgroupSize= 1024 threads/block\n";
    assert_found(&[
        ("time", hyperfine, 310.3),
        ("user", hyperfine, 1.5),
        ("system", hyperfine, 1.2),
        ("time", criterion, 26.251),
        ("thrpt", criterion, 1.1),
        ("change", criterion, -37.342),
        ("Time", google, 12.3),
        ("CPU", google, 11.9),
        ("iterations", google, 56_789_012.0),
        ("mean", pytest, 15.0),
        ("min", pytest, 12.345),
        ("stddev", pytest, 1.0),
        ("rounds", pytest, 61.0),
        ("Requests/sec", wrk, 748_868.53),
        ("transfer/sec", wrk, 606.33),
        ("latency", wrk, 635.91),
        ("requests", wrk, 22_464_657.0),
        ("avg", nvprof, 123.45),
        ("time", nvprof, 12.345),
        ("calls", nvprof, 100.0),
        ("ns/op", gobench, 1234.0),
        ("allocs/op", gobench, 2.0),
        ("ns/iter", libtest, 1234.0),
        ("bench", libtest, 1234.0),
        ("requests per second", ab, 1234.56),
        ("score", jmh, 12.345),
        ("performance", gemm, 1234.56),
        ("time", gemm, 0.106),
        ("gflop/s", gemm, 1234.56),
        ("best", "10 loops, best of 5: 25 msec per loop", 25.0),
        ("MB/s", "1048576 bytes (1.0 MB, 1.0 MiB) copied, 0.01 s, 100 MB/s", 100.0),
        ("real", "\nreal\t0m1.250s\nuser\t0m1.000s\nsys\t0m0.010s\n", 1.25),
        ("real", "real 1.25\nuser 1.00\nsys 0.01\n", 1.25),
        ("speedup", "Baseline: 10.0 ms\nOptimized: 4.0 ms\nSpeedup: 2.50x (baseline 10.0 ms)\n", 2.5),
    ]);
}
