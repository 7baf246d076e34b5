/** How the cells of a grid are shown: as they are, by folder, or by what is searched. */

import type { Grid } from './atlas';
import { AGAINST, FOR, labelColour, type Colour } from './colours';
import type { Strengths } from './query';

/** A paint is never changed, only replaced. */
export interface Paint {
  byLabel: boolean;
  strengths: Strengths | null;
}

/** What a cell that says nothing about the search keeps of its icon. */
const FAINT = 0.07;

/** How opaque a cell's icon is, 0 to 1. */
export function iconAlpha(paint: Paint, i: number): number {
  if (!paint.strengths) return paint.byLabel ? 0.6 : 1;
  const strength = paint.strengths.values[i];
  return FAINT + (1 - FAINT) * Math.abs(strength) ** 0.75 * (strength > 0 ? 1 : 0.6);
}

/** The coloured square behind a cell's icon, `share` times as wide; null where there is none. */
export function plateOf(grid: Grid, paint: Paint, i: number): { colour: Colour; alpha: number; share: number } | null {
  if (paint.strengths) {
    const strength = paint.strengths.values[i];
    return { colour: strength > 0 ? FOR : AGAINST, alpha: Math.abs(strength) ** 0.75, share: 1 };
  }
  if (!paint.byLabel) return null;
  const [label, count] = grid.cells.labels[i][0] ?? [0, 0];
  return { colour: labelColour(label), alpha: Math.max(0.15, count / grid.cells.counts[i]), share: 1.06 };
}
