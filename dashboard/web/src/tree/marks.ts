// How a node looks: the shape says as much as the colour. The style sheet's .mark-… are the same for lists.

import type { NodeStatus } from '../api/types';
import type { Placed } from '../model/layout';

export type Mark = 'works' | 'best' | 'buggy' | 'failed' | 'rejected' | 'busy' | 'held';

export function markOfStatus(status: NodeStatus): Mark {
  switch (status) {
    case 'completed':
      return 'works';
    case 'buggy':
    case 'failed':
    case 'rejected':
      return status;
    case 'pending_approval':
      return 'held';
    default:
      return 'busy';
  }
}

export function markOf(placed: Placed, best: string | undefined): Mark {
  return placed.key === best ? 'best' : markOfStatus(placed.node.status);
}

/** Adds the mark to the path; tells whether it is to be stroked rather than filled. */
export function trace(path: CanvasPath, mark: Mark, x: number, y: number, radius: number): boolean {
  switch (mark) {
    case 'works':
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
      return false;
    case 'best':
      star(path, x, y, radius * 1.25);
      return false;
    case 'buggy': {
      const arm = radius * 0.85;
      path.moveTo(x - arm, y - arm);
      path.lineTo(x + arm, y + arm);
      path.moveTo(x + arm, y - arm);
      path.lineTo(x - arm, y + arm);
      return true;
    }
    case 'failed':
      path.moveTo(x - radius, y);
      path.lineTo(x + radius, y);
      return true;
    case 'rejected':
      path.rect(x - radius * 0.8, y - radius * 0.8, radius * 1.6, radius * 1.6);
      return true;
    case 'held':
      path.moveTo(x, y - radius * 1.2);
      path.lineTo(x + radius * 1.2, y);
      path.lineTo(x, y + radius * 1.2);
      path.lineTo(x - radius * 1.2, y);
      path.closePath();
      return true;
    case 'busy':
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
      return true;
  }
}

function star(path: CanvasPath, x: number, y: number, radius: number): void {
  for (let at = 0; at < 10; at += 1) {
    const angle = (at * Math.PI) / 5 - Math.PI / 2;
    const reach = at % 2 ? radius * 0.45 : radius;
    const [px, py] = [x + reach * Math.cos(angle), y + reach * Math.sin(angle)];
    if (at) path.lineTo(px, py);
    else path.moveTo(px, py);
  }
  path.closePath();
}
