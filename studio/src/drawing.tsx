/** Drawing on a photo: a mask in white, or regions in flat colors, one a painting. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { sourceOf } from './api';
import { keep, load, type EditorProps } from './easel';
import { Button, Choice, Dialog } from './parts';
import { say } from './words';

const LONGEST = 1024;
const MOST_STEPS = 30;
const NOTHING = '#000000';
/** Of regions, from dark to light: in this order they take the paintings. */
const REGIONS = ['#7b1e3a', '#2458a6', '#2e8b57', '#e07b39', '#f4d35e', '#f3ecdc'];

interface Props extends EditorProps {
  /** What was drawn before. */
  drawn: string;
  /** The paintings of regions; without any a mask is drawn. */
  paintings?: string[];
}

/** What stays of the photo is black. */
export function DrawingEditor({ source, drawn, paintings = [], close, done }: Props) {
  const regions = paintings.length > 0;
  const colors = regions ? REGIONS.slice(0, paintings.length) : ['#ffffff'];
  const canvas = useRef<HTMLCanvasElement>(null);
  const [photo, setPhoto] = useState<HTMLImageElement | null>(null);
  const [size, setSize] = useState(48);
  const [color, setColor] = useState(colors[0]);
  const [erasing, erase] = useState(false);
  const [past, setPast] = useState<ImageData[]>([]);
  const [future, setFuture] = useState<ImageData[]>([]);
  const at = useRef<[number, number] | null>(null);
  const context = () => canvas.current!.getContext('2d', { willReadFrequently: true })!;
  const now = () => context().getImageData(0, 0, canvas.current!.width, canvas.current!.height);

  useEffect(() => {
    void load(source).then(async (image) => {
      const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
      const element = canvas.current!;
      element.width = Math.round(image.naturalWidth * scale);
      element.height = Math.round(image.naturalHeight * scale);
      fill(NOTHING);
      if (drawn) context().drawImage(await load(drawn), 0, 0, element.width, element.height);
      setPhoto(image);
    });
  }, []);

  const fill = (style: string) => {
    context().fillStyle = style;
    context().fillRect(0, 0, canvas.current!.width, canvas.current!.height);
  };
  const remember = () => {
    setPast([...past.slice(-MOST_STEPS), now()]);
    setFuture([]);
  };
  const back = () => {
    if (!past.length) return;
    setFuture([now(), ...future]);
    context().putImageData(past[past.length - 1], 0, 0);
    setPast(past.slice(0, -1));
  };
  const forth = () => {
    if (!future.length) return;
    setPast([...past, now()]);
    context().putImageData(future[0], 0, 0);
    setFuture(future.slice(1));
  };
  const whole = (style: string, mode: GlobalCompositeOperation = 'source-over') => {
    remember();
    context().globalCompositeOperation = mode;
    fill(style);
    context().globalCompositeOperation = 'source-over';
  };
  const place = (event: PointerEvent): [number, number] => {
    const box = canvas.current!.getBoundingClientRect();
    const scale = canvas.current!.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  const stroke = (to: [number, number]) => {
    const pen = context();
    pen.strokeStyle = erasing ? NOTHING : color;
    pen.lineWidth = (size * canvas.current!.width) / 512;
    pen.lineCap = 'round';
    pen.beginPath();
    pen.moveTo(...(at.current ?? to));
    pen.lineTo(to[0] + 0.01, to[1]);
    pen.stroke();
    at.current = to;
  };
  const key = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      event.shiftKey ? forth() : back();
    } else if (event.key === '[') setSize(Math.max(4, size - 8));
    else if (event.key === ']') setSize(Math.min(200, size + 8));
  };
  const save = async () => {
    if (regions) flatten(context(), [NOTHING, ...colors]);
    const reference = await keep(canvas.current!, regions ? 'regions.png' : 'mask.png');
    if (reference) done(reference);
  };

  return (
    <Dialog title={say(regions ? 'drawRegions' : 'drawMask')} wide close={close}>
      <p class="quiet">{say(regions ? 'regionsHelp' : 'maskHelp')}</p>
      <div class="toolbar" onKeyDown={key}>
        {regions && (
          <div class="swatches" role="radiogroup" aria-label={say('drawRegions')}>
            {colors.map((each, index) => (
              <button type="button" role="radio" aria-checked={!erasing && color === each} aria-label={`${say('region')} ${index + 1}`} onClick={() => { setColor(each); erase(false); }}>
                <span style={{ background: each }} />
                <img src={sourceOf(paintings[index])} alt="" />
              </button>
            ))}
          </div>
        )}
        <Choice label={say('brush')} value={erasing ? 'eraser' : 'brush'} choices={[['brush', say('brush')], ['eraser', say('eraser')]]} choose={(tool) => erase(tool === 'eraser')} />
        <label class="inline">
          {say('size')}
          <input type="range" min="4" max="200" value={size} onInput={(event) => setSize(Number(event.currentTarget.value))} />
        </label>
        <Button disabled={!past.length} onClick={back}>{say('undo')}</Button>
        <Button disabled={!future.length} onClick={forth}>{say('redo')}</Button>
        {regions ? <Button onClick={() => whole(color)}>{say('fillAll')}</Button> : <Button onClick={() => whole('#fff', 'difference')}>{say('invert')}</Button>}
        <Button onClick={() => whole(NOTHING)}>{say('clear')}</Button>
      </div>
      <div class="easel" tabIndex={0} onKeyDown={key}>
        {photo && <img src={photo.src} alt="" />}
        <canvas
          ref={canvas}
          class={`veil ${regions ? 'tinted' : ''}`}
          role="img"
          aria-label={say(regions ? 'drawRegions' : 'drawMask')}
          onPointerDown={(event) => { remember(); canvas.current!.setPointerCapture(event.pointerId); at.current = null; stroke(place(event)); }}
          onPointerMove={(event) => at.current && stroke(place(event))}
          onPointerUp={() => (at.current = null)}
          onPointerCancel={() => (at.current = null)}
        />
      </div>
      <footer>
        <Button onClick={close}>{say('cancel')}</Button>
        <Button kind="primary" onClick={() => void save()}>{say('save')}</Button>
      </footer>
    </Dialog>
  );
}

/** Every pixel becomes the nearest of the colors: the soft rims of strokes are no regions of their own. */
function flatten(pen: CanvasRenderingContext2D, colors: string[]): void {
  const { width, height } = pen.canvas;
  const image = pen.getImageData(0, 0, width, height);
  const levels = colors.map((each) => [1, 3, 5].map((from) => parseInt(each.slice(from, from + 2), 16)));
  for (let i = 0; i < image.data.length; i += 4) {
    let [best, least] = [0, Infinity];
    levels.forEach(([r, g, b], index) => {
      const apart = (image.data[i] - r) ** 2 + (image.data[i + 1] - g) ** 2 + (image.data[i + 2] - b) ** 2;
      if (apart < least) [best, least] = [index, apart];
    });
    image.data.set([...levels[best], 255], i);
  }
  pen.putImageData(image, 0, 0);
}
