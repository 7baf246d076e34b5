/** What is looked at and how: everything that a link to a view holds. */

/** Map units a side; at zoom 0 the map is this many pixels wide. */
export const WORLD = 1024;

export interface Look {
  layer: string;
  /** Centre in [0, 1] and zoom; null shows the whole map. */
  view: { x: number; y: number; zoom: number } | null;
  /** A class or label that is searched, and one it is held against. */
  search: string;
  against: string;
  byLabel: boolean;
  names: boolean;
}

export function readLook(hash: string, layers: string[]): Look {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const numbers = (given.get('at') ?? '').split(',').map(Number);
  const whole = numbers.length !== 3 || numbers.some((n) => !Number.isFinite(n));
  const layer = given.get('layer') ?? '';
  return {
    layer: layers.includes(layer) ? layer : layers[layers.length - 1],
    view: whole ? null : { x: numbers[0], y: numbers[1], zoom: Math.min(12, Math.max(-4, numbers[2])) },
    search: given.get('search') ?? '',
    against: given.get('against') ?? '',
    byLabel: given.get('color') === 'label',
    names: given.get('names') !== 'off',
  };
}

export function writeLook(look: Look): string {
  const given = new URLSearchParams({ layer: look.layer });
  if (look.view) {
    const { x, y, zoom } = look.view;
    given.set('at', `${x.toFixed(4)},${y.toFixed(4)},${zoom.toFixed(2)}`);
  }
  if (look.search) given.set('search', look.search);
  if (look.against) given.set('against', look.against);
  if (look.byLabel) given.set('color', 'label');
  if (!look.names) given.set('names', 'off');
  return `#${given.toString().replace(/%2C/g, ',')}`;
}
