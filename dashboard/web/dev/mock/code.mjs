// Versions of small programs, one per step, for the mock's runs.

export const HOSTILE = `<script>window.pwned=1</script><img src=x onerror="window.pwned=2">`;

export function python(step, hostile = false) {
  const block = step === 0 ? 8 : 8 << (step % 5);
  const unroll = step % 3;
  return `"""Edit distance, as fast as it goes."""
${hostile ? `# ${HOSTILE} \u202e reversed\nMARKUP = "</script><script>window.pwned=3</script>"\n` : ''}import sys
from array import array

BLOCK = ${block}


def distance(a: str, b: str) -> int:
    if len(a) < len(b):
        a, b = b, a
${step === 0
    ? `    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        current = [i]
        for j, right in enumerate(b, 1):
            cost = 0 if left == right else 1
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost))
        previous = current
    return previous[-1]`
    : `    row = array("l", range(len(b) + 1))  # step ${step}
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            above = row[j]
            row[j] = diagonal if left == right else 1 + min(diagonal, above, row[j - 1])
            diagonal = above
${unroll ? `        if i % BLOCK == 0 and min(row) > LIMIT * ${unroll}:\n            return LIMIT\n` : ''}    return row[-1]


LIMIT = ${1_000 + step}`}


def helpers():
    """Not of interest: only here so that there is something to leave out of a diff."""
    table = {}
    for key in range(64):
        table[key] = key * key
    for key, value in table.items():
        if value % 7 == 3:
            table[key] = value + 1
    return table


if __name__ == "__main__":
    print("distance:", distance(sys.argv[1], sys.argv[2]))
`;
}

export function rust(step) {
  return `//! A kernel in Rust.

pub fn sum(values: &[f64]) -> f64 {
${step % 2 ? `    values.chunks_exact(${1 << (step % 5)}).map(|chunk| chunk.iter().sum::<f64>()).sum()` : `    let mut all = 0.0;
    for value in values {
        all += value; // step ${step}
    }
    all`}
}
`;
}

export function output(step, { hostile = false, buggy = false } = {}) {
  const lines = [
    `\u001b[1mbench\u001b[0m step ${step}`,
    'warming up  10%\rwarming up  60%\rwarming up 100%',
    ...Array.from({ length: 12 }, (_, at) => `\u001b[2mround ${at + 1}\u001b[0m  ${(3 + Math.sin(step + at)).toFixed(3)} ms  \u001b[32mok\u001b[0m`),
  ];
  if (hostile) lines.push(HOSTILE, '\u001b]0;owned\u0007\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007', '\u001b[2J\u001b[1;1Hcursor', '\u001b[38;2;255;120;0mtrue colour\u001b[0m \u001b[41mred ground\u001b[0m');
  if (buggy) lines.push('\u001b[31mTraceback (most recent call last):\u001b[0m', '  File "bench.py", line 12, in <module>', '\u001b[31;1mNameError\u001b[0m: name \'LIMIT\' is not defined');
  else lines.push(`\u001b[33mspeedup\u001b[0m: ${(1 + step / 20).toFixed(4)}`);
  return lines.join('\n') + '\n';
}
