/** Sheets of icons at the size they are looked at: fetched once, scaled while they are decoded.
 *
 * A map of ten thousand icons of 80 pixels is 64 million pixels, and a screen shows one. */

import { fetched, type Grid, type Sheet } from './atlas';

/** Sides of an icon in pixels that it is drawn at, below its own. */
const SIDES = [2, 5, 10, 20, 40];

const blobs = new Map<string, Promise<Blob>>();

/** The side to draw icons of `size` pixels at which have `pixels` on the screen. */
export function levelFor(pixels: number, size: number): number {
  return SIDES.find((side) => side < size && pixels <= 1.2 * side) ?? size;
}

/** One of the grid's sheets of icons, each of `side` pixels: from the small ones where they do. */
export async function sheetAt(grid: Grid, sheet: Sheet, side: number): Promise<ImageBitmap> {
  const { icons } = grid.cells;
  const small = side <= icons.small.size;
  const { file } = small ? icons.small.sheets[icons.sheets.indexOf(sheet)] : sheet;
  const picture = await blob(grid.url(file));
  if (side === (small ? icons.small.size : icons.size)) return createImageBitmap(picture);
  return createImageBitmap(picture, {
    resizeWidth: sheet.columns * side,
    resizeHeight: sheet.rows * side,
    resizeQuality: 'medium',
  });
}

function blob(url: string): Promise<Blob> {
  let found = blobs.get(url);
  if (!found) {
    found = fetched(url).then((answer) => answer.blob());
    blobs.set(url, found);
  }
  return found;
}
