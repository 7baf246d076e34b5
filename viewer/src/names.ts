/** Names on the map, thinned so that none covers another; which are shown depends on the zoom alone. */

import type { Grid } from './atlas';
import type { AtlasMap } from './map';

const HEIGHT = 20;
const GAP = 6;
const FONT = '600 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

interface Name {
  text: string;
  x: number;
  y: number;
  width: number;
}

export class Names {
  private readonly pen: CanvasRenderingContext2D;
  private grid: Grid | null = null;
  private cellNames: string[] = [];
  private thinned = new Map<number, Name[]>();

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.pen = canvas.getContext('2d')!;
  }

  /** The names of a grid's cells; cells without one stay silent. */
  set(grid: Grid, names: string[]): void {
    this.grid = grid;
    this.cellNames = names;
    this.thinned.clear();
  }

  /** How many names were drawn. */
  draw(map: AtlasMap, visible: boolean): number {
    const { width, height } = map.size;
    const ratio = Math.min(2, devicePixelRatio);
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, width, height);
    if (!visible || !this.grid) return 0;
    this.pen.font = FONT;
    this.pen.textAlign = 'center';
    this.pen.textBaseline = 'middle';
    let drawn = 0;
    for (const name of this.atZoom(Math.floor(map.current.zoom * 2) / 2, map)) {
      const [left, top] = map.toScreen(name.x, name.y);
      if (left < -name.width || top < -HEIGHT || left > width + name.width || top > height + HEIGHT) continue;
      this.pen.fillStyle = 'rgba(8, 9, 13, 0.72)';
      this.pen.beginPath();
      this.pen.roundRect(left - name.width / 2, top - HEIGHT / 2, name.width, HEIGHT, HEIGHT / 2);
      this.pen.fill();
      this.pen.fillStyle = '#f2efe9';
      this.pen.fillText(name.text, left, top + 0.5);
      drawn++;
    }
    return drawn;
  }

  /** Cells with many points first; a name twice only where far enough apart. */
  private atZoom(zoom: number, map: AtlasMap): Name[] {
    const held = this.thinned.get(zoom);
    if (held) return held;
    const grid = this.grid!;
    const scale = (map.scale / 2 ** map.current.zoom) * 2 ** zoom;
    const cell = scale / grid.side;
    const order = [...this.cellNames.keys()].sort((a, b) => grid.cells.counts[b] - grid.cells.counts[a]);
    const kept: Name[] = [];
    for (const i of order) {
      const text = short(this.cellNames[i]);
      if (!text) continue;
      const width = this.pen.measureText(text).width + 16;
      const name = { text, x: grid.x(i), y: grid.y(i) + (0.5 * grid.share(i)) / grid.side - 10 / scale, width };
      if (kept.every((other) => apart(name, other, scale, cell))) kept.push(name);
      if (kept.length >= 400) break;
    }
    this.thinned.set(zoom, kept);
    return kept;
  }
}

function apart(a: Name, b: Name, scale: number, cell: number): boolean {
  const across = Math.abs(a.x - b.x) * scale;
  const down = Math.abs(a.y - b.y) * scale;
  if (a.text === b.text && Math.hypot(across, down) < Math.max(260, 3 * cell)) return false;
  return across > (a.width + b.width) / 2 + GAP || down > HEIGHT + Math.max(GAP, 0.4 * cell);
}

/** The first of a class's names, at most 24 letters. */
export function short(name: string): string {
  const first = name.split(',')[0].trim();
  return first.length > 24 ? `${first.slice(0, 23)}…` : first;
}
