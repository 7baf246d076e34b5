/** Icons that stay on their grid, drawn block by block as one picture each.
 *
 * Ten thousand icons are ten thousand small squares for a graphics card, and far too many for one that is
 * emulated; a block of them drawn once into a picture is one square. It is drawn again when the paint changes.
 */

import { placeOf, type Grid, type Sheet } from './atlas';
import { css } from './colours';
import { sheetAt } from './levels';
import { iconAlpha, plateOf, type Paint } from './paint';

export interface Block {
  sheet: Sheet;
  picture: HTMLCanvasElement;
  /** Left, top, right, bottom in cells of the grid. */
  bounds: [number, number, number, number];
}

interface Held extends Block {
  paint: Paint;
  /** Pixels of a cell in the picture. */
  cell: number;
}

/** The finest icons of a sheet that have come, and the pixels of a cell that were asked for. */
interface Icons {
  asked: number;
  cell: number;
  bitmap: ImageBitmap | null;
}

export class Blocks {
  private readonly held = new Map<Sheet, Held>();
  private readonly icons = new Map<Sheet, Icons>();
  private readonly bounds = new Map<Sheet, [number, number, number, number]>();
  private coming = 0;

  constructor(private readonly onLoad: () => void) {}

  /** The blocks of some sheets, cells of at least `cell` pixels wanted, as finely as they are there; `onLoad` is
   * called when more or finer ones are. */
  of(grid: Grid, sheets: Sheet[], paint: Paint, cell: number): Block[] {
    return sheets.flatMap((sheet) => this.block(grid, sheet, paint, cell) ?? []);
  }

  /** How many sheets have been asked for and have not come. */
  get awaited(): number {
    return this.coming;
  }

  private block(grid: Grid, sheet: Sheet, paint: Paint, cell: number): Block | null {
    const icons = this.iconsOf(grid, sheet, cell);
    const held = this.held.get(sheet);
    if (!icons.bitmap || (held && held.paint === paint && held.cell === icons.cell)) return held ?? null;
    const bounds = this.boundsOf(grid, sheet);
    const made = { sheet, paint, cell: icons.cell, bounds, picture: document.createElement('canvas') };
    draw(made, grid, icons.bitmap);
    this.held.set(sheet, made);
    return made;
  }

  private iconsOf(grid: Grid, sheet: Sheet, cell: number): Icons {
    const icons = this.icons.get(sheet) ?? { asked: 0, cell: 0, bitmap: null };
    this.icons.set(sheet, icons);
    if (cell > icons.asked) {
      icons.asked = cell;
      void this.load(grid, sheet, cell, icons);
    }
    return icons;
  }

  private async load(grid: Grid, sheet: Sheet, cell: number, into: Icons): Promise<void> {
    this.coming++;
    try {
      const bitmap = await sheetAt(grid, sheet, cell);
      if (cell > into.cell) Object.assign(into, { cell, bitmap });
    } finally {
      this.coming--;
      this.onLoad();
    }
  }

  /** Forget what is not of these grids, so that memory does not grow with what was once looked at. */
  keepOnly(grids: Grid[]): void {
    const sheets = new Set(grids.flatMap((grid) => grid.cells.icons.sheets));
    for (const sheet of [...this.icons.keys()]) {
      if (sheets.has(sheet)) continue;
      this.held.delete(sheet);
      this.icons.delete(sheet);
    }
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

function draw({ sheet, picture, bounds, paint, cell }: Held, grid: Grid, icons: ImageBitmap): void {
  const [left, top, right, bottom] = bounds;
  picture.width = (right - left) * cell;
  picture.height = (bottom - top) * cell;
  const pen = picture.getContext('2d')!;
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
    const inner = side * (paint.strengths ? 0.86 : 1);
    pen.globalAlpha = iconAlpha(paint, i);
    pen.drawImage(icons, ...placeOf(sheet, i - sheet.first, cell), cell, cell, x - inner / 2, y - inner / 2, inner, inner);
  }
}
