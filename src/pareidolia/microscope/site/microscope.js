// A layer's grid with search and sorting, and the arrow keys. Without it the pages' links still lead everywhere.
"use strict";

const grid = document.getElementById("grid");

function matches(unit, classes, asked) {
  const [number, , , , , speaksFor] = unit;
  if (/^\d+$/.test(asked)) return String(number) === asked;
  return speaksFor.some((each) => classes[each].toLowerCase().includes(asked));
}

function tile(unit, classes) {
  const [number, , , , , speaksFor] = unit;
  const link = document.createElement("a");
  link.href = number + ".html";
  const picture = document.createElement("img");
  Object.assign(picture, { loading: "lazy", alt: "", width: 64, height: 64, src: number + ".webp" });
  const words = document.createElement("small");
  words.textContent = speaksFor.length ? classes[speaksFor[0]] : "";
  link.title = speaksFor.map((each) => classes[each]).join(", ");
  link.append(picture, String(number), words);
  return link;
}

function fillGrid() {
  const { units, classes } = JSON.parse(document.getElementById("units").textContent);
  const tiles = new Map(units.map((unit) => [unit, tile(unit, classes)]));
  const [search, sort, count] = ["search", "sort", "count"].map((id) => document.getElementById(id));
  const show = () => {
    const asked = search.value.trim().toLowerCase(), by = Number(sort.value);
    const shown = units.filter((unit) => !asked || matches(unit, classes, asked));
    shown.sort((one, other) => (by ? other[by] - one[by] : 0) || one[0] - other[0]);
    grid.replaceChildren(...shown.map((unit) => tiles.get(unit)));
    count.textContent = shown.length + " of " + units.length;
  };
  search.addEventListener("input", show);
  sort.addEventListener("change", show);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

function moveInGrid(key) {
  const tiles = [...grid.children], at = tiles.indexOf(document.activeElement);
  if (at < 0) return false;
  const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  tiles[at + steps[key]]?.focus();
  return true;
}

function pressed(event) {
  const typing = event.target.matches?.("input, select, textarea");
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/" && grid) {
    document.getElementById("search").focus();
    event.preventDefault();
  } else if (event.key.startsWith("Arrow") && grid) {
    if (moveInGrid(event.key)) event.preventDefault();
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    document.querySelector(event.key === "ArrowLeft" ? "a[rel=prev]" : "a[rel=next]")?.click();
  }
}

if (grid) fillGrid();
document.addEventListener("keydown", pressed);
