import { percent } from '../model/format';

/** A change in the direction of the goal: positive is better. */
export function Gain({ share }: { share: number | undefined }) {
  if (share === undefined || !Number.isFinite(share)) return null;
  const kind = share > 0 ? 'better' : share < 0 ? 'worse' : 'same';
  return (
    <span class={`gain gain-${kind}`} title={kind === 'same' ? 'the same as the baseline' : `${kind} than the baseline`}>
      {share === 0 ? '±0 %' : percent(share)}
    </span>
  );
}
