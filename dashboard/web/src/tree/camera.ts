// Where the tree is looked at from. Large trees are far wider (in rows) than they are deep, so an overview is stretched
// along the depth to fill its figure; zooming in, both directions come to the same scale.

import type { Box } from '../model/layout';

export interface Camera {
  x: number;
  y: number;
  /** Pixels per unit of depth. */
  across: number;
  /** Pixels per unit of rows; nodes are drawn to this scale. */
  scale: number;
  /** How much more `across` is than `scale` when all of the tree is shown. */
  overview: { across: number; scale: number };
}

interface Point {
  x: number;
  y: number;
}

const SMALLEST = 0.004;
const LARGEST = 3;
const LIFE_SIZE = 1.15;
const MARGIN = 34;

export const START: Camera = { x: 0, y: 0, across: 1, scale: 1, overview: { across: 1, scale: 1 } };

export const toScreen = (camera: Camera, { x, y }: Point): Point => ({
  x: x * camera.across + camera.x,
  y: y * camera.scale + camera.y,
});

/** Shows all of the box, never larger than life. */
export function fitted(box: Box, width: number, height: number): Camera {
  const along = (width - 2 * MARGIN) / Math.max(1, box.right - box.left);
  const down = (height - 2 * MARGIN) / Math.max(1, box.bottom - box.top);
  const scale = Math.max(SMALLEST, Math.min(LIFE_SIZE, along, down));
  const across = Math.max(scale, Math.min(LIFE_SIZE, along));
  return {
    across,
    scale,
    overview: { across, scale },
    x: width / 2 - (across * (box.left + box.right)) / 2,
    y: height / 2 - (scale * (box.top + box.bottom)) / 2,
  };
}

/** Zooms so that what is at the point stays there. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const { overview } = camera;
  const scale = Math.min(LARGEST, Math.max(SMALLEST, camera.scale * factor));
  const floor = overview.across * Math.min(1, scale / overview.scale);
  const across = Math.max(scale, floor);
  return {
    across,
    scale,
    overview,
    x: x - (x - camera.x) * (across / camera.across),
    y: y - (y - camera.y) * (scale / camera.scale),
  };
}

export function centred(camera: Camera, at: Point, width: number, height: number): Camera {
  return { ...camera, x: width / 2 - at.x * camera.across, y: height / 2 - at.y * camera.scale };
}

export function inView(camera: Camera, at: Point, width: number, height: number): boolean {
  const { x, y } = toScreen(camera, at);
  return x > MARGIN / 2 && y > MARGIN / 2 && x < width - MARGIN / 2 && y < height - MARGIN / 2;
}
