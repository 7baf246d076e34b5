/** What a cell is: its icon, its classes, and the pieces of real photos behind it. */

import { placeOf, type Atlas, type Grid, type Sheets } from './atlas';
import { css, labelColour } from './colours';

const ICON = 96;
const PATCH = 72;

export class Card {
  private cell = '';

  constructor(private readonly element: HTMLElement, private readonly atlas: Atlas) {}

  hide(): void {
    this.cell = '';
    this.element.hidden = true;
  }

  /** Show cell `i` beside (left, top), or at the foot of a small screen. */
  show(grid: Grid, i: number, left: number, top: number): void {
    const cell = `${grid.base} ${i}`;
    if (cell !== this.cell) {
      this.cell = cell;
      this.element.dataset.cell = String(i);
      this.element.replaceChildren(this.head(grid, i), this.patches(grid, i));
      this.element.hidden = false;
    }
    this.place(left, top);
  }

  private place(left: number, top: number): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const room = { width: innerWidth, height: innerHeight };
    const gap = 22;
    const x = left + gap + width < room.width - 8 ? left + gap : Math.max(8, left - gap - width);
    const y = Math.min(Math.max(8, top - height / 2), Math.max(8, room.height - height - 8));
    this.element.style.setProperty('--left', `${x}px`);
    this.element.style.setProperty('--top', `${y}px`);
  }

  private head(grid: Grid, i: number): HTMLElement {
    const head = make('div', 'head');
    head.append(piece(grid, grid.cells.icons, i, 0, ICON));
    const text = make('div', 'text');
    text.append(...this.classes(grid, i), ...this.labels(grid, i));
    const count = grid.cells.counts[i];
    text.append(make('div', 'count', `${count.toLocaleString()} activation${count === 1 ? '' : 's'}`));
    head.append(text);
    return head;
  }

  private classes(grid: Grid, i: number): HTMLElement[] {
    const found = grid.cells.classes[i] ?? [];
    const values = grid.cells.attributions[i] ?? [];
    const most = Math.max(1e-9, ...values.map(Math.abs));
    return found.map((index, k) => {
      const line = make('div', 'class');
      const bar = make('span', values[k] < 0 ? 'bar minus' : 'bar');
      bar.style.width = `${(46 * Math.abs(values[k])) / most}px`;
      const value = make('span', 'value', `${values[k] < 0 ? '−' : '+'}${Math.abs(values[k]).toFixed(2)}`);
      line.append(make('span', 'name', this.atlas.manifest.classes[index]), bar, value);
      return line;
    });
  }

  private labels(grid: Grid, i: number): HTMLElement[] {
    if (!this.atlas.manifest.labels.length) return [];
    const line = make('div', 'labels');
    for (const [label, count] of grid.cells.labels[i].slice(0, 3)) {
      const share = Math.round((100 * count) / grid.cells.counts[i]);
      const name = make('span', 'label', `${this.atlas.manifest.labels[label]} ${share} %`);
      name.style.setProperty('--colour', css(labelColour(label)));
      line.append(name);
    }
    return [line];
  }

  private patches(grid: Grid, i: number): HTMLElement {
    const row = make('div', 'patches');
    grid.cells.photos[i].forEach((photo, k) => {
      const patch = piece(grid, grid.cells.patches, i, k, PATCH);
      patch.title = photo;
      row.append(patch);
    });
    return row;
  }
}

/** The k-th image of cell i, cut out of its sheet. */
function piece(grid: Grid, held: Sheets, i: number, k: number, side: number): HTMLElement {
  const sheet = held.sheets.find((each) => i >= each.first && i < each.first + each.count)!;
  const slot = (i - sheet.first) * held.each + k;
  const element = make('span', 'piece');
  const scale = side / held.size;
  const [x, y] = placeOf(sheet, slot, side);
  element.style.cssText =
    `width:${side}px;height:${side}px;background-image:url("${grid.url(sheet.file)}");` +
    `background-position:${-x}px ${-y}px;` +
    `background-size:${sheet.columns * held.size * scale}px ${sheet.rows * held.size * scale}px`;
  return element;
}

export function make(tag: string, name: string, text = ''): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
