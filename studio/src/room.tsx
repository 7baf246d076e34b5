/** A room: its operations, what one of them is given, how it is set, and what it made. */

import { useEffect, useState } from 'preact/hooks';
import { api, sourceOf, type Operation } from './api';
import { LatestAtlas } from './atlas';
import { plain, SettingsForm, fromText } from './form';
import { InputsForm } from './inputs';
import { LookAtPlaces } from './look';
import { Button } from './parts';
import { LatentRoom } from './plane';
import { Presets } from './presets';
import { Result } from './result';
import { attempt, built, changeDraft, chosen, draftOf, everyJob, forms, history, make, operationOf, operations, operationsOf, queue, show, shown } from './state';
import { label, lineOf, operationLabel, say } from './words';

/** Names that a field can have, by the network that looks: layers, classes. */
function useHints(operation: Operation | undefined): Record<string, string[]> {
  const [hints, setHints] = useState<Record<string, string[]>>({});
  const properties = operation?.schema.properties ?? {};
  const network = operation ? String(draftOf(operation.name).settings.network ?? properties.network?.default ?? '') : '';
  const wanted = ['layer', 'layers', 'aim', 'content_layers', 'style_layers'].some((name) => name in properties);
  const named = operation?.inputs.some((each) => each.name === 'names') ?? false;
  const ready = queue.value?.worker.ready ?? false;
  useEffect(() => {
    setHints({});
    if (!ready || !network || !(forms.value?.networks ?? []).includes(network)) return;
    if (wanted)
      void api.ask<{ layers: { name: string }[] }>('layers', { network }).then(({ layers }) => {
        const names = layers.map((each) => each.name);
        setHints({ layer: names, layers: names, aim: names, content_layers: names, style_layers: names });
      }).catch(() => undefined);
    else if (named || 'target' in properties)
      void api.ask<{ names: string[] }>('names', { network }).then(({ names }) => setHints({ names, target: names })).catch(() => undefined);
  }, [operation?.name, network, ready]);
  return hints;
}

export function RoomView({ name }: { name: string }) {
  const operation = operationOf(name);
  const hints = useHints(operation);
  if (!operation) return null;
  const job = everyJob.value.get(shown.value[name] ?? '');
  return (
    <div class="room">
      <nav class="operations" aria-label={say(name as 'paint')}>
        {operationsOf(name).map((each) => (
          <button type="button" class="tab" aria-current={each.name === operation.name} onClick={() => (chosen.value = { ...chosen.value, [name]: each.name })}>
            {operationLabel(each.name)}
          </button>
        ))}
      </nav>
      <div class="bench">
        <form class="panel" onSubmit={(event) => { event.preventDefault(); void make(operation.name); }}>
          <p class="line">{lineOf(operation)}</p>
          <InputsForm operation={operation} hints={hints} />
          <Presets key={operation.name} operation={operation} />
          <SettingsForm operation={operation} hints={hints} />
          {operation.video && (
            <label class="inline">
              <input type="checkbox" class="switch" checked={draftOf(operation.name).video} onChange={(event) => changeDraft(operation.name, { video: event.currentTarget.checked })} />
              {say('asVideo')}
            </label>
          )}
          <GridForm operation={operation} />
          <div class="go">
            <button class="button primary" id="make">{say('make')}</button>
            <Editing operation={operation} />
          </div>
        </form>
        <section class="stage" aria-label={say('made')}>
          {job ? <Result key={job.id} job={job} /> : !(name === 'atlas' && built.value.length) && <Empty operation={operation} />}
          <Strip name={name} current={job?.id} />
          {name === 'atlas' && !job && <LatestAtlas />}
          {name === 'look' && <LookAtPlaces operation={operation} />}
          {name === 'imagine' && <LatentRoom />}
        </section>
      </div>
    </div>
  );
}

/** Nothing made yet: what is missing can be filled with samples. */
function Empty({ operation }: { operation: Operation }) {
  const { inputs, settings } = draftOf(operation.name);
  const missing = operation.inputs.filter((each) => each.required && !inputs[each.name]?.length && (each.kind === 'picture' || each.kind === 'photos'));
  const isPainting = (name: string) => name === 'styles' || name === 'style';
  const fill = () => {
    const found = missing.map((each) => {
      const sample = isPainting(each.name) ? 'sample:waves' : 'sample:coffee';
      const photos = ['chelsea', 'coffee', 'astronaut', 'rocket', 'china', 'flower'].filter((name) => forms.value?.samples.includes(name)).map((name) => `sample:${name}`);
      return [each.name, each.kind === 'photos' ? photos : each.many ? [sample] : sample];
    });
    const lacks = operation.schema.required?.some((name) => !(name in settings));
    changeDraft(operation.name, { inputs: { ...inputs, ...Object.fromEntries(found) }, settings: lacks ? { ...operation.presets[0]?.settings, ...settings } : settings });
  };
  return (
    <div class={`stage-note empty ${operation.room === 'look' || operation.room === 'imagine' ? 'short' : ''}`}>
      <p>{say('emptyStage')}</p>
      {missing.length > 0 && <Button onClick={fill}>{say('takeSamples')}</Button>}
    </div>
  );
}

/** A waiting job that is being edited: the form's settings become its own. */
function Editing({ operation }: { operation: Operation }) {
  const waiting = queue.value?.waiting.find((job) => job.id === shown.value[operation.room] && job.operation === operation.name);
  if (!waiting) return null;
  const { inputs, settings, video } = draftOf(operation.name);
  return <Button onClick={() => void attempt(() => api.edit(waiting.id, { inputs, settings, video }))}>{say('edit')}</Button>;
}

/** The latest results of a room. */
function Strip({ name, current }: { name: string; current?: string }) {
  const jobs = history.value.filter((job) => operations.value.get(job.operation)?.room === name && job.width).slice(0, 24);
  if (jobs.length < 2) return null;
  return (
    <div class="strip">
      {jobs.map((job) => (
        <button type="button" class="thumb" aria-current={job.id === current} title={job.caption || operationLabel(job.operation)} onClick={() => show(name, job.id)}>
          <img src={sourceOf(`job:${job.id}`)} alt={operationLabel(job.operation)} loading="lazy" />
        </button>
      ))}
    </div>
  );
}

function GridForm({ operation }: { operation: Operation }) {
  const [axes, setAxes] = useState([{ name: '', text: '' }, { name: '', text: '' }]);
  const names = Object.keys(operation.schema.properties);
  const change = (index: number, part: object) => setAxes(axes.map((each, i) => (i === index ? { ...each, ...part } : each)));
  const given = axes.filter((each) => each.name && each.text.trim());
  const grid = Object.fromEntries(given.map(({ name, text }) => [name, text.trim().split(/\s+/).map((each) => valueOf(operation, name, each))]));
  return (
    <details class="group" key={operation.name}>
      <summary>{say('grid')}</summary>
      <p class="help shown">{say('gridHelp')}</p>
      {axes.map((axis, index) => (
        <div class="row">
          <select aria-label={`${say('settings')} ${index + 1}`} value={axis.name} onChange={(event) => change(index, { name: event.currentTarget.value })}>
            <option value="">{say('none')}</option>
            {names.map((each) => (
              <option value={each}>{label(each)}</option>
            ))}
          </select>
          <input type="text" aria-label={`${say('numbers')} ${index + 1}`} value={axis.text} onInput={(event) => change(index, { text: event.currentTarget.value })} />
        </div>
      ))}
      <Button disabled={!given.length} onClick={() => void make(operation.name, grid)}>{say('makeGrid')}</Button>
    </details>
  );
}

function valueOf(operation: Operation, name: string, text: string): unknown {
  const kind = plain(operation.schema.properties[name]);
  if (kind.type === 'number' || kind.type === 'integer') return Number(text);
  if (kind.type === 'boolean') return text === 'true' || text === '1';
  return kind.type === 'array' ? fromText(text, kind) : text;
}
