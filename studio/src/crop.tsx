/** Cropping a picture: proportions, and the size of what is kept. */

import { useRef, useState } from 'preact/hooks';
import { sourceOf } from './api';
import { keep, type EditorProps } from './easel';
import { Button, Choice, Dialog } from './parts';
import { say } from './words';

type Box = { x: number; y: number; w: number; h: number };
const SHAPES: [string, number][] = [['free', 0], ['1:1', 1], ['4:3', 4 / 3], ['3:4', 3 / 4], ['16:9', 16 / 9]];

export function CropEditor({ source, close, done }: EditorProps) {
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
