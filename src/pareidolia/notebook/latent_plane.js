// A plane to drag in, and beside it the picture that Python decodes for the place of the pointer.

function picture(model, name, alt) {
  const image = document.createElement("img");
  image.alt = alt;
  const side = `${model.get("pixels")}px`;
  Object.assign(image.style, { width: side, height: side, objectFit: "contain", imageRendering: "pixelated" });
  let address = "";
  const show = () => {
    URL.revokeObjectURL(address);
    address = URL.createObjectURL(new Blob([model.get(name)], { type: "image/png" }));
    image.src = address;
  };
  model.on(`change:${name}`, show);
  show();
  const forget = () => {
    model.off(`change:${name}`, show);
    URL.revokeObjectURL(address);
  };
  return { image, forget };
}

function clamp(share) {
  return Math.min(1, Math.max(0, share));
}

function render({ model, el }) {
  const plane = picture(model, "_plane_png", "the plane");
  const decoded = picture(model, "_picture_png", "the picture at the pointer");
  decoded.image.setAttribute("aria-live", "polite");

  const pad = document.createElement("div");
  Object.assign(pad.style, { position: "relative", cursor: "crosshair", touchAction: "none", lineHeight: 0 });
  pad.tabIndex = 0;
  pad.setAttribute("role", "application");
  pad.setAttribute("aria-label", "a plane of codes: drag, or use the arrow keys");
  plane.image.style.objectFit = "fill";
  plane.image.draggable = false;
  const dot = document.createElement("div");
  Object.assign(dot.style, {
    position: "absolute", width: "14px", height: "14px", margin: "-7px 0 0 -7px", borderRadius: "50%",
    border: "2px solid white", boxShadow: "0 0 0 2px black", pointerEvents: "none", boxSizing: "border-box",
  });
  pad.append(plane.image, dot);

  // One message at a time: the next place is sent when the last one was answered, so that nothing piles up.
  let waiting = false, next = null;
  const send = () => {
    if (waiting || next === null) return;
    const [x, y] = next;
    next = null;
    if (x === model.get("x") && y === model.get("y")) return;
    waiting = true;
    model.set({ x, y });
    model.save_changes();
  };
  const arrived = () => { waiting = false; send(); };
  const go = (x, y) => {
    next = [clamp(x), clamp(y)];
    place(...next);
    send();
  };
  const place = (x, y) => {
    dot.style.left = `${100 * x}%`;
    dot.style.top = `${100 * (1 - y)}%`;
  };
  const follow = () => { if (next === null && !waiting) place(model.get("x"), model.get("y")); };
  const drag = (event) => {
    const box = pad.getBoundingClientRect();
    go((event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height);
  };
  pad.addEventListener("pointerdown", (event) => { pad.setPointerCapture(event.pointerId); pad.focus(); drag(event); });
  pad.addEventListener("pointermove", (event) => { if (pad.hasPointerCapture(event.pointerId)) drag(event); });
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  pad.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [x, y] = next ?? [model.get("x"), model.get("y")];
    go(x + step[0] / 50, y + step[1] / 50);
  });

  const words = document.createElement("div");
  const say = () => { words.textContent = model.get("caption"); };
  say();
  const row = document.createElement("div");
  Object.assign(row.style, { display: "flex", flexWrap: "wrap", gap: "16px" });
  row.append(pad, decoded.image);
  el.append(row, words);
  place(model.get("x"), model.get("y"));

  const listeners = { "change:caption": say, "change:_answered": arrived, "change:x": follow, "change:y": follow };
  for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
    plane.forget();
    decoded.forget();
  };
}

export default { render };
