/** The map: one deck.gl canvas, the grid that suits the zoom, fades between grids and moves between layers. */

import { Deck, OrthographicView, type Layer } from '@deck.gl/core';
import { BitmapLayer } from '@deck.gl/layers';

import type { Grid, Sheet } from './atlas';
import { Blocks } from './blocks';
import { levelFor } from './levels';
import { WORLD } from './look';
import { movingIcons, type Shown } from './moving';
import type { Paint } from './paint';

export interface View {
  x: number;
  y: number;
  zoom: number;
}

const MARGIN = 0.06;

/** Levels of the ground that the map lies on, as `--ground` in the style. */
const GROUND: [number, number, number, number] = [11, 12, 17, 255];

// What is drawn are squares that fill their pixels: there are no edges to smooth. And nothing shines through:
// a browser that draws in software would mix every pixel of every frame with what lies behind.
const CONTEXT = { alpha: false, antialias: false, preserveDrawingBuffer: false };

/** Whether the canvas can be drawn on with WebGL 2. The map then uses the very context that was tried. */
export function drawable(canvas: HTMLCanvasElement): boolean {
  return canvas.getContext('webgl2', { ...CONTEXT, powerPreference: 'high-performance' }) !== null;
}

export class AtlasMap {
  onView: (view: View) => void = () => undefined;
  private readonly deck: Deck<OrthographicView>;
  private view: View = { x: 0.5, y: 0.5, zoom: 0 };
  private shown: Shown[] = [];
  private steps: { began: number; duration: number; step: (share: number) => void; done: () => void }[] = [];
  private drawnForSight = '';
  private awaitDrawn: (() => void)[] = [];
  private readonly blocks = new Blocks(() => this.draw());
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

  constructor(private readonly parent: HTMLElement, canvas: HTMLCanvasElement) {
    this.deck = new Deck<OrthographicView>({
      canvas,
      views: new OrthographicView({ id: 'map', flipY: true, clear: true, clearColor: GROUND }),
      controller: { inertia: this.calm ? 0 : 250, keyboard: false, doubleClickZoom: true, scrollZoom: { speed: 0.008 } },
      viewState: this.viewState(),
      useDevicePixels: Math.min(2, devicePixelRatio),
      deviceProps: { type: 'webgl', webgl: CONTEXT },
      layers: [],
      getCursor: ({ isDragging }) => (isDragging ? 'grabbing' : 'grab'),
      onViewStateChange: ({ viewState }) => {
        const { target, zoom } = viewState as { target: number[]; zoom: number };
        this.steps = this.steps.filter((each) => each.step !== this.glide);
        this.look({ x: target[0] / WORLD, y: target[1] / WORLD, zoom });
      },
      onAfterRender: () => this.rendered(),
    });
    addEventListener('resize', () => this.look(this.view));
  }

  get current(): View {
    return this.view;
  }

  get size(): { width: number; height: number } {
    return { width: this.parent.clientWidth, height: this.parent.clientHeight };
  }

  /** Pixels of a whole map's side. */
  get scale(): number {
    return WORLD * 2 ** this.view.zoom;
  }

  /** The view of the whole map. */
  get whole(): View {
    const { width, height } = this.size;
    return { x: 0.5, y: 0.5, zoom: Math.log2(Math.min(width, height) / (WORLD * (1 + MARGIN))) };
  }

  toScreen(x: number, y: number): [number, number] {
    const { width, height } = this.size;
    return [(x - this.view.x) * this.scale + width / 2, (y - this.view.y) * this.scale + height / 2];
  }

  toMap(left: number, top: number): [number, number] {
    const { width, height } = this.size;
    return [(left - width / 2) / this.scale + this.view.x, (top - height / 2) / this.scale + this.view.y];
  }

  /** The part of the map in sight: x0, y0, x1, y1. */
  get sight(): [number, number, number, number] {
    const { width, height } = this.size;
    return [...this.toMap(0, 0), ...this.toMap(width, height)];
  }

  /** Look there, kept within the map. */
  look(view: View): void {
    const least = this.whole.zoom - 1;
    const zoom = Math.min(9, Math.max(least, view.zoom));
    const clamp = (n: number) => Math.min(1, Math.max(0, n));
    this.view = { x: clamp(view.x), y: clamp(view.y), zoom };
    this.deck.setProps({ viewState: this.viewState() });
    if (this.askedBySight() !== this.drawnForSight) this.draw();
    this.onView(this.view);
  }

  /** Move there within a quarter of a second. */
  glideTo(view: View): void {
    const from = this.view;
    this.steps = this.steps.filter((each) => each.step !== this.glide);
    this.glide = (share: number) => {
      const mix = (a: number, b: number) => a + (b - a) * share;
      this.look({ x: mix(from.x, view.x), y: mix(from.y, view.y), zoom: mix(from.zoom, view.zoom) });
    };
    this.animate(260, this.glide, () => undefined);
  }

  /** Until all that is in sight has come and is drawn. */
  drawn(): Promise<void> {
    return new Promise((resolve) => {
      this.awaitDrawn.push(resolve);
      this.draw();
    });
  }

  private rendered(): void {
    if (this.blocks.awaited) return;
    for (const resolve of this.awaitDrawn.splice(0)) resolve();
  }

  /** Show a grid of the same layer instead of what is shown. */
  fadeTo(grid: Grid, paint: Paint): void {
    const before = this.shown.filter((each) => each.grid !== grid);
    const now: Shown = { grid, paint, opacity: before.length ? 0 : 1, elsewhere: null, away: 0 };
    this.shown = [...before, now];
    this.animate(
      before.length ? 220 : 0,
      (share) => {
        now.opacity = share;
        this.draw();
      },
      () => this.keepOnly(now),
    );
  }

  /** Show another layer's grid: cells move to where their points lie there while they give way to those. */
  moveTo(grid: Grid, paint: Paint, fromLayer: string, toLayer: string): void {
    const before = this.shown[this.shown.length - 1];
    if (!before) return this.fadeTo(grid, paint);
    before.elsewhere = before.grid.cells.moves[toLayer] ?? null;
    before.opacity = 1;
    const now: Shown = { grid, paint, opacity: 0, elsewhere: grid.cells.moves[fromLayer] ?? null, away: 1 };
    this.shown = [before, now];
    this.animate(
      1100,
      (share) => {
        const eased = share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
        before.away = eased;
        now.away = 1 - eased;
        before.opacity = Math.min(1, 2 - 2 * share);
        now.opacity = Math.min(1, 2 * share);
        this.draw();
      },
      () => this.keepOnly(now),
    );
  }

  /** Show the same cells in another paint. */
  repaint(grid: Grid, paint: Paint): void {
    for (const each of this.shown) if (each.grid === grid) each.paint = paint;
    this.draw();
  }

  private glide: (share: number) => void = () => undefined;

  private viewState() {
    return { target: [this.view.x * WORLD, this.view.y * WORLD, 0] as [number, number, number], zoom: this.view.zoom };
  }

  private keepOnly(shown: Shown): void {
    this.shown = [shown];
    shown.opacity = 1;
    shown.away = 0;
    this.blocks.keepOnly([shown.grid]);
    this.draw();
  }

  private animate(duration: number, step: (share: number) => void, done: () => void): void {
    if (this.calm || duration === 0) {
      step(1);
      done();
      return;
    }
    this.steps.push({ began: performance.now(), duration, step, done });
    if (this.steps.length === 1) requestAnimationFrame(this.tick);
  }

  private readonly tick = () => {
    const now = performance.now();
    for (const each of [...this.steps]) {
      const share = Math.min(1, (now - each.began) / each.duration);
      each.step(share);
      if (share === 1) {
        this.steps = this.steps.filter((other) => other !== each);
        each.done();
      }
    }
    if (this.steps.length) requestAnimationFrame(this.tick);
  };

  /** What the view asks for: which sheets, and how fine. Moving over what is drawn already needs no more. */
  private askedBySight(): string {
    return this.shown
      .flatMap((each) => [this.level(each.grid), ...this.inSight(each).map((sheet) => each.grid.url(sheet.file))])
      .join();
  }

  /** The pixels that an icon should have. */
  private level(grid: Grid): number {
    return levelFor((this.scale / grid.side) * Math.min(2, devicePixelRatio), grid.cells.icons.size);
  }

  private draw(): void {
    this.drawnForSight = this.askedBySight();
    this.deck.setProps({ layers: this.shown.flatMap((each) => this.layersOf(each)) });
  }

  /** The sheets with a cell in sight; all of them while cells are on their way. */
  private inSight({ grid, away, elsewhere }: Shown): Sheet[] {
    const [x0, y0, x1, y1] = this.sight;
    const within = (i: number) => {
      const x = grid.x(i);
      const y = grid.y(i);
      const half = 1 / grid.side;
      return x > x0 - half && x < x1 + half && y > y0 - half && y < y1 + half;
    };
    return grid.cells.icons.sheets.filter((sheet) => {
      if (elsewhere && away > 0) return true;
      for (let i = sheet.first; i < sheet.first + sheet.count; i++) if (within(i)) return true;
      return false;
    });
  }

  /** Icons on their way are drawn one by one, those that stay as blocks. */
  private layersOf(shown: Shown): Layer[] {
    return shown.elsewhere && shown.away > 0 ? movingIcons(shown) : this.still(shown);
  }

  private still(shown: Shown): Layer[] {
    const { grid, paint, opacity } = shown;
    const unit = WORLD / grid.side;
    return this.blocks.of(grid, this.inSight(shown), paint, this.level(grid)).map(({ sheet, picture, bounds }) => {
      const [left, top, right, bottom] = bounds.map((cells) => cells * unit);
      return new BitmapLayer({
        id: `${grid.url(sheet.file)} block`,
        image: picture as unknown as ImageData,
        bounds: [left, bottom, right, top],
        textureParameters: { minFilter: 'linear', magFilter: 'linear', mipmapFilter: 'linear' },
        opacity,
      });
    });
  }
}
