/** Icons on their way between two layers' maps, drawn one by one. */

import type { Layer } from '@deck.gl/core';
import { IconLayer } from '@deck.gl/layers';

import { placeOf, type Grid, type Sheet } from './atlas';
import { WORLD } from './look';
import { iconAlpha, type Paint } from './paint';

/** A grid on its way in or out. */
export interface Shown {
  grid: Grid;
  paint: Paint;
  opacity: number;
  /** Where its cells come from or go to, x and y in [0, 1]; its own places without. */
  elsewhere: { x: number[]; y: number[] } | null;
  /** 0 at its own places, 1 elsewhere. */
  away: number;
}

/** A layer for each sheet, with the cells where they are on their way. */
export function movingIcons({ grid, paint, elsewhere, away, opacity }: Shown): Layer[] {
  const place = (i: number): [number, number, number] => {
    const x = elsewhere ? grid.x(i) + (elsewhere.x[i] - grid.x(i)) * away : grid.x(i);
    const y = elsewhere ? grid.y(i) + (elsewhere.y[i] - grid.y(i)) * away : grid.y(i);
    return [x * WORLD, y * WORLD, 0];
  };
  const { size, sheets } = grid.cells.icons;
  return sheets.map(
    (sheet) =>
      new IconLayer<number>({
        id: grid.url(sheet.file),
        data: numbers(sheet.first, sheet.count),
        iconAtlas: grid.url(sheet.file),
        iconMapping: mapping(sheet, size),
        getIcon: (i) => String(i - sheet.first),
        getPosition: place,
        getSize: (i) => (grid.share(i) * WORLD) / grid.side,
        sizeUnits: 'common',
        getColor: (i) => [255, 255, 255, 255 * iconAlpha(paint, i)],
        alphaCutoff: 0.002,
        opacity,
        updateTriggers: { getPosition: away, getColor: paint },
      }),
  );
}

const ranges = new Map<string, number[]>();

/** The numbers from `first` on; the same array each time, so that deck.gl sees that the data stayed. */
function numbers(first: number, count: number): number[] {
  const key = `${first}+${count}`;
  let found = ranges.get(key);
  if (!found) ranges.set(key, (found = Array.from({ length: count }, (_, i) => first + i)));
  return found;
}

type Mapping = Record<string, { x: number; y: number; width: number; height: number; mask: boolean }>;
const mappings = new WeakMap<Sheet, Mapping>();

function mapping(sheet: Sheet, size: number): Mapping {
  let found = mappings.get(sheet);
  if (!found) {
    found = {};
    for (let i = 0; i < sheet.count; i++) {
      const [x, y] = placeOf(sheet, i, size);
      found[String(i)] = { x, y, width: size, height: size, mask: false };
    }
    mappings.set(sheet, found);
  }
  return found;
}
