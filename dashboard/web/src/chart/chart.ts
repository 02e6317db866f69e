// The metric over the steps: points by status, the best so far as a staircase, the baseline as a line.

import uPlot from 'uplot';
import { rangeOf, stepsOf, type Curve } from '../model/curve';
import { metric } from '../model/format';
import { keyOf } from '../model/lineage';
import { markOfStatus, trace, type Mark } from '../tree/marks';
import type { Palette } from '../ui/palette';

export type Scale = 'linear' | 'log' | 'focus';

export interface ChartOptions {
  curve: Curve;
  maximize: boolean;
  scale: Scale;
  palette: Palette;
  selected: string | undefined;
  best: string | undefined;
}

export interface ChartEvents {
  hover: (index: number | undefined, x: number, y: number) => void;
  open: (index: number) => void;
}

const stepped = uPlot.paths.stepped?.({ align: 1 });
const HIT_RADIUS = 18;
const POINT_RADIUS = 3.2;
/** How far above the bottom those without a metric are. */
const FLOOR = 6;
/** From so many points on they are drawn smaller, then fainter. */
const MANY = 400;
const DRAG_FROM = 5;

export class Chart {
  private plot: uPlot | undefined;
  private zoomed = false;
  private pressed: { x: number; y: number } | undefined;
  private readonly observer: ResizeObserver;

  constructor(
    private readonly host: HTMLElement,
    private options: ChartOptions,
    private readonly events: ChartEvents,
  ) {
    this.observer = new ResizeObserver(() => this.plot?.setSize(this.size()));
    this.observer.observe(host);
    this.make();
  }

  destroy(): void {
    this.observer.disconnect();
    this.plot?.destroy();
  }

  show(options: ChartOptions): void {
    const before = this.options;
    this.options = options;
    if (options.scale !== before.scale || options.palette !== before.palette) return this.make();
    if (options.curve === before.curve) return this.plot?.redraw(false);
    this.plot?.setData(this.data(), !this.zoomed);
    if (this.zoomed) this.plot?.redraw();
  }

  private size(): { width: number; height: number } {
    return { width: this.host.clientWidth, height: this.host.clientHeight };
  }

  private data(): uPlot.AlignedData {
    const { x, metric: values, best, baseline } = this.options.curve;
    return [x, values, best, x.map(() => baseline ?? null)];
  }

  private make(): void {
    this.plot?.destroy();
    this.zoomed = false;
    const { palette, scale, maximize } = this.options;
    const axis = {
      stroke: palette.soft,
      font: '11px system-ui, sans-serif',
      grid: { stroke: palette.grid, width: 1 },
      ticks: { show: false },
    };
    const plot = new uPlot(
      {
        ...this.size(),
        legend: { show: false },
        padding: [10, 14, 0, 0],
        scales: {
          x: { time: false, range: (_, low, high) => stepsOf(this.options.curve, low, high) },
          y: scale === 'log' ? { distr: 3 } : { range: (_, low, high) => (this.zoomed ? [low, high] : rangeOf(this.options.curve, maximize, scale === 'focus')) },
        },
        axes: [
          { ...axis, size: 28, gap: 4, grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] },
          { ...axis, size: 58, gap: 6, values: (_, splits) => splits.map((value) => (value == null ? '' : metric(value))) },
        ],
        series: [
          {},
          { paths: () => null, points: { show: false } },
          { stroke: palette.best, width: 2, ...(stepped ? { paths: stepped } : {}), points: { show: false }, spanGaps: true },
          { stroke: palette.soft, width: 1, dash: [4, 4], points: { show: false } },
        ],
        cursor: {
          drag: { x: true, y: true, uni: 24, dist: DRAG_FROM },
          points: { show: false },
          focus: { prox: -1 },
        },
        hooks: {
          // Below the lines, so that the best so far is seen among ten thousand points.
          drawAxes: [(self) => this.points(self)],
          draw: [(self) => this.highlights(self)],
          setCursor: [(self) => this.hover(self)],
          setSelect: [(self) => void (self.select.width > 0 && (this.zoomed = true))],
          ready: [(self) => this.listen(self)],
        },
      },
      this.data(),
      this.host,
    );
    this.plot = plot;
  }

  private listen(plot: uPlot): void {
    plot.over.addEventListener('pointerdown', (event) => (this.pressed = { x: event.offsetX, y: event.offsetY }));
    plot.over.addEventListener('click', (event) => {
      const from = this.pressed;
      if (from && Math.hypot(event.offsetX - from.x, event.offsetY - from.y) > DRAG_FROM) return;
      const at = this.nearest(plot, event.offsetX, event.offsetY);
      if (at !== undefined) this.events.open(at);
    });
    // Before uPlot's own, which goes back to all of it.
    plot.over.addEventListener('dblclick', () => (this.zoomed = false), { capture: true });
    plot.over.addEventListener('pointerleave', () => this.events.hover(undefined, 0, 0));
  }

  private hover(plot: uPlot): void {
    const { left = -1, top = -1 } = plot.cursor;
    const at = left < 0 ? undefined : this.nearest(plot, left, top);
    plot.over.style.cursor = at === undefined ? '' : 'pointer';
    this.events.hover(at, left + plot.over.offsetLeft, top + plot.over.offsetTop);
  }

  /** Of the points near the pointer, the nearest; those without a metric stand on the floor. */
  private nearest(plot: uPlot, left: number, top: number): number | undefined {
    const { x, metric: values } = this.options.curve;
    const floor = plot.over.clientHeight - FLOOR;
    let found: number | undefined;
    let distance = HIT_RADIUS ** 2;
    const from = plot.valToIdx(plot.posToVal(left - HIT_RADIUS, 'x'));
    const to = plot.valToIdx(plot.posToVal(left + HIT_RADIUS, 'x'));
    for (let at = from; at <= to; at += 1) {
      const value = values[at];
      const px = plot.valToPos(x[at] ?? 0, 'x');
      const py = value == null ? floor : plot.valToPos(value, 'y');
      const away = (px - left) ** 2 + (py - top) ** 2;
      if (away < distance) [found, distance] = [at, away];
    }
    return found;
  }

  private points(plot: uPlot): void {
    const { curve, palette } = this.options;
    const { ctx } = plot;
    const ratio = uPlot.pxRatio;
    const radius = POINT_RADIUS * ratio * (curve.x.length > MANY ? 0.75 : 1);
    const paths = new Map<Mark, Path2D>();
    curve.nodes.forEach((node, at) => {
      const mark = markOfStatus(node.status);
      const path = paths.get(mark) ?? new Path2D();
      paths.set(mark, path);
      const { x, y } = this.placeOf(plot, at);
      trace(path, mark, x, y, radius);
    });
    clipped(plot, () => {
      ctx.lineWidth = 1.3 * ratio;
      for (const [mark, path] of paths) {
        ctx.globalAlpha = mark === 'works' && curve.x.length > MANY ? 0.6 : 0.9;
        ctx.fillStyle = ctx.strokeStyle = palette[mark];
        if (mark === 'works') ctx.fill(path);
        else ctx.stroke(path);
      }
    });
  }

  private highlights(plot: uPlot): void {
    const { curve, palette, selected, best } = this.options;
    const { ctx } = plot;
    const ratio = uPlot.pxRatio;
    const find = (key: string | undefined): number => (key === undefined ? -1 : curve.nodes.findIndex((node) => keyOf(node) === key));
    const [bestAt, selectedAt] = [find(best), find(selected)];
    clipped(plot, () => {
      if (bestAt >= 0) {
        const { x, y } = this.placeOf(plot, bestAt);
        ctx.fillStyle = palette.best;
        ctx.beginPath();
        trace(ctx, 'best', x, y, 6 * ratio);
        ctx.fill();
      }
      if (selectedAt >= 0) {
        const { x, y } = this.placeOf(plot, selectedAt);
        ctx.strokeStyle = palette.accent;
        ctx.lineWidth = 2.4 * ratio;
        ctx.beginPath();
        ctx.arc(x, y, 8 * ratio, 0, 2 * Math.PI);
        ctx.stroke();
      }
    });
  }

  /** In the canvas's own pixels; what has no metric stands on the floor. */
  private placeOf(plot: uPlot, at: number): { x: number; y: number } {
    const { curve } = this.options;
    const value = curve.metric[at];
    const { top, height } = plot.bbox;
    return {
      x: plot.valToPos(curve.x[at] ?? 0, 'x', true),
      y: value == null ? top + height - FLOOR * uPlot.pxRatio : plot.valToPos(value, 'y', true),
    };
  }
}

/** Draws within the plot, with no dashes left from a line before. */
function clipped({ ctx, bbox }: uPlot, work: () => void): void {
  ctx.save();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  work();
  ctx.restore();
}
