import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  count: number;
  rowHeight: number;
  /** The row that is to be in view. */
  active?: number | undefined;
  label: string;
  head: ComponentChildren;
  row: (at: number) => ComponentChildren;
}

const OVERSCAN = 8;
const FIRST_HEIGHT = 480;

/** A table of which only the rows in view exist, however many there are. */
export function VirtualTable({ count, rowHeight, active, label, head, row }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: FIRST_HEIGHT });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element || active === undefined || active < 0) return;
    const top = active * rowHeight;
    const headHeight = rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight + headHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight + headHeight - element.clientHeight;
  }, [active]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  const rows = [];
  for (let at = first; at < last; at += 1) rows.push(row(at));
  return (
    <div class="virtual" ref={box} tabIndex={-1}>
      <table class="table steps-table" aria-label={label} aria-rowcount={count + 1}>
        {head}
        <tbody>
          <Gap height={first * rowHeight} />
          {rows}
          <Gap height={(count - last) * rowHeight} />
        </tbody>
      </table>
    </div>
  );
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" class="gap">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}
