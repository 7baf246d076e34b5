/** The page: what the controls do. */

import { Atlas, type Grid, type LayerEntry } from './atlas';
import { Card, make } from './card';
import { css, labelColour } from './colours';
import { Finder } from './finder';
import { readLook, writeLook, type Look } from './look';
import { AtlasMap, drawable, type View } from './map';
import { Minimap } from './minimap';
import { Names } from './names';
import type { Paint } from './paint';
import { find, strengths, terms, type Term } from './query';

/** A finer grid is shown as soon as its cells have this many pixels. */
const LEAST_CELL = 30;

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

class Page {
  private readonly look: Look;
  private readonly map = new AtlasMap(element('stage'), element<HTMLCanvasElement>('map'));
  private readonly names = new Names(element('names'));
  private readonly minimap = new Minimap(element<HTMLCanvasElement>('minimap'), element('sight'), this.map);
  private readonly card: Card;
  private readonly terms: Term[];
  private readonly search: Finder;
  private readonly against: Finder;
  private layer = -1;
  private gridIndex = -1;
  private grid: Grid | null = null;
  private paint: Paint = { byLabel: false, strengths: null };
  private asked = 0;
  private linkTimer = 0;

  constructor(private readonly atlas: Atlas) {
    const { manifest } = atlas;
    this.look = readLook(location.hash, manifest.layers.map((each) => each.name));
    this.card = new Card(element('card'), atlas);
    this.terms = terms(atlas);
    this.search = new Finder(element('search'), this.terms);
    this.against = new Finder(element('against'), this.terms);
    document.title = `${manifest.title} · activation atlas`;
    element('title').textContent = manifest.title;
    element('facts').textContent = `${manifest.photos.toLocaleString()} photos through ${manifest.network}`;
    this.offerLayers();
    this.offerLabels();
    this.listen();
  }

  async begin(): Promise<void> {
    this.map.look(this.look.view ?? this.map.whole);
    await this.restore();
    await this.map.drawn();
    document.body.dataset.ready = 'true';
  }

  /** Show what `look` says. */
  private async restore(): Promise<void> {
    this.search.set(this.look.search);
    this.against.set(this.look.against);
    element('by-label').setAttribute('aria-pressed', String(this.look.byLabel));
    element('legend').hidden = !this.look.byLabel;
    const index = this.atlas.manifest.layers.findIndex((each) => each.name === this.look.layer);
    await this.showLayer(index);
    await this.repaint();
  }

  private get entry(): LayerEntry {
    return this.atlas.layer(this.layer);
  }

  private offerLayers(): void {
    const group = element('layers');
    this.atlas.manifest.layers.forEach((layer, index) => {
      const button = make('button', '', layer.name);
      button.addEventListener('click', () => void this.chooseLayer(index));
      group.append(button);
    });
    group.hidden = this.atlas.manifest.layers.length < 2;
  }

  private offerLabels(): void {
    const { labels } = this.atlas.manifest;
    element('by-label').hidden = labels.length === 0;
    const legend = element('legend');
    labels.forEach((label, index) => {
      const button = make('button', 'label', label);
      button.style.setProperty('--colour', css(labelColour(index)));
      button.addEventListener('click', () => {
        const name = `folder: ${label}`;
        void this.searchFor(this.look.search === name ? null : find(this.terms, name), 'search');
      });
      legend.append(button);
    });
    if (!this.terms.length) element('finders').hidden = true;
  }

  private listen(): void {
    this.map.onView = (view) => this.viewed(view);
    this.search.onChange = (term) => void this.searchFor(term, 'search');
    this.against.onChange = (term) => void this.searchFor(term, 'against');
    element('by-label').addEventListener('click', () => void this.colourByLabel());
    element('closer').addEventListener('click', () => this.zoomBy(1));
    element('farther').addEventListener('click', () => this.zoomBy(-1));
    element('whole').addEventListener('click', () => this.map.glideTo(this.map.whole));
    element('link').addEventListener('click', () => void this.copyLink());
    element('help-button').addEventListener('click', () => element<HTMLDialogElement>('help').showModal());
    addEventListener('keydown', (event) => this.key(event));
    addEventListener('hashchange', () => {
      Object.assign(this.look, readLook(location.hash, this.atlas.manifest.layers.map((each) => each.name)));
      this.map.look(this.look.view ?? this.map.whole);
      void this.restore();
    });
    this.listenToPointer();
  }

  private listenToPointer(): void {
    const stage = element('stage');
    let down: [number, number] = [0, 0];
    stage.addEventListener('pointermove', (event) => {
      if (event.pointerType !== 'mouse') return;
      if (event.buttons) this.card.hide();
      else this.point(event.clientX, event.clientY);
    });
    // After a tap the finger leaves at once; the card stays for it.
    stage.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && this.card.hide());
    stage.addEventListener('pointerdown', (event) => (down = [event.clientX, event.clientY]), true);
    stage.addEventListener(
      'pointerup',
      (event) => {
        const still = Math.hypot(event.clientX - down[0], event.clientY - down[1]) < 8;
        if (event.pointerType !== 'mouse' && still) this.point(event.clientX, event.clientY);
      },
      true,
    );
  }

  /** Show the card of the cell under a place on the screen. */
  private point(left: number, top: number): void {
    const i = this.grid ? this.grid.at(...this.map.toMap(left, top)) : -1;
    if (this.grid && i >= 0) this.card.show(this.grid, i, left, top);
    else this.card.hide();
  }

  private viewed(view: View): void {
    this.look.view = view;
    document.body.dataset.view = `${view.x},${view.y},${view.zoom}`;
    this.minimap.follow();
    this.drawNames();
    this.keepLink();
    if (this.layer >= 0) void this.suitGrid();
  }

  private drawNames(): void {
    const count = this.names.draw(this.map, this.look.names);
    element('names').dataset.count = String(count);
  }

  /** The finest grid whose cells are large enough on the screen. */
  private suitingGrid(): number {
    const sides = this.entry.grids.map((each) => each.side);
    let best = 0;
    sides.forEach((side, index) => {
      if (this.map.scale / side >= LEAST_CELL) best = index;
    });
    return best;
  }

  private async suitGrid(): Promise<void> {
    const index = this.suitingGrid();
    if (index === this.gridIndex) return;
    this.gridIndex = index;
    await this.showGrid((grid) => this.map.fadeTo(grid, this.paint));
  }

  private async showLayer(index: number): Promise<void> {
    if (index === this.layer) return;
    const from = this.layer < 0 ? null : this.entry.name;
    this.layer = index;
    this.look.layer = this.entry.name;
    [...element('layers').children].forEach((button, i) => button.setAttribute('aria-pressed', String(i === index)));
    element('points').textContent = `${this.entry.points.toLocaleString()} activations of ${this.entry.channels} numbers`;
    this.gridIndex = this.suitingGrid();
    await this.showGrid((grid) => {
      if (from === null) this.map.fadeTo(grid, this.paint);
      else this.map.moveTo(grid, this.paint, from, this.entry.name);
    });
    void this.drawMinimap(index);
    this.minimap.follow();
  }

  /** What is in sight comes first. */
  private async drawMinimap(layer: number): Promise<void> {
    await this.map.drawn();
    await this.minimap.draw(await this.atlas.grid(layer, Math.min(1, this.atlas.layer(layer).grids.length - 1)));
  }

  private async showGrid(show: (grid: Grid) => void): Promise<void> {
    const asked = ++this.asked;
    const grid = await this.atlas.grid(this.layer, this.gridIndex);
    if (asked !== this.asked) return;
    this.grid = grid;
    this.card.hide();
    this.paint = await this.paintFor(grid);
    if (asked !== this.asked) return;
    this.names.set(grid, this.cellNames(grid));
    element('side').textContent = `${grid.side} × ${grid.side}, ${grid.length.toLocaleString()} icons`;
    document.body.dataset.grid = String(grid.side);
    document.body.dataset.layer = this.entry.name;
    show(grid);
    this.drawNames();
  }

  private cellNames(grid: Grid): string[] {
    const { classes, labels } = this.atlas.manifest;
    const byLabel = this.look.byLabel || !classes.length;
    return grid.cells.counts.map((_, i) =>
      byLabel ? (labels[grid.cells.labels[i][0]?.[0]] ?? '') : (classes[grid.cells.classes[i]?.[0]] ?? ''),
    );
  }

  private async paintFor(grid: Grid): Promise<Paint> {
    const search = find(this.terms, this.look.search);
    const against = find(this.terms, this.look.against);
    const found = search ? await strengths(grid, search, against) : null;
    return { byLabel: this.look.byLabel, strengths: found };
  }

  private async repaint(): Promise<void> {
    if (!this.grid) return;
    const grid = this.grid;
    this.paint = await this.paintFor(grid);
    if (grid !== this.grid) return;
    this.names.set(grid, this.cellNames(grid));
    this.map.repaint(grid, this.paint);
    this.drawNames();
    this.explain();
    this.keepLink();
  }

  /** The key to the colours of a search. */
  private explain(): void {
    const found = this.paint.strengths;
    element('key').hidden = !found;
    element('against-part').hidden = !this.look.search;
    if (!found) return;
    const [first, second] = found.terms;
    const share = first.kind === 'label';
    element('for').textContent = second ? first.name : share ? 'points of this folder' : 'speaks for it';
    element('contra').textContent = second ? second.name : 'speaks against it';
    element('contra-part').hidden = !second && share;
    document.body.dataset.searched = found.terms.map((term) => term.name).join(' against ');
  }

  private async searchFor(term: Term | null, field: 'search' | 'against'): Promise<void> {
    this.look[field] = term?.name ?? '';
    if (field === 'search') this.search.set(this.look.search);
    if (!term) delete document.body.dataset.searched;
    if (!this.look.search) {
      this.look.against = '';
      this.against.set('');
    }
    await this.repaint();
  }

  private async colourByLabel(): Promise<void> {
    this.look.byLabel = !this.look.byLabel;
    element('by-label').setAttribute('aria-pressed', String(this.look.byLabel));
    element('legend').hidden = !this.look.byLabel;
    await this.repaint();
  }

  private async chooseLayer(index: number): Promise<void> {
    await this.showLayer(index);
    await this.repaint();
  }

  private zoomBy(steps: number): void {
    const view = this.map.current;
    this.map.glideTo({ ...view, zoom: view.zoom + steps });
  }

  private keepLink(): void {
    clearTimeout(this.linkTimer);
    this.linkTimer = window.setTimeout(() => history.replaceState(null, '', writeLook(this.look)), 200);
  }

  private async copyLink(): Promise<void> {
    history.replaceState(null, '', writeLook(this.look));
    const button = element('link');
    try {
      await navigator.clipboard.writeText(location.href);
      button.dataset.told = 'copied';
    } catch {
      button.dataset.told = 'it is in the address bar';
    }
    setTimeout(() => delete button.dataset.told, 1600);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest('input, dialog')) return;
    const view = this.map.current;
    const step = 110 / this.map.scale;
    const layers = this.atlas.manifest.layers.length;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => this.map.glideTo({ ...view, x: view.x - step }),
      ArrowRight: () => this.map.glideTo({ ...view, x: view.x + step }),
      ArrowUp: () => this.map.glideTo({ ...view, y: view.y - step }),
      ArrowDown: () => this.map.glideTo({ ...view, y: view.y + step }),
      '+': () => this.zoomBy(0.5),
      '=': () => this.zoomBy(0.5),
      '-': () => this.zoomBy(-0.5),
      '0': () => this.map.glideTo(this.map.whole),
      Home: () => this.map.glideTo(this.map.whole),
      '[': () => void this.chooseLayer(Math.max(0, this.layer - 1)),
      ']': () => void this.chooseLayer(Math.min(layers - 1, this.layer + 1)),
      '/': () => this.search.input.focus(),
      f: () => void (this.atlas.manifest.labels.length && this.colourByLabel()),
      n: () => {
        this.look.names = !this.look.names;
        this.drawNames();
        this.keepLink();
      },
      c: () => this.point(innerWidth / 2, innerHeight / 2),
      Escape: () => {
        this.card.hide();
        void this.searchFor(null, 'search');
      },
      '?': () => element<HTMLDialogElement>('help').showModal(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}

function refuse(message: string): void {
  element('refusal').hidden = false;
  element('refusal-text').textContent = message;
}

async function begin(): Promise<void> {
  if (location.protocol === 'file:') {
    refuse('A browser reads no files for a page that was opened as a file. Run “pareidolia atlas view” on this folder, or “python -m http.server” in it.');
    return;
  }
  if (!drawable(element<HTMLCanvasElement>('map'))) {
    refuse('This browser has no WebGL 2, which the map is drawn with.');
    return;
  }
  try {
    await new Page(await Atlas.open()).begin();
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

void begin();
