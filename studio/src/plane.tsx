/** A model's latent plane to drag in, sliders along its directions, and a picture of one's own sent through it. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, isPicture, sourceOf } from './api';
import { Chooser } from './inputs';
import { Button } from './parts';
import { attempt, draftOf, forms, history, operationOf, queue } from './state';
import { label, operationLabel, say } from './words';

interface Plane { picture: string; caption: string; units: number[]; latent: number; encodes: boolean }
interface Decoded { picture: string; code: number[] }
const png = (data: string) => `data:image/png;base64,${data}`;
const MOST_SLIDERS = 16;
const REACH = 3;

export function LatentRoom() {
  const operation = operationOf('imagine');
  const asked = operation ? draftOf(operation.name).inputs.run : '';
  const [own, choose] = useState('');
  const runs = forms.value?.runs ?? [];
  const trained = history.value.filter((job) => job.operation.startsWith('train ') && job.file);
  const run = own || String(asked || runs[0] || '');
  if (!queue.value?.worker.ready || !run) return null;
  return (
    <section class="latent" aria-label={say('plane')}>
      <h3>{say('plane')}</h3>
      <label class="inline">
        {say('run')}
        <select value={run} onChange={(event) => choose(event.currentTarget.value)}>
          {runs.map((each) => (
            <option value={each}>{each}</option>
          ))}
          {trained.map((job) => (
            <option value={`job:${job.id}`}>{`${operationLabel(job.operation)} ${job.id.slice(0, 6)}`}</option>
          ))}
        </select>
      </label>
      <PlaneView key={run} run={run} />
    </section>
  );
}

function PlaneView({ run }: { run: string }) {
  const [plane, setPlane] = useState<Plane | null>(null);
  const [at, setAt] = useState<[number, number]>([0.5, 0.5]);
  const [decoded, setDecoded] = useState<Decoded | null>(null);
  useEffect(() => void attempt(() => api.ask<Plane>('plane', { run })).then((found) => found && setPlane(found)), []);
  const ask = useLatest<object, Decoded>((about) => api.ask('decode', { run, ...about }), setDecoded);
  useEffect(() => ask({ x: at[0], y: at[1] }), [at]);
  if (!plane) return <p class="quiet">{say('warming')}</p>;
  const drag = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const share = (value: number) => Math.min(1, Math.max(0, value));
    setAt([share((event.clientX - box.left) / box.width), share(1 - (event.clientY - box.top) / box.height)]);
  };
  const key = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    setAt(([x, y]) => [Math.min(1, Math.max(0, x + move[0] / 50)), Math.min(1, Math.max(0, y + move[1] / 50))]);
  };
  return (
    <>
      <p class="quiet">{say('dragPlane')}</p>
      <div class="plane-parts">
        <div class="plane" role="application" tabIndex={0} aria-label={say('dragPlane')} onKeyDown={key}
          onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); drag(event); }}
          onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && drag(event)}>
          <img src={png(plane.picture)} alt={plane.caption} draggable={false} />
          <span class="pin" style={{ left: `${100 * at[0]}%`, top: `${100 * (1 - at[1])}%` }} />
        </div>
        {decoded && <img class="decoded" src={png(decoded.picture)} alt={decoded.code.map((each) => each.toFixed(2)).join(', ')} data-code={decoded.code.join(' ')} />}
      </div>
      <p class="quiet">{plane.caption}</p>
      {decoded && plane.latent <= 64 && <Directions code={decoded.code} change={(code) => ask({ code })} />}
      {plane.encodes && <Reconstruction run={run} />}
    </>
  );
}

/** Asks for what was wanted last, one question at a time, so that nothing piles up. */
function useLatest<About, Answer>(ask: (about: About) => Promise<Answer>, take: (answer: Answer) => void): (about: About) => void {
  const state = useRef({ busy: false, next: null as About | null });
  const go = () => {
    const { busy, next } = state.current;
    if (busy || next === null) return;
    state.current = { busy: true, next: null };
    void ask(next).then(take).catch(() => undefined).finally(() => {
      state.current.busy = false;
      go();
    });
  };
  return (about) => {
    state.current.next = about;
    go();
  };
}

function Directions({ code, change }: { code: number[]; change: (code: number[]) => void }) {
  return (
    <details>
      <summary>{say('directions')}</summary>
      <div class="sliders">
        {code.slice(0, MOST_SLIDERS).map((value, index) => (
          <label class="inline">
            <span class="numeric">{index}</span>
            <input type="range" min={-REACH} max={REACH} step="0.05" value={value} aria-label={`${label('unit')} ${index}`} onInput={(event) => change(code.map((each, i) => (i === index ? Number(event.currentTarget.value) : each)))} />
          </label>
        ))}
      </div>
    </details>
  );
}

function Reconstruction({ run }: { run: string }) {
  const [choosing, choose] = useState(false);
  const [picture, setPicture] = useState('');
  const [made, setMade] = useState<{ seen: string; picture: string } | null>(null);
  useEffect(() => {
    if (picture) void attempt(() => api.ask<{ seen: string; picture: string }>('encode', { run, picture })).then((found) => found && setMade(found));
  }, [picture]);
  return (
    <div class="row reconstruction">
      <Button onClick={() => choose(true)}>{say('dropReconstruct')}</Button>
      {isPicture(picture) && <img class="decoded small" src={sourceOf(picture)} alt="" />}
      {made && [made.seen, made.picture].map((each) => <img class="decoded small" src={png(each)} alt="" />)}
      {choosing && <Chooser close={() => choose(false)} choose={(reference) => { choose(false); setPicture(reference); }} />}
    </div>
  );
}
