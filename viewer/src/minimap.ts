/** The whole map in a corner, and the part of it that is in sight. */

import { placeOf, type Grid } from './atlas';
import { levelFor, sheetAt } from './levels';
import type { AtlasMap } from './map';

export class Minimap {
  private readonly pen: CanvasRenderingContext2D;
  private drawing = 0;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly frame: HTMLElement, private readonly map: AtlasMap) {
    this.pen = canvas.getContext('2d')!;
    const go = (event: PointerEvent) => {
      const box = canvas.getBoundingClientRect();
      const view = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
      map.look({ ...view, zoom: map.current.zoom });
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    canvas.addEventListener('pointermove', (event) => event.buttons && go(event));
  }

  /** Draw the grid's icons small; the frame follows with `follow`. */
  async draw(grid: Grid): Promise<void> {
    const drawing = ++this.drawing;
    const { icons } = grid.cells;
    const { width } = this.canvas;
    const size = levelFor(width / grid.side, icons.size);
    const images = await Promise.all(icons.sheets.map((sheet) => sheetAt(grid, sheet, size)));
    if (drawing !== this.drawing) return;
    this.pen.clearRect(0, 0, width, width);
    icons.sheets.forEach((sheet, s) => {
      for (let i = sheet.first; i < sheet.first + sheet.count; i++) {
        const side = (grid.share(i) * width) / grid.side;
        const left = grid.x(i) * width - side / 2;
        const top = grid.y(i) * width - side / 2;
        this.pen.drawImage(images[s], ...placeOf(sheet, i - sheet.first, size), size, size, left, top, side, side);
      }
    });
  }

  follow(): void {
    const clamp = (n: number) => Math.min(1, Math.max(0, n)) * 100;
    const [x0, y0, x1, y1] = this.map.sight.map(clamp);
    this.frame.style.cssText = `left:${x0}%;top:${y0}%;width:${x1 - x0}%;height:${y1 - y0}%`;
  }
}
