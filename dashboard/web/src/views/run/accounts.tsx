import type { RunSummary } from '../../api/types';
import { compact, count, money } from '../../model/format';

/** What each of several models was asked for and earned. */
export function Accounts({ run }: { run: RunSummary }) {
  const accounts = run.accounts ?? [];
  if (accounts.length < 2) return null;
  return (
    <details class="instructions accounts">
      <summary>
        Models <span class="faint preview">{accounts.map((one) => `${one.model}: ${count(one.steps)}`).join(', ')}</span>
      </summary>
      <div class="scroll-x">
        <table class="table accounts-table">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" class="num">Steps</th>
              <th scope="col" class="num">New bests</th>
              <th scope="col" class="num">Tokens in</th>
              <th scope="col" class="num">out</th>
              <th scope="col" class="num">Cost</th>
            </tr>
          </thead>
          <tbody>
            {accounts.map((one) => (
              <tr key={one.model}>
                <th scope="row">
                  <bdi>{one.model}</bdi>
                </th>
                <td class="num">{count(one.steps)}</td>
                <td class="num">{count(one.bests)}</td>
                <td class="num">{compact(one.input_tokens)}</td>
                <td class="num">{compact(one.output_tokens)}</td>
                <td class="num">{money(one.cost_usd) || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
