/** Searching: names of classes and folder labels, and how strongly each cell stands for what is searched. */

import type { Atlas, Grid } from './atlas';

export interface Term {
  kind: 'class' | 'label';
  index: number;
  name: string;
}

/** Signed strength of each cell in [-1, 1]: what the strongest cell of this grid has is 1. */
export interface Strengths {
  values: Float32Array;
  terms: [Term] | [Term, Term];
}

export function terms(atlas: Atlas): Term[] {
  const { classes, labels } = atlas.manifest;
  return [
    ...classes.map((name, index): Term => ({ kind: 'class', index, name })),
    ...labels.map((name, index): Term => ({ kind: 'label', index, name: `folder: ${name}` })),
  ];
}

/** The term of exactly that name, else the first that contains it. */
export function find(all: Term[], text: string): Term | null {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return null;
  return all.find((term) => term.name.toLowerCase() === wanted) ?? suggest(all, text, 1)[0] ?? null;
}

/** The terms that contain the text, those that begin with it (or a word of theirs does) first. */
export function suggest(all: Term[], text: string, count: number): Term[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const ranked: [number, Term][] = [];
  for (const term of all) {
    const name = term.name.toLowerCase();
    const place = name.indexOf(wanted);
    if (place < 0) continue;
    const rank = place === 0 ? 0 : /\W/.test(name[place - 1]) ? 1 : 2;
    ranked.push([rank, term]);
  }
  return ranked.sort((a, b) => a[0] - b[0] || a[1].name.length - b[1].name.length).slice(0, count).map(([, t]) => t);
}

export async function strengths(grid: Grid, search: Term, against: Term | null): Promise<Strengths> {
  const first = scaled(await raw(grid, search));
  if (!against) return { values: first, terms: [search] };
  const second = scaled(await raw(grid, against));
  return { values: scaled(first.map((value, i) => value - second[i])), terms: [search, against] };
}

function raw(grid: Grid, term: Term): Promise<Float32Array> {
  return term.kind === 'class' ? grid.attributionOf(term.index) : Promise.resolve(grid.shareOf(term.index));
}

function scaled(values: Float32Array): Float32Array {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return most > 0 ? values.map((value) => value / most) : values;
}
