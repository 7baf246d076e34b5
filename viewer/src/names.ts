/** Names on the map, thinned so that none covers another; which are shown depends on the zoom alone. */

import type { Grid } from './atlas';
import { make } from './card';
import type { AtlasMap } from './map';

const HEIGHT = 20;
const GAP = 6;

interface Name {
  text: string;
  x: number;
  y: number;
  width: number;
}

export class Names {
  private readonly ruler = document.createElement('canvas').getContext('2d')!;
  private grid: Grid | null = null;
  private cellNames: string[] = [];
  private thinned = new Map<number, Name[]>();
  /** Those on the page. A browser moves a small element without drawing it, or the map, anew. */
  private shown = new Map<Name, HTMLElement>();

  constructor(private readonly room: HTMLElement) {
    this.ruler.font = getComputedStyle(room).font;
  }

  /** The names of a grid's cells; cells without one stay silent. */
  set(grid: Grid, names: string[]): void {
    this.grid = grid;
    this.cellNames = names;
    this.thinned.clear();
  }

  /** How many names are shown. */
  draw(map: AtlasMap, visible: boolean): number {
    const before = this.shown;
    this.shown = new Map();
    if (visible && this.grid) this.place(map, before);
    for (const [name, plate] of before) if (!this.shown.has(name)) plate.remove();
    return this.shown.size;
  }

  private place(map: AtlasMap, before: Map<Name, HTMLElement>): void {
    const { width, height } = map.size;
    for (const name of this.atZoom(Math.floor(map.current.zoom * 2) / 2, map)) {
      const [left, top] = map.toScreen(name.x, name.y);
      if (left < -name.width || top < -HEIGHT || left > width + name.width || top > height + HEIGHT) continue;
      const plate = before.get(name) ?? this.room.appendChild(make('span', '', name.text));
      plate.style.transform = `translate(${left - name.width / 2}px, ${top - HEIGHT / 2}px)`;
      this.shown.set(name, plate);
    }
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
      const width = this.ruler.measureText(text).width + 16;
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
