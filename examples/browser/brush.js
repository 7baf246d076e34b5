// Paints in the browser with brush.onnx, which `pareidolia export brush --out brush.onnx` writes.
import * as ort from "./node_modules/onnxruntime-web/dist/ort.wasm.min.mjs";

const PAINTING_SIDE = 512; // of the paintings that brush learned from
const MULTIPLE = 8; // the sides of a photo are multiples of it

const told = document.getElementById("told");
const canvas = document.getElementById("painted");
const loaded = ort.InferenceSession.create("brush.onnx");
loaded.then(() => tell("ready"), (error) => tell(`brush.onnx was not loaded: ${error.message}`));

document.getElementById("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  tell("painting …");
  try {
    const photo = await picture("photo", Number(document.getElementById("size").value));
    const painting = await picture("painting", PAINTING_SIDE);
    const session = await loaded;
    const began = performance.now();
    const { painted } = await session.run({ photo, painting });
    show(painted);
    tell(`painted in ${Math.round(performance.now() - began)} ms`);
  } catch (error) {
    tell(`not painted: ${error.message}`);
  }
});

function tell(line) {
  told.textContent = line;
}

/** The picture of a file input as a tensor 1×3×H×W in [0, 1], its longer side `side`, both multiples of 8. */
async function picture(name, side) {
  const bitmap = await createImageBitmap(document.getElementById(name).files[0]);
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width, bitmap.height].map((length) =>
    Math.max(4, Math.round((length * scale) / MULTIPLE)) * MULTIPLE);
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // beneath what is transparent
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return tensor(context.getImageData(0, 0, width, height));
}

/** Pixels by position to planes by colour. */
function tensor({ data, width, height }) {
  const count = width * height;
  const planes = new Float32Array(3 * count);
  for (let pixel = 0; pixel < count; pixel++)
    for (let colour = 0; colour < 3; colour++)
      planes[colour * count + pixel] = data[4 * pixel + colour] / 255;
  return new ort.Tensor("float32", planes, [1, 3, height, width]);
}

/** Planes by colour to the canvas. */
function show({ data, dims: [, , height, width] }) {
  const count = width * height;
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < count; pixel++) {
    for (let colour = 0; colour < 3; colour++)
      image.data[4 * pixel + colour] = Math.round(255 * data[colour * count + pixel]);
    image.data[4 * pixel + 3] = 255;
  }
  Object.assign(canvas, { width, height, hidden: false });
  canvas.getContext("2d").putImageData(image, 0, 0);
}
