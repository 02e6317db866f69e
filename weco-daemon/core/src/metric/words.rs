//! The words around a name, by what they do to its meaning. All are folded (see `token::fold`).

/// Whether a word is one of those listed.
macro_rules! among {
    ($word:expr; $($known:tt)*) => { [$(stringify!($known)),*].contains(&$word) };
}

/// Nothing changes with it: the bare name is meant.
pub(super) fn is_transparent(word: &str) -> bool {
    among!(word; final metric metrics result results self stats summary scores)
}

/// A log level or a logger's usual name: what precedes the message.
pub(super) fn is_log_prefix(word: &str) -> bool {
    among!(word; trace debug info notice warn warning error critical fatal root main stdout stderr)
}

/// The same metric, said with one more word before or after the name.
pub(super) fn is_harmless(word: &str) -> bool {
    among!(
        word;
        best mean geomean geometric average avg overall total last latest current new measured achieved computed calculated
        reported actual observed obtained resulting estimated elapsed
    )
}

/// Harmless as a word of its own before the name, but not as part of an identifier.
pub(super) fn is_setting(word: &str) -> bool {
    among!(word; test testing eval evaluation)
}

/// Starts the name's phrase: what precedes it does not qualify the name.
pub(super) fn is_determiner(word: &str) -> bool {
    among!(word; a an the our your my its this their)
}

/// Starts a clause that mentions the name.
pub(super) fn starts_clause(word: &str) -> bool {
    among!(
        word;
        with and but has have had got get gets gives gave is was are at reached reaches achieves yields
        shows done finished completed then so thus we to
    )
}

/// Joins the name to the words before it: `number of tokens`, `std of the loss`.
pub(super) fn joins(word: &str) -> bool {
    among!(word; of for in)
}

/// What joins to a name without changing it: `number of tokens`.
pub(super) fn counts(word: &str) -> bool {
    among!(word; number count amount)
}

/// With the number after it, the name's qualifier and not a counter: `top 5 accuracy`.
pub(super) fn takes_number(word: &str) -> bool {
    among!(
        word;
        top class label layer head level percentile quantile bottom within size stage task group category k
        p q at first hits
    )
}

/// After the name, as a word of its own or in one identifier with it: the same metric.
pub(super) fn follows(word: &str) -> bool {
    is_harmless(word) || among!(word; final score values now)
}

/// Between the name and its value: links them.
pub(super) fn links(word: &str) -> bool {
    among!(
        word;
        was are were be been has of at to equal reached hit became becomes so far taken used spent estimate
        result improved improves decreased decreases increased increases dropped drops rose fell went
        reduced changed goes grew down up stands
    )
}

/// Between the name and its value: the exact name, said with one more word.
pub(super) fn is_copula(word: &str) -> bool {
    among!(word; is value equals)
}

/// Starts a phrase after the name that ends in a separator: `loss after 3 epochs: 0.5`.
pub(super) fn opens_phrase(word: &str) -> bool {
    among!(
        word;
        at after on over vs versus with in of across using compared relative against epoch step iter
        iteration run trial fold round
    )
}

/// Ends such a phrase: `accuracy on the test set is 0.9`.
pub(super) fn ends_phrase(word: &str) -> bool {
    among!(word; is was equals)
}

/// In brackets, a phrase or a section around the name: makes it another metric.
pub(super) fn makes_other(word: &str) -> bool {
    among!(
        word;
        train training trn val valid validation dev test eval holdout std stdev stddev sd sem stderr var
        variance min minimum max maximum median baseline target reference ref expected threshold before old
        previous prev ema smoothed delta diff change
    )
}

/// Compares with something: `speedup (vs baseline)` is the speed-up.
pub(super) fn compares(word: &str) -> bool {
    among!(word; vs versus over relative compared against wrt lower higher n)
}

/// Before the value: about, or a currency.
pub(super) fn approximates(word: &str) -> bool {
    among!(
        word;
        usd eur gbp about approximately approx roughly around circa ca only just exactly almost nearly is was a an now
        of
    )
}

/// A spread printed beside the value: `mean ± std`.
pub(super) fn is_spread(word: &str) -> bool {
    among!(word; std stdev stddev sd sem stderr σ ci error)
}

/// Stands for "no number" in a number's place.
pub(super) fn is_blank(word: &str) -> bool {
    among!(word; nan inf infinity none null nil undefined na)
}

/// Keys of the number that is an object's value, `{"loss": {"std": 0.1, "mean": 0.3}}`, the surest first.
const VALUE_KEYS: [&str; 12] = [
    "value", "final", "result", "score", "mean", "average", "avg", "estimate", "overall", "total", "last",
    "best",
];

/// The rank of `word` among the keys of an object's value, the least being the surest; `None` if it is none.
pub(super) fn value_key(word: &str) -> Option<usize> {
    VALUE_KEYS.iter().position(|key| *key == word)
}

/// A type whose call or literal holds one number: `tensor(0.3)`, `np.float64(0.3)`, `Some(0.3)`.
pub(super) fn is_wrapper(word: &str) -> bool {
    among!(
        word;
        np numpy torch jnp jax tf mx cp cupy float float16 float32 float64 bfloat16 double int int8 int16
        int32 int64 uint8 uint16 uint32 uint64 tensor array device scalar decimal mpf some ok parameter
        variable
    )
}

/// A unit of measure.
pub(super) fn is_unit(word: &str) -> bool {
    among!(
        word;
        ns us μs ms msec msecs usec usecs nsec s sec secs second seconds millis milliseconds microseconds
        nanoseconds minutes mins hours h hz khz mhz ghz b kb mb gb tb kib mib gib bytes bits bps kbps mbps
        gbps fps rps qps x pct percent percentage db gflops tflops mflops usd eur watts joules cycles px
    )
}
