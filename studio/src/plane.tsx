/** A model's latent plane to drag in, sliders along its directions, and a picture of one's own sent through it. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, isPicture, sourceOf } from './api';
import { Decoder, type DecoderAnswer } from './decoder';
import { Chooser, Drop, takeOne } from './inputs';
import { attempt, draftOf, forms, history, operationOf, queue } from './state';
import { label, operationLabel, say } from './words';

interface Plane { picture: string; caption: string; units: number[]; latent: number; encodes: boolean }
interface Decoded { picture: string; code: number[] }
interface Encoded { seen: string; picture: string; code: number[] }
const png = (data: string) => `data:image/png;base64,${data}`;
const MOST_SLIDERS = 16;
const REACH = 3;
const share = (value: number) => Math.min(1, Math.max(0, value));

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
      <h2 class="part">{say('plane')}</h2>
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

/** Where a decoder can be had it decodes here, at every move of the hand; else the worker is asked. */
function PlaneView({ run }: { run: string }) {
  const [plane, setPlane] = useState<Plane | null>(null);
  const [decoder, setDecoder] = useState<Decoder | null>(null);
  const [at, setAt] = useState<[number, number]>([0.5, 0.5]);
  const [code, setCode] = useState<number[]>([]);
  const [picture, setPicture] = useState('');
  const ask = useLatest<object, Decoded>((about) => api.ask('decode', { run, ...about }), (answer) => {
    setCode(answer.code);
    setPicture(answer.picture);
  });
  useEffect(() => {
    void attempt(() => api.ask<Plane>('plane', { run })).then((found) => found && setPlane(found));
    void attempt(() => api.ask<DecoderAnswer>('decoder', { run })).then((found) => {
      if (!found?.layers.length) return ask({ x: at[0], y: at[1] });
      const made = new Decoder(found);
      setDecoder(made);
      setCode(made.code(...at));
    });
  }, []);
  const move = (place: [number, number]) => {
    setAt(place);
    decoder ? setCode(decoder.code(...place)) : ask({ x: place[0], y: place[1] });
  };
  const change = (changed: number[]) => (decoder ? setCode(changed) : ask({ code: changed }));
  if (!plane) return <p class="quiet">{say('warming')}</p>;
  const drag = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    move([share((event.clientX - box.left) / box.width), share(1 - (event.clientY - box.top) / box.height)]);
  };
  const key = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const step = moves[event.key];
    if (!step) return;
    event.preventDefault();
    move([share(at[0] + step[0] / 50), share(at[1] + step[1] / 50)]);
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
        <DecodedView decoder={decoder} code={code} picture={picture} />
      </div>
      <p class="quiet">{plane.caption}</p>
      {code.length > 0 && plane.latent <= 64 && <Directions code={code} change={change} />}
      {plane.encodes && <Reconstruction run={run} take={change} />}
    </>
  );
}

function DecodedView({ decoder, code, picture }: { decoder: Decoder | null; code: number[]; picture: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (decoder && code.length) decoder.draw(code, canvas.current!);
  }, [decoder, code]);
  if (!code.length) return null;
  const words = code.slice(0, MOST_SLIDERS).map((each) => each.toFixed(2)).join(', ');
  const shared = { class: 'decoded', 'data-code': code.join(' ') };
  return decoder ? <canvas ref={canvas} role="img" aria-label={words} {...shared} /> : <img src={png(picture)} alt={words} {...shared} />;
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

/** A picture that is dropped or chosen: as the model sees it, and what comes of its code, from which the sliders go on. */
function Reconstruction({ run, take }: { run: string; take: (code: number[]) => void }) {
  const [choosing, choose] = useState(false);
  const [picture, setPicture] = useState('');
  const [made, setMade] = useState<Encoded | null>(null);
  useEffect(() => {
    if (!picture) return;
    void attempt(() => api.ask<Encoded>('encode', { run, picture })).then((found) => {
      if (!found) return;
      setMade(found);
      take(found.code);
    });
  }, [picture]);
  const shown: [string, string][] = [...(isPicture(picture) ? [[sourceOf(picture), say('yours')] as [string, string]] : []), ...(made ? [[png(made.seen), say('asSeen')] as [string, string], [png(made.picture), label('reconstruct')] as [string, string]] : [])];
  return (
    <div class="reconstruction">
      <Drop label={say('dropReconstruct')} many={false} take={(files) => takeOne(files, setPicture)} choose={() => choose(true)}>
        <span class="hint">{say('dropReconstruct')}</span>
      </Drop>
      {shown.map(([source, words]) => (
        <figure>
          <img class="decoded small" src={source} alt={words} />
          <figcaption class="quiet">{words}</figcaption>
        </figure>
      ))}
      {choosing && <Chooser close={() => choose(false)} choose={([reference]) => { choose(false); setPicture(reference); }} />}
    </div>
  );
}
