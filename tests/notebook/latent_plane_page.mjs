// Runs latent_plane.js on stubs of a page and of a model, and holds it to what it sends.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const path = new URL("../../src/pareidolia/notebook/latent_plane.js", import.meta.url);
const source = readFileSync(path, "utf8");
const widget = (await import(`data:text/javascript,${encodeURIComponent(source)}`)).default;

class Element {
  constructor() { this.style = {}; this.children = []; this.heard = {}; this.captured = new Set(); }
  setAttribute() {}
  append(...children) { this.children.push(...children); }
  addEventListener(name, listener) { this.heard[name] = listener; }
  setPointerCapture(id) { this.captured.add(id); }
  hasPointerCapture(id) { return this.captured.has(id); }
  getBoundingClientRect() { return { left: 10, top: 20, width: 200, height: 100 }; }
  focus() {}
}
globalThis.document = { createElement: () => new Element() };
URL.createObjectURL = () => "blob:1";
URL.revokeObjectURL = () => {};

class Model {
  constructor(values) { this.values = values; this.heard = []; this.sent = []; }
  get(name) { return this.values[name]; }
  on(name, listener) { this.heard.push([name, listener]); }
  off(name, listener) { this.heard = this.heard.filter((each) => each[0] !== name || each[1] !== listener); }
  set(values) { for (const name of Object.keys(values)) this.change(name, values[name]); }
  save_changes() { this.sent.push([this.values.x, this.values.y]); }
  change(name, value) {
    this.values[name] = value;
    for (const [event, listener] of [...this.heard]) if (event === `change:${name}`) listener();
  }
}

const empty = new Uint8Array();
const model = new Model({ x: 0.5, y: 0.5, caption: "a", pixels: 100, _answered: 0, _plane_png: empty, _picture_png: empty });
const el = new Element();
const end = widget.render({ model, el });
const [row, words] = el.children;
const [pad] = row.children;
const dot = pad.children[1];
assert.equal(words.textContent, "a");
assert.equal(dot.style.left, "50%");

const at = (x, y) => ({ pointerId: 1, clientX: 10 + 200 * x, clientY: 20 + 100 * (1 - y), preventDefault() {}, stopPropagation() {} });
pad.heard.pointermove(at(0.9, 0.9)); // no button is down
assert.deepEqual(model.sent, []);
pad.heard.pointerdown(at(0.25, 0.75));
assert.deepEqual(model.sent, [[0.25, 0.75]]);
pad.heard.pointermove(at(0.5, 0.75));
pad.heard.pointermove(at(2, -1)); // beyond the border; the first was not answered yet
assert.equal(model.sent.length, 1);
assert.equal(dot.style.left, "100%");
model.change("_answered", 1);
assert.deepEqual(model.sent[1], [1, 0]); // the last place, within the plane
model.change("_answered", 2);
assert.equal(model.sent.length, 2);

const key = (name) => ({ key: name, preventDefault() {}, stopPropagation() {} });
pad.heard.keydown(key("ArrowLeft"));
assert.deepEqual(model.sent[2], [0.98, 0]);
model.change("_answered", 3);
pad.heard.keydown(key("Tab")); // is left to the page
assert.equal(model.sent.length, 3);

model.change("x", 0.1); // set from Python
assert.equal(dot.style.left, "10%");
model.change("caption", "b");
assert.equal(words.textContent, "b");
end();
assert.equal(model.heard.length, 0);
