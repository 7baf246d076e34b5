/** Drawing a mask on a photo, and cropping one: brush sizes, undo, invert, clear; proportions and size. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, sourceOf } from './api';
import { Button, Choice, Dialog } from './parts';
import { attempt } from './state';
import { say } from './words';

const LONGEST = 1024;

interface Props {
  kind: 'mask' | 'crop';
  source: string;
  mask: string;
  close: () => void;
  done: (reference: string) => void;
}

export function PictureEditor(props: Props) {
  return props.kind === 'mask' ? <MaskEditor {...props} /> : <CropEditor {...props} />;
}

/** The whole picture of a reference; of a sample, whose file is in its package, the small one. */
function load(reference: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = sourceOf(reference, false);
  return image.decode().then(() => image);
}

async function keep(canvas: HTMLCanvasElement, name: string): Promise<string | undefined> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  const picture = blob && (await attempt(() => api.upload(blob, name)));
  return picture ? `picture:${picture.id}` : undefined;
}

/** White is painted, black stays; shown as a veil over what stays. */
function MaskEditor({ source, mask, close, done }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [photo, setPhoto] = useState<HTMLImageElement | null>(null);
  const [size, setSize] = useState(48);
  const [tool, setTool] = useState<'brush' | 'eraser'>('brush');
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
      context().fillStyle = '#000';
      context().fillRect(0, 0, element.width, element.height);
      if (mask) context().drawImage(await load(mask), 0, 0, element.width, element.height);
      setPhoto(image);
    });
  }, []);

  const remember = () => {
    setPast([...past.slice(-30), now()]);
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
  const whole = (draw: (context: CanvasRenderingContext2D, w: number, h: number) => void) => {
    remember();
    const { width, height } = canvas.current!;
    draw(context(), width, height);
    context().globalCompositeOperation = 'source-over';
  };
  const place = (event: PointerEvent): [number, number] => {
    const box = canvas.current!.getBoundingClientRect();
    const scale = canvas.current!.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  const stroke = (to: [number, number]) => {
    const pen = context();
    pen.strokeStyle = tool === 'brush' ? '#fff' : '#000';
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

  return (
    <Dialog title={say('drawMask')} wide close={close}>
      <div class="toolbar" onKeyDown={key}>
        <Choice label={say('brush')} value={tool} choices={[['brush', say('brush')], ['eraser', say('eraser')]]} choose={setTool} />
        <label class="inline">
          {say('size')}
          <input type="range" min="4" max="200" value={size} onInput={(event) => setSize(Number(event.currentTarget.value))} />
        </label>
        <Button disabled={!past.length} onClick={back}>{say('undo')}</Button>
        <Button disabled={!future.length} onClick={forth}>{say('redo')}</Button>
        <Button onClick={() => whole((pen, w, h) => { pen.globalCompositeOperation = 'difference'; pen.fillStyle = '#fff'; pen.fillRect(0, 0, w, h); })}>{say('invert')}</Button>
        <Button onClick={() => whole((pen, w, h) => { pen.fillStyle = '#000'; pen.fillRect(0, 0, w, h); })}>{say('clear')}</Button>
      </div>
      <div class="easel" tabIndex={0} onKeyDown={key}>
        {photo && <img src={photo.src} alt="" />}
        <canvas
          ref={canvas}
          class="veil"
          aria-label={say('drawMask')}
          onPointerDown={(event) => { remember(); canvas.current!.setPointerCapture(event.pointerId); at.current = null; stroke(place(event)); }}
          onPointerMove={(event) => at.current && stroke(place(event))}
          onPointerUp={() => (at.current = null)}
          onPointerCancel={() => (at.current = null)}
        />
      </div>
      <footer>
        <Button onClick={close}>{say('cancel')}</Button>
        <Button kind="primary" onClick={() => void keep(canvas.current!, 'mask.png').then((reference) => reference && done(reference))}>{say('save')}</Button>
      </footer>
    </Dialog>
  );
}

type Box = { x: number; y: number; w: number; h: number };
const SHAPES: [string, number][] = [['free', 0], ['1:1', 1], ['4:3', 4 / 3], ['3:4', 3 / 4], ['16:9', 16 / 9]];

function CropEditor({ source, close, done }: Props) {
  const image = useRef<HTMLImageElement>(null);
  const [box, setBox] = useState<Box>({ x: 0, y: 0, w: 1, h: 1 });
  const [shape, setShape] = useState('free');
  const [longer, setLonger] = useState('');
  const from = useRef<[number, number] | null>(null);
  const ratio = () => SHAPES.find(([name]) => name === shape)![1];
  const place = (event: PointerEvent): [number, number] => {
    const frame = image.current!.getBoundingClientRect();
    const share = (value: number) => Math.min(1, Math.max(0, value));
    return [share((event.clientX - frame.left) / frame.width), share((event.clientY - frame.top) / frame.height)];
  };
  const draw = (to: [number, number]) => {
    const [x, y] = from.current!;
    let [w, h] = [Math.abs(to[0] - x), Math.abs(to[1] - y)];
    if (ratio()) h = (w * image.current!.naturalWidth) / image.current!.naturalHeight / ratio();
    const left = to[0] < x ? x - w : x;
    const top = to[1] < y ? y - h : y;
    if (left >= 0 && top >= 0 && left + w <= 1 && top + h <= 1) setBox({ x: left, y: top, w, h });
  };
  const nudge = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const by = 0.01;
    const [dx, dy] = move;
    if (event.shiftKey) setBox({ ...box, w: Math.min(1 - box.x, Math.max(0.02, box.w + dx * by)), h: Math.min(1 - box.y, Math.max(0.02, box.h + dy * by)) });
    else setBox({ ...box, x: Math.min(1 - box.w, Math.max(0, box.x + dx * by)), y: Math.min(1 - box.h, Math.max(0, box.y + dy * by)) });
  };
  const save = async () => {
    const picture = image.current!;
    const [width, height] = [box.w * picture.naturalWidth, box.h * picture.naturalHeight];
    const scale = longer ? Number(longer) / Math.max(width, height) : 1;
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const pen = canvas.getContext('2d')!;
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(picture, box.x * picture.naturalWidth, box.y * picture.naturalHeight, width, height, 0, 0, canvas.width, canvas.height);
    const reference = await keep(canvas, 'crop.png');
    if (reference) done(reference);
  };
  const percent = (value: number) => `${100 * value}%`;
  return (
    <Dialog title={say('crop')} wide close={close}>
      <div class="toolbar">
        <Choice label={say('crop')} value={shape} choices={SHAPES.map(([name]) => [name, name === 'free' ? say('free') : name])} choose={setShape} />
        <label class="inline">
          {say('longerSide')}
          <input type="number" min="16" max="8192" value={longer} placeholder={say('automatic')} onInput={(event) => setLonger(event.currentTarget.value)} />
        </label>
      </div>
      <div class="easel" tabIndex={0} onKeyDown={nudge}
        onPointerDown={(event) => { event.preventDefault(); event.currentTarget.setPointerCapture(event.pointerId); from.current = place(event); }}
        onPointerMove={(event) => from.current && draw(place(event))}
        onPointerUp={() => (from.current = null)}>
        <img ref={image} src={sourceOf(source, false)} alt="" draggable={false} />
        <div class="frame" style={{ left: percent(box.x), top: percent(box.y), width: percent(box.w), height: percent(box.h) }} />
      </div>
      <footer>
        <Button onClick={close}>{say('cancel')}</Button>
        <Button kind="primary" onClick={() => void save()}>{say('save')}</Button>
      </footer>
    </Dialog>
  );
}
