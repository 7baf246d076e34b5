/** The atlas on disk, as src/pareidolia/atlas/format.py writes and describes it. */

export const FORMAT = 'pareidolia-atlas';
export const VERSION = 2;

/** Images of one size, packed row by row; a sheet holds those of `count` cells from cell `first` on. */
export interface Sheet {
  file: string;
  columns: number;
  rows: number;
  first: number;
  count: number;
}

/** `each` images of `size` pixels for every cell. */
export interface Sheets {
  size: number;
  each: number;
  sheets: Sheet[];
}

/** Left and top of a sheet's image number `slot`, of images of `size` pixels. */
export function placeOf(sheet: Sheet, slot: number, size: number): [number, number] {
  return [(slot % sheet.columns) * size, Math.floor(slot / sheet.columns) * size];
}

/** An icon for every cell; `small` are the same sheets with fewer pixels, for the whole map. */
export interface Icons extends Sheets {
  small: Sheets;
}

export interface GridEntry {
  side: number;
  cells: number;
  folder: string;
}

export interface LayerEntry {
  name: string;
  points: number;
  channels: number;
  grids: GridEntry[];
}

export interface Manifest {
  format: string;
  version: number;
  title: string;
  network: string;
  photos: number;
  classes: string[];
  labels: string[];
  layers: LayerEntry[];
}

/** The cells of one grid, column by column; cell i is entry i of every list. */
export interface Cells {
  side: number;
  columns: number[];
  rows: number[];
  counts: number[];
  /** The strongest classes of each cell and what the cell adds to their logits. */
  classes: number[][];
  attributions: number[][];
  /** [label, number of points] of each cell, most first. */
  labels: [number, number][][];
  /** Where the points behind the cell lie on another layer's map on average, x and y in [0, 1]. */
  moves: Record<string, { x: number[]; y: number[] }>;
  icons: Icons;
  patches: Sheets;
  /** The photos behind the patches. */
  photos: string[][];
  /** Class by cell, signed bytes; times the class's scale it is what the cell adds to the logit. */
  attribution: { file: string; scales: number[] } | null;
}

export class UnreadableAtlas extends Error {}

/** A cell of a grid seen as a whole map of side 1. */
export class Grid {
  readonly length: number;
  readonly most: number;
  readonly usual: number;
  private readonly byPlace = new Map<number, number>();
  private attribution: Promise<Int8Array> | null = null;

  constructor(readonly base: string, readonly entry: GridEntry, readonly cells: Cells) {
    this.length = cells.counts.length;
    const sorted = [...cells.counts].sort((a, b) => a - b);
    this.most = sorted[sorted.length - 1] ?? 1;
    // The size of most icons should use their room: the largest are those of the upper quarter.
    this.usual = sorted[Math.floor(sorted.length * 0.75)] ?? 1;
    cells.columns.forEach((column, i) => this.byPlace.set(cells.rows[i] * cells.side + column, i));
  }

  get side(): number {
    return this.cells.side;
  }

  x(i: number): number {
    return (this.cells.columns[i] + 0.5) / this.side;
  }

  y(i: number): number {
    return (this.cells.rows[i] + 0.5) / this.side;
  }

  /** Side of a cell's icon as a share of its cell: the square root of how many points it holds. */
  share(i: number): number {
    return Math.min(1, Math.max(0.34, Math.sqrt(this.cells.counts[i] / this.usual)));
  }

  /** The cell at (x, y) in [0, 1], or -1. */
  at(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= 1 || y >= 1) return -1;
    return this.byPlace.get(Math.floor(y * this.side) * this.side + Math.floor(x * this.side)) ?? -1;
  }

  url(file: string): string {
    return `${this.base}/${file}`;
  }

  /** What each cell adds to the logit of a class. */
  async attributionOf(index: number): Promise<Float32Array> {
    const table = this.cells.attribution;
    if (!table) return new Float32Array(this.length);
    this.attribution ??= bytes(this.url(table.file));
    const all = await this.attribution;
    const row = all.subarray(index * this.length, (index + 1) * this.length);
    return Float32Array.from(row, (value) => value * table.scales[index]);
  }

  /** The share of each cell's points that carry a label, between 0 and 1. */
  shareOf(label: number): Float32Array {
    return Float32Array.from(this.cells.labels, (found, i) => {
      const entry = found.find(([each]) => each === label);
      return entry ? entry[1] / this.cells.counts[i] : 0;
    });
  }
}

/** An atlas whose grids are loaded when they are first looked at. */
export class Atlas {
  private readonly grids = new Map<string, Promise<Grid>>();

  constructor(readonly manifest: Manifest) {}

  static async open(): Promise<Atlas> {
    const manifest = (await json('atlas.json')) as Manifest;
    if (manifest.format !== FORMAT) throw new UnreadableAtlas('atlas.json here is no atlas.');
    if (manifest.version !== VERSION) {
      throw new UnreadableAtlas(
        `This atlas is of format ${manifest.version}, the viewer reads ${VERSION}: build it once more with this version.`,
      );
    }
    return new Atlas(manifest);
  }

  layer(index: number): LayerEntry {
    return this.manifest.layers[index];
  }

  grid(layer: number, grid: number): Promise<Grid> {
    const entry = this.layer(layer).grids[grid];
    let found = this.grids.get(entry.folder);
    if (!found) {
      found = json(`${entry.folder}/cells.json`).then((cells) => new Grid(entry.folder, entry, cells as Cells));
      this.grids.set(entry.folder, found);
    }
    return found;
  }
}

/** The file at `path`; raises UnreadableAtlas where it is missing. */
export async function fetched(path: string): Promise<Response> {
  const answer = await fetch(path);
  if (!answer.ok) throw new UnreadableAtlas(`${path} is missing (${answer.status}).`);
  return answer;
}

async function json(path: string): Promise<unknown> {
  return (await fetched(path)).json();
}

async function bytes(path: string): Promise<Int8Array> {
  return new Int8Array(await (await fetched(path)).arrayBuffer());
}
