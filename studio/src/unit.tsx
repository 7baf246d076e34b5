/** A unit's page: what it answers to, which units are like it, what it wants to see, how it is tuned. */

import { useEffect, useState } from 'preact/hooks';
import { api, sourceOf, type Job, type Values } from './api';
import { Button, Dialog } from './parts';
import { Numbers, Running } from './result';
import { attempt, everyJob, forms, pictures } from './state';
import { number, say, type Word } from './words';

interface Patch { value: number; picture: number; patch: string }
interface Neighbor { unit: number; likeness: number; patches: Patch[] }
interface UnitAnswer { unit: number; channels: number; map: string; patches: Patch[]; neighbors: Neighbor[] }
interface Props { network: string; layer: string; unit: number; picture: string; open: (unit: number) => void; close: () => void }

const PAINTINGS = ['ink', 'mosaic', 'rectangles', 'strokes', 'waves'];
const MOST_PICTURES = 16;
const png = (data: string) => `data:image/png;base64,${data}`;

/** The photo that is looked at, what was uploaded, the sample photos. */
function lookedAt(picture: string): string[] {
  const uploaded = pictures.value.filter((each) => !each.video).map((each) => `picture:${each.id}`);
  const samples = (forms.value?.samples ?? []).filter((each) => !PAINTINGS.includes(each)).map((each) => `sample:${each}`);
  return [...new Set([picture, ...uploaded.slice(0, 8), ...samples])].slice(0, MOST_PICTURES);
}

export function UnitPage({ network, layer, unit, picture, open, close }: Props) {
  const [found, setFound] = useState<UnitAnswer | null>(null);
  useEffect(() => {
    setFound(null);
    void attempt(() => api.ask<UnitAnswer>('unit', { network, layer, unit, pictures: lookedAt(picture) })).then((answer) => answer && setFound(answer));
  }, [network, layer, unit, picture]);
  return (
    <Dialog title={`${network} · ${layer}:${unit}`} wide close={close}>
      <div class="unit-page">
        <div class="unit-head">
          <span class="clickable">
            <img src={sourceOf(picture)} alt="" />
          </span>
          {found && <img class="unit-map" src={png(found.map)} alt={`${say('unit')} ${unit}`} />}
        </div>
        <section>
          <h3>{say('itsPatches')}</h3>
          {!found && <p class="quiet">…</p>}
          <Patches patches={found?.patches ?? []} />
        </section>
        <UnitJob title="itsPicture" button="paintIt" operation="features" settings={{ network, layer, units: [String(unit)], size: 192 }} />
        <UnitJob title="itsTuning" button="measureIt" operation="tuning" settings={{ network, layer, units: [String(unit)] }} />
        <section class="wide">
          <h3>{say('neighbors')}</h3>
          <div class="neighbors">
            {found?.neighbors.map((each) => (
              <button type="button" class="neighbor" onClick={() => open(each.unit)} aria-label={`${say('openUnit')} ${each.unit}`}>
                <Patches patches={each.patches} />
                <span>{each.unit} <span class="quiet">{number(each.likeness)}</span></span>
              </button>
            ))}
          </div>
        </section>
      </div>
    </Dialog>
  );
}

function Patches({ patches }: { patches: Patch[] }) {
  return (
    <span class="patches">
      {patches.map((each) => <img src={png(each.patch)} alt={number(each.value)} title={number(each.value)} />)}
    </span>
  );
}

/** A job about the unit: made once on demand, shown again ever after. */
function UnitJob({ title, button, operation, settings }: { title: Word; button: Word; operation: string; settings: Values }) {
  const same = (job: Job) => job.operation === operation && Object.entries(settings).every(([name, value]) => JSON.stringify(job.settings[name]) === JSON.stringify(value));
  const jobs = [...everyJob.value.values()].filter(same).sort((one, other) => other.created - one.created);
  const job = jobs[0];
  const ask = () => attempt(() => api.submit({ operation, inputs: {}, settings }));
  return (
    <section>
      <h3>{say(title)}</h3>
      {!job && <Button onClick={() => void ask()}>{say(button)}</Button>}
      {job?.state === 'waiting' && <p class="quiet">{say('queued')}</p>}
      {job?.state === 'running' && <Running job={job} />}
      {job?.state === 'failed' && <p class="bad">{job.message}</p>}
      {job?.width ? <a href={`/api/jobs/${job.id}/result`} target="_blank" rel="noopener"><img src={`/api/jobs/${job.id}/result`} alt={job.caption} /></a> : null}
      {job?.state === 'done' && <Numbers rows={job.rows} />}
    </section>
  );
}
