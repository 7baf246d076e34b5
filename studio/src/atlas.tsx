/** Atlases that were built here, in the viewer that every atlas has, and where a photo lands on one. */

import { useEffect, useState } from 'preact/hooks';
import type { Job } from './api';
import { built, everyJob, lookFor } from './state';
import { moment, operationLabel, say } from './words';

interface Landing { layer: string; row: number; column: number; positions: number; of: number; classes: string; link: string }

const address = (job: Job, link = '') => `/api/jobs/${job.id}/atlas/${link}`;

/** The viewer on one atlas; it is a page of its own, with its own keys. */
export function AtlasFrame({ job, link = '' }: { job: Job; link?: string }) {
  return (
    <div class="atlas-frame">
      <iframe key={`${job.id} ${link}`} src={address(job, link)} title={`${operationLabel(job.operation)} ${moment(job.created)}`} />
      <a class="button small" href={address(job, link)} target="_blank" rel="noopener">{say('openWhole')}</a>
    </div>
  );
}

/** Where a photo landed: the cells that most of its positions lie in, and the atlas there. */
export function Landed({ job }: { job: Job }) {
  const landings = job.rows as unknown as Landing[];
  const [link, follow] = useState(landings[0]?.link ?? '');
  const atlas = everyJob.value.get(String(job.inputs.atlas).replace('job:', ''));
  useEffect(() => {
    if (!atlas) void lookFor('atlas build');
  }, []);
  return (
    <section class="landed">
      <h2 class="part">{say('whereItLands')}</h2>
      <div class="chips">
        {landings.map((each) => (
          <button type="button" class="chip" aria-pressed={link === each.link} title={`${each.layer}, ${say('cell')} ${each.row}, ${each.column}`} onClick={() => follow(each.link)}>
            {`${each.positions} / ${each.of} · ${each.classes || `${each.row}, ${each.column}`}`}
          </button>
        ))}
      </div>
      {atlas && <AtlasFrame job={atlas} link={link} />}
    </section>
  );
}

/** The latest atlas, where nothing else is in sight. */
export function LatestAtlas() {
  useEffect(() => void lookFor('atlas build'), []);
  const atlas = built.value[0];
  return atlas ? <AtlasFrame job={atlas} /> : null;
}
