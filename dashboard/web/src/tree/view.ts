// The tree on its canvas: what is drawn, and what hands and keys do to it.

import { boundsOf, neighbour, type Placed } from '../model/layout';
import { perFrame } from '../state/frame';
import { centred, fitted, inView, START, toScreen, zoomed, type Camera } from './camera';
import { draw, type Scene } from './draw';

export interface TreeEvents {
  open: (placed: Placed) => void;
  toggle: (placed: Placed) => void;
  hover: (placed: Placed | undefined, x: number, y: number) => void;
  cursor: (placed: Placed) => void;
}

const HIT_RADIUS = 12;
const DRAG_FROM = 4;
const ZOOM_STEP = 1.35;

export class TreeView {
  private scene: Scene | undefined;
  private camera: Camera = START;
  private width = 0;
  private height = 0;
  /** Until somebody moves it, it shows all. */
  private untouched = true;
  private drag: { x: number; y: number; moved: boolean } | undefined;
  private readonly context: CanvasRenderingContext2D | null;
  private readonly observer: ResizeObserver;
  private readonly redraw = perFrame(() => this.paint());

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: TreeEvents,
  ) {
    this.context = canvas.getContext('2d');
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    canvas.addEventListener('pointerdown', this.onDown);
    canvas.addEventListener('pointermove', this.onMove);
    canvas.addEventListener('pointerup', this.onUp);
    canvas.addEventListener('pointercancel', () => (this.drag = undefined));
    canvas.addEventListener('pointerleave', () => this.hover(undefined, 0, 0));
    canvas.addEventListener('wheel', this.onWheel, { passive: false });
    canvas.addEventListener('keydown', this.onKey);
  }

  destroy(): void {
    this.observer.disconnect();
  }

  show(scene: Omit<Scene, 'cursor' | 'hovered'>): void {
    const before = this.scene;
    this.scene = { ...scene, cursor: before?.cursor, hovered: before?.hovered };
    if (this.untouched) this.fit();
    else if (scene.selected !== before?.selected) this.reveal(this.find(scene.selected));
    this.redraw();
  }

  fit(): void {
    if (!this.scene || !this.width) return;
    this.untouched = true;
    this.camera = fitted(boundsOf(this.scene.placed), this.width, this.height);
    this.redraw();
  }

  zoom(factor: number, x = this.width / 2, y = this.height / 2): void {
    this.move(zoomed(this.camera, factor, x, y));
  }

  /** The node that keys act on. */
  current(): Placed | undefined {
    const { scene } = this;
    return this.find(scene?.cursor) ?? this.find(scene?.selected) ?? this.find(scene?.best) ?? scene?.placed[0];
  }

  private find(key: string | undefined): Placed | undefined {
    return key === undefined ? undefined : this.scene?.placed.find((one) => one.key === key);
  }

  private move(camera: Camera): void {
    this.untouched = false;
    this.camera = camera;
    this.redraw();
  }

  private reveal(placed: Placed | undefined): void {
    if (placed && !inView(this.camera, placed, this.width, this.height))
      this.move(centred(this.camera, placed, this.width, this.height));
  }

  private paint(): void {
    if (!this.scene || !this.context) return;
    const ratio = devicePixelRatio || 1;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(this.context, this.scene, this.camera, this.width, this.height);
  }

  private resize(): void {
    const ratio = devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    if (this.untouched) this.fit();
    this.paint();
  }

  private hit(x: number, y: number): Placed | undefined {
    let nearest: Placed | undefined;
    let distance = HIT_RADIUS ** 2;
    for (const one of this.scene?.placed ?? []) {
      const at = toScreen(this.camera, one);
      const away = (at.x - x) ** 2 + (at.y - y) ** 2;
      if (away < distance) [nearest, distance] = [one, away];
    }
    return nearest;
  }

  private hover(placed: Placed | undefined, x: number, y: number): void {
    if (!this.scene) return;
    this.canvas.style.cursor = placed ? 'pointer' : '';
    if (this.scene.hovered !== placed?.key) {
      this.scene = { ...this.scene, hovered: placed?.key };
      this.redraw();
    }
    this.events.hover(placed, x, y);
  }

  private setCursor(placed: Placed): void {
    if (!this.scene) return;
    this.scene = { ...this.scene, cursor: placed.key };
    this.reveal(placed);
    this.redraw();
    this.events.cursor(placed);
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.drag = { x: event.offsetX, y: event.offsetY, moved: false };
    this.canvas.setPointerCapture(event.pointerId);
  };

  private readonly onMove = (event: PointerEvent): void => {
    const { drag } = this;
    if (!drag) return this.hover(this.hit(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < DRAG_FROM) return;
    this.drag = { x: event.offsetX, y: event.offsetY, moved: true };
    this.events.hover(undefined, 0, 0);
    this.move({ ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy });
  };

  private readonly onUp = (event: PointerEvent): void => {
    const moved = this.drag?.moved;
    this.drag = undefined;
    const placed = moved ? undefined : this.hit(event.offsetX, event.offsetY);
    if (!placed) return;
    this.setCursor(placed);
    if (event.shiftKey || event.altKey) this.events.toggle(placed);
    else this.events.open(placed);
  };

  /** The wheel scrolls the page unless the tree has the focus or it is a pinch. */
  private readonly onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.canvas) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.06 : 0.0022)), event.offsetX, event.offsetY);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const current = this.current();
    if (!current || !this.act(event.key, current)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  private act(key: string, current: Placed): boolean {
    if (key.startsWith('Arrow')) {
      const next = this.scene && neighbour(this.scene.placed, current, key);
      this.setCursor(next ?? current);
    } else if (key === 'Enter') this.events.open(current);
    else if (key === ' ') this.events.toggle(current);
    else if (key === '+' || key === '=') this.zoom(ZOOM_STEP);
    else if (key === '-') this.zoom(1 / ZOOM_STEP);
    else if (key === '0') this.fit();
    else return false;
    return true;
  }
}
