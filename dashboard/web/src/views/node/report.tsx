import type { EvalExample, EvalReport } from '../../api/types';
import { metric, plural } from '../../model/format';

/** What an evaluation backend told of a step. */
export function Report({ report }: { report: EvalReport }) {
  return (
    <section class="report-section" aria-label="Dataset">
      <header class="section-head">
        <h3>Dataset</h3>
        <span class="faint">
          {plural(report.examples, 'example')}
          {report.failed > 0 && `, ${report.failed} failed`}
        </span>
      </header>
      <dl class="facts facts-node">
        {report.scores.map((score) => (
          <div class="fact" key={score.name}>
            <dt>
              <bdi>{score.name}</bdi>
            </dt>
            <dd>
              {metric(score.value)}
              <span class="fact-more">
                {score.summary}
                {score.missing > 0 && `, ${score.missing} missing`}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {report.experiment && (
        <p>
          <span class="label">Experiment</span> <Experiment report={report} />
        </p>
      )}
      {report.notes.map((note) => (
        <p key={note} class="prose faint">
          {note}
        </p>
      ))}
      {report.worst.length > 0 && (
        <details class="instructions">
          <summary>{plural(report.worst.length, 'worst example')}</summary>
          {report.worst.map((example) => (
            <pre key={example.id} class="example">
              {inFull(example)}
            </pre>
          ))}
        </details>
      )}
    </section>
  );
}

function Experiment({ report }: { report: EvalReport }) {
  // The address comes from a service: only pages are linked.
  const isPage = /^https?:\/\//.test(report.experiment_url);
  if (!isPage) return <bdi>{report.experiment}</bdi>;
  return (
    <a href={report.experiment_url} rel="noreferrer noopener" target="_blank">
      <bdi>{report.experiment}</bdi>
    </a>
  );
}

function inFull(example: EvalExample): string {
  const texts = [
    ['input', example.input],
    ['expected', example.expected],
    ['output', example.output],
    ['error', example.error],
  ].filter(([, text]) => text != null);
  const scores = example.scores.map((score) => [score.name, metric(score.value) + (score.comment ? ` (${score.comment})` : '')]);
  return [...texts, ...scores].map(([what, text]) => `${what}: ${text}`).join('\n');
}
