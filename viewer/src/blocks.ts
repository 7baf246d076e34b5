/** Icons that stay on their grid, drawn block by block as one picture each.
 *
 * Ten thousand icons are ten thousand small squares for a graphics card, and far too many for one that is
 * emulated; a block of them drawn once into a picture is one square. It is drawn again when the paint changes.
 */

import type { Grid, Sheet } from './atlas';
import { css } from './colours';
import { iconAlpha, plateOf, type Paint } from './paint';

export interface Block {
  sheet: Sheet;
  picture: HTMLCanvasElement;
  /** Left, top, right, bottom in cells of the grid. */
  bounds: [number, number, number, number];
}

interface Held extends Block {
  paint: Paint;
  cell: number;
}

/** A cell is drawn at one of these sizes in pixels, whichever its size on the screen asks for. */
const COARSE = 40;

export class Blocks {
  private readonly held = new Map<Sheet, Held>();
  private readonly bounds = new Map<Sheet, [number, number, number, number]>();

  constructor(private readonly onLoad: () => void) {}

  /** The blocks of some sheets whose images have arrived; `onLoad` is called when more have. */
  of(grid: Grid, sheets: Sheet[], paint: Paint, onScreen: number): Block[] {
    const cell = onScreen * Math.min(2, devicePixelRatio) > 1.2 * COARSE ? grid.cells.icons.size : COARSE;
    const found: Block[] = [];
    for (const sheet of sheets) {
      const held = this.held.get(sheet);
      if (held && held.paint === paint && held.cell >= cell) {
        found.push(held);
        continue;
      }
      const image = loaded(grid.url(sheet.file), this.onLoad);
      if (!image) continue;
      const made = { sheet, paint, cell, bounds: this.boundsOf(grid, sheet), picture: document.createElement('canvas') };
      draw(made, grid, image);
      this.held.set(sheet, made);
      found.push(made);
    }
    return found;
  }

  /** Forget what is not of these grids, so that memory does not grow with what was once looked at. */
  keepOnly(grids: Grid[]): void {
    const sheets = new Set(grids.flatMap((grid) => grid.cells.icons.sheets));
    for (const sheet of [...this.held.keys()]) if (!sheets.has(sheet)) this.held.delete(sheet);
  }

  private boundsOf(grid: Grid, sheet: Sheet): [number, number, number, number] {
    let found = this.bounds.get(sheet);
    if (!found) {
      const columns = grid.cells.columns.slice(sheet.first, sheet.first + sheet.count);
      const rows = grid.cells.rows.slice(sheet.first, sheet.first + sheet.count);
      found = [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1];
      this.bounds.set(sheet, found);
    }
    return found;
  }
}

function draw({ sheet, picture, bounds, paint, cell }: Held, grid: Grid, image: HTMLImageElement): void {
  const [left, top, right, bottom] = bounds;
  picture.width = (right - left) * cell;
  picture.height = (bottom - top) * cell;
  const pen = picture.getContext('2d')!;
  const size = grid.cells.icons.size;
  for (let i = sheet.first; i < sheet.first + sheet.count; i++) {
    const x = (grid.cells.columns[i] - left + 0.5) * cell;
    const y = (grid.cells.rows[i] - top + 0.5) * cell;
    const plate = plateOf(grid, paint, i);
    const side = grid.share(i) * cell;
    if (plate) {
      const wide = Math.min(cell, side * plate.share);
      pen.globalAlpha = plate.alpha;
      pen.fillStyle = css(plate.colour);
      pen.fillRect(x - wide / 2, y - wide / 2, wide, wide);
    }
    const slot = i - sheet.first;
    const inner = side * (paint.strengths ? 0.86 : 1);
    pen.globalAlpha = iconAlpha(paint, i);
    const from: [number, number] = [(slot % sheet.columns) * size, Math.floor(slot / sheet.columns) * size];
    pen.drawImage(image, ...from, size, size, x - inner / 2, y - inner / 2, inner, inner);
  }
}

const images = new Map<string, HTMLImageElement>();

/** The image at `url` once it is there; null until then, and `onLoad` when it comes. */
export function loaded(url: string, onLoad: () => void): HTMLImageElement | null {
  let image = images.get(url);
  if (!image) {
    image = new Image();
    image.src = url;
    images.set(url, image);
  }
  if (image.complete && image.naturalWidth) return image;
  image.addEventListener('load', onLoad, { once: true });
  return null;
}
