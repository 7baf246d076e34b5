/** Everything that was made, with its settings, numbers and thumbnail: searched, compared, exported. */

import { useEffect, useState } from 'preact/hooks';
import { api, sourceOf, type Job } from './api';
import { Button, Dialog, Icon } from './parts';
import { compare, Result } from './result';
import { attempt, comparing, everyJob, history, opened, operations } from './state';
import { isWord, label, operationLabel, say } from './words';

export function Gallery() {
  const [words, setWords] = useState('');
  const [found, setFound] = useState<Job[] | null>(null);
  const [more, setMore] = useState(true);
  const latest = history.value.length ? `${history.value[0].id} ${history.value.length}` : '';
  useEffect(() => {
    const timer = setTimeout(() => void attempt(() => api.search(words)).then((jobs) => {
      if (!jobs) return;
      setFound(jobs);
      setMore(jobs.length >= 60);
    }), 150);
    return () => clearTimeout(timer);
  }, [words, latest]);
  const goOn = async () => {
    if (!found) return;
    const jobs = await attempt(() => api.search(words, found[found.length - 1]?.created));
    if (!jobs) return;
    setFound([...found, ...jobs]);
    setMore(jobs.length >= 60);
  };
  const job = everyJob.value.get(opened.value ?? '') ?? found?.find((each) => each.id === opened.value);
  return (
    <div class="gallery">
      <div class="toolbar">
        <input id="search" type="search" placeholder={say('search')} aria-label={say('search')} value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        <span class="exports">
          <span class="quiet">{say('export')}</span>
          <a class="button" href="/api/history.json" download>JSON</a>
          <a class="button" href="/api/history.zip" download>ZIP</a>
        </span>
      </div>
      {found?.length === 0 && <p class="stage-note empty">{say('empty')}</p>}
      <div class="cards">
        {found?.map((each) => <Card key={each.id} job={each} />)}
      </div>
      {more && found && found.length > 0 && <Button onClick={() => void goOn()}>{say('more')}</Button>}
      {job && (
        <Dialog title={operationLabel(job.operation)} wide close={() => (opened.value = null)}>
          <Result job={job} />
          <Everything job={job} />
        </Dialog>
      )}
    </div>
  );
}

/** A sheet is shown whole; of a picture its middle. */
const isSheet = (job: Job) => job.width > 1.7 * job.height || job.height > 1.7 * job.width;

/** The room and the operation, as a job alone has no room around it. */
function title(job: Job): string {
  const room = operations.value.get(job.operation)?.room;
  const name = operationLabel(job.operation);
  return room && isWord(room) && say(room) !== name ? `${say(room)} · ${name}` : name;
}

function Card({ job }: { job: Job }) {
  const marked = comparing.value.includes(job.id);
  return (
    <article class={`card ${marked ? 'marked' : ''}`} data-job={job.id}>
      <button type="button" class="thumb" aria-label={`${operationLabel(job.operation)} ${job.caption}`} onClick={() => (opened.value = job.id)}>
        {job.width ? <img class={isSheet(job) ? 'sheet' : ''} src={sourceOf(`job:${job.id}`)} alt="" loading="lazy" /> : <span class="place">{job.state === 'done' ? job.caption : say(job.state)}</span>}
      </button>
      <div class="card-words">
        <b>{title(job)}</b> {job.star && <Icon name="star" />}
        <span class="quiet">{job.note || (job.state === 'done' ? job.caption : job.message || say(job.state))}</span>
      </div>
      {job.width > 0 && !job.files.length && (
        <Button kind="small quiet" aria-pressed={marked} onClick={() => compare(job)}>{say('compare')}</Button>
      )}
    </article>
  );
}

/** Every setting, and a note of one's own. */
function Everything({ job }: { job: Job }) {
  const given = Object.entries(job.settings).filter(([, value]) => value !== null);
  return (
    <>
      <label>
        {say('note')}
        <input type="text" value={job.note} onChange={(event) => void attempt(() => api.edit(job.id, { note: event.currentTarget.value }))} />
      </label>
      <details>
        <summary>{say('settings')}</summary>
        <dl class="settings">
          {given.map(([name, value]) => (
            <>
              <dt>{label(name)}</dt>
              <dd>{String(value)}</dd>
            </>
          ))}
        </dl>
      </details>
    </>
  );
}
