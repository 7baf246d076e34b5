/** How far each method of a sheet can be believed: measured on the same photo, on demand. */

import type { Job } from './api';
import { api } from './api';
import { Button } from './parts';
import { Numbers, Running } from './result';
import { attempt, everyJob } from './state';
import { say } from './words';

const SHARED = ['network', 'methods', 'size', 'target'];

export function Belief({ job }: { job: Job }) {
  const methods = (job.settings.methods as string[] | null) ?? [];
  if (methods.length < 2) return null;
  const photos = [String(job.inputs.photo)];
  const same = (other: Job) => JSON.stringify(other.inputs.photos) === JSON.stringify(photos) && SHARED.every((name) => !(name in other.settings) || JSON.stringify(other.settings[name]) === JSON.stringify(job.settings[name]));
  const measured = [...everyJob.value.values()].filter((each) => each.operation === 'faithfulness' && same(each)).sort((one, other) => other.created - one.created)[0];
  const shared = Object.fromEntries(SHARED.filter((name) => job.settings[name] !== null).map((name) => [name, job.settings[name]]));
  const measure = () => attempt(() => api.submit({ operation: 'faithfulness', inputs: { photos }, settings: shared }));
  return (
    <section class="belief">
      <h2 class="part">{say('howFar')}</h2>
      {!measured && <Button onClick={() => void measure()}>{say('measureIt')}</Button>}
      {measured?.state === 'running' && <Running job={measured} />}
      {measured?.state === 'waiting' && <p class="quiet">{say('queued')}</p>}
      {measured?.state === 'failed' && <p class="bad">{measured.message}</p>}
      {measured?.state === 'done' && <Numbers rows={measured.rows} />}
    </section>
  );
}
