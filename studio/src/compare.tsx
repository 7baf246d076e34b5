/** Two results against each other: a curtain, side by side, or by turns; and what differed, in words. */

import { useState } from 'preact/hooks';
import type { Job } from './api';
import { Button, Choice, Dialog } from './parts';
import { comparing, everyJob } from './state';
import { label, operationLabel, say } from './words';

export interface Difference {
  name: string;
  one: string;
  other: string;
}

const text = (value: unknown): string =>
  value === null || value === undefined ? say('none') : Array.isArray(value) ? value.map(text).join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Everything in which two jobs differ: operation, inputs, settings. */
export function differences(one: Job, other: Job): Difference[] {
  const found: Difference[] = [];
  if (one.operation !== other.operation) found.push({ name: '', one: operationLabel(one.operation), other: operationLabel(other.operation) });
  for (const part of ['inputs', 'settings'] as const)
    for (const name of new Set([...Object.keys(one[part]), ...Object.keys(other[part])])) {
      const [here, there] = [one[part][name], other[part][name]];
      if (JSON.stringify(here ?? null) !== JSON.stringify(there ?? null)) found.push({ name, one: text(here), other: text(there) });
    }
  return found;
}

const short = (words: string) => words.replace(/(picture|job):([0-9a-f]{6})[0-9a-f]*/g, '$2…').replace(/sample:/g, '');

export function Differences({ one, other }: { one: Job; other: Job }) {
  const found = differences(one, other);
  if (!found.length) return <p class="quiet">{say('nothingDiffers')}</p>;
  return (
    <ul class="differences">
      {found.map((each) => (
        <li>
          {each.name && <b>{label(each.name)}</b>} {short(each.one)} → {short(each.other)}
        </li>
      ))}
    </ul>
  );
}

const address = (job: Job) => `/api/jobs/${job.id}/result`;
type Way = 'slider' | 'side' | 'switch';

export function CompareDialog() {
  const [way, setWay] = useState<Way>('slider');
  const [share, setShare] = useState(50);
  const [second, turn] = useState(false);
  const [one, other] = comparing.value.map((id) => everyJob.value.get(id));
  if (!one || !other) return null;
  return (
    <Dialog title={say('compare')} wide close={() => (comparing.value = [])}>
      <div class="toolbar">
        <Choice label={say('compare')} value={way} choices={[['slider', say('slider')], ['side', say('sideBySide')], ['switch', say('switch')]]} choose={setWay} />
        {way === 'slider' && <input type="range" min="0" max="100" value={share} aria-label={say('slider')} onInput={(event) => setShare(Number(event.currentTarget.value))} />}
        {way === 'switch' && <Button onClick={() => turn(!second)}>{second ? 'B' : 'A'}</Button>}
      </div>
      <div class={`comparison ${way}`}>
        {way === 'slider' ? (
          <div class="curtain" style={{ '--share': `${share}%` }} onPointerMove={(event) => event.buttons && setShare(along(event))} onPointerDown={(event) => setShare(along(event))}>
            <img src={address(other)} alt="B" draggable={false} />
            <img src={address(one)} alt="A" class="over" draggable={false} />
            <span class="edge" />
          </div>
        ) : way === 'side' ? (
          [one, other].map((job, i) => (
            <figure>
              <img src={address(job)} alt={'AB'[i]} />
              <figcaption class="quiet">{job.caption || operationLabel(job.operation)}</figcaption>
            </figure>
          ))
        ) : (
          <button type="button" class="turning" aria-label={say('switch')} onClick={() => turn(!second)}>
            <img src={address(second ? other : one)} alt={second ? 'B' : 'A'} />
          </button>
        )}
      </div>
      <h3>{say('whatDiffers')}</h3>
      <Differences one={one} other={other} />
    </Dialog>
  );
}

function along(event: preact.JSX.TargetedPointerEvent<HTMLElement>): number {
  const box = event.currentTarget.getBoundingClientRect();
  return Math.min(100, Math.max(0, (100 * (event.clientX - box.left)) / box.width));
}
