/** A job: its picture as it stands or as it became, its numbers, its code, and what can be done with it. */

import { useEffect, useState } from 'preact/hooks';
import { api, sourceOf, type Job, type Values } from './api';
import { AtlasFrame, Landed } from './atlas';
import { Belief } from './belief';
import { differences, Differences } from './compare';
import { Button, copy, IconButton } from './parts';
import { attempt, changeDraft, comparing, draftOf, everyJob, go, history, operations, progress, queue, reuse, show, tell, type Room } from './state';
import { label, moment, number, operationLabel, say } from './words';

export const isVideo = (job: Job) => job.file.endsWith('.mp4');
const source = (job: Job, name = '') => `/api/jobs/${job.id}/result${name ? `?name=${encodeURIComponent(name)}` : ''}`;

/** The picture of a job, whatever its state. */
export function JobPicture({ job }: { job: Job }) {
  const alt = `${operationLabel(job.operation)}${job.caption ? `: ${job.caption}` : ''}`;
  if (job.state === 'running') return <Running job={job} />;
  if (job.state === 'waiting')
    return (
      <div class="stage-note">
        <p>{say('queued')}</p>
        {!queue.value?.worker.ready && <p class="quiet">{say('warming')}</p>}
        {job.message && <p class="quiet">{job.message}</p>}
      </div>
    );
  if (job.operation === 'atlas build' && job.state === 'done') return <AtlasFrame job={job} />;
  if (job.operation === 'atlas find' && job.state === 'done') return <Landed job={job} />;
  if (isVideo(job)) return <video src={source(job)} controls loop autoplay muted />;
  if (job.files.length) return <Sheets job={job} alt={alt} />;
  if (job.width) return <img src={source(job)} alt={alt} class={job.width < 200 ? 'tiny' : ''} />;
  return <div class="stage-note">{job.message && <p class={job.state === 'failed' ? 'bad' : ''}>{job.message}</p>}<p>{job.caption}</p></div>;
}

export function Running({ job }: { job: Job }) {
  const now = progress.value.id === job.id ? progress.value : {};
  const share = now.share ?? 0;
  const words = [now.stage, now.total && now.total > 1 ? `${now.index} / ${now.total}` : '', now.size].filter(Boolean).join(' · ');
  return (
    <div class="running">
      {now.preview ? <img src={`/api/jobs/${job.id}/preview?${now.index}-${Math.round(share * 1e4)}`} alt={operationLabel(job.operation)} /> : <div class="pulse" aria-hidden="true" />}
      <progress value={share || undefined} max={1} aria-label={operationLabel(job.operation)} />
      <p class="quiet">{words || say('running')}</p>
    </div>
  );
}

/** A folder of pictures, the last one first in sight. */
function Sheets({ job, alt }: { job: Job; alt: string }) {
  const [index, turn] = useState(job.files.length - 1);
  const name = job.files[Math.min(index, job.files.length - 1)];
  return (
    <div class="sheets">
      <img src={source(job, name)} alt={`${alt} ${name}`} />
      {job.files.length > 1 && (
        <label class="inline">
          <input type="range" min="0" max={job.files.length - 1} value={index} aria-label={name} onInput={(event) => turn(Number(event.currentTarget.value))} />
          <span class="quiet">{name}</span>
        </label>
      )}
    </div>
  );
}

export function Result({ job }: { job: Job }) {
  const finished = job.state !== 'waiting' && job.state !== 'running';
  return (
    <article class="result" data-job={job.id} data-state={job.state}>
      <div class="canvas">
        <JobPicture job={job} />
      </div>
      <div class="row actions">
        <Actions job={job} />
      </div>
      {finished && job.caption && (job.width > 0 || job.files.length > 0) && <p class="caption">{job.caption}</p>}
      {finished && job.message && job.width > 0 && <p class={job.state === 'failed' ? 'bad' : 'quiet'}>{job.message}</p>}
      <Facts job={job} />
      {finished && <Changed job={job} />}
      {job.operation === 'saliency' && job.state === 'done' && <Belief job={job} />}
      {job.operation !== 'tour-section' && <Numbers rows={job.rows} />}
      <Curves losses={job.losses} />
      {finished && <Code job={job} />}
    </article>
  );
}

function Actions({ job }: { job: Job }) {
  const ready = job.width > 0 && !job.files.length;
  if (job.state === 'running')
    return <Button kind="primary" onClick={() => void attempt(() => api.stop(job.id))}>{say('stop')}</Button>;
  if (job.state === 'waiting') return <Button onClick={() => void attempt(() => api.remove(job.id))}>{say('remove')}</Button>;
  return (
    <>
      {job.state === 'stopped' && <Button kind="primary" onClick={() => void attempt(() => api.goOn(job.id))}>{say('goOn')}</Button>}
      {job.state === 'failed' && <Button kind="primary" onClick={() => void attempt(() => api.goOn(job.id))}>{say('again')}</Button>}
      {ready && <a class="button" href={`${source(job)}?download`} download>{say('download')}</a>}
      {ready && <Button onClick={() => useAsInput(job)}>{say('useAsInput')}</Button>}
      {ready && <Button onClick={() => compare(job)}>{say('compare')}</Button>}
      <Button onClick={() => reuse(job)}>{say('useSettings')}</Button>
      {'seed' in job.settings && <Button onClick={() => reuse(job, false)}>{say('anotherSeed')}</Button>}
      <IconButton icon="star" title={say('star')} aria-pressed={job.star} onClick={() => void attempt(() => api.edit(job.id, { star: !job.star }))} />
      <IconButton icon="bin" title={say('remove')} onClick={() => void attempt(() => api.remove(job.id))} />
    </>
  );
}

/** The first picture that the operation of its room takes becomes this result. */
function useAsInput(job: Job): void {
  const operation = operations.value.get(job.operation)!;
  const takes = operation.inputs.some((each) => each.kind === 'picture') ? operation : operations.value.get('brush')!;
  const input = takes.inputs.find((each) => each.kind === 'picture')!;
  changeDraft(takes.name, { inputs: { ...draftOf(takes.name).inputs, [input.name]: input.many ? [`job:${job.id}`] : `job:${job.id}` } });
  go(takes.room as Room);
}

export function compare(job: Job): void {
  const chosen = comparing.value.filter((id) => id !== job.id);
  comparing.value = [...chosen, job.id].slice(-2);
  if (comparing.value.length < 2) {
    const before = history.value.find((each) => each.id !== job.id && each.operation === job.operation && each.width);
    if (before) comparing.value = [before.id, job.id];
    else tell(say('compareWith'));
  }
}

function Facts({ job }: { job: Job }) {
  const facts = [operationLabel(job.operation), say(job.state), job.width ? `${job.width} × ${job.height}` : '', job.seconds ? `${number(job.seconds)} ${say('seconds')}` : '', moment(job.created)];
  return (
    <>
      <p class="quiet facts">{facts.filter(Boolean).join(' · ')}</p>
      {job.group && <Grid group={job.group} current={job.id} />}
    </>
  );
}

/** Every picture of a grid over settings, by their values. */
function Grid({ group, current }: { group: string; current: string }) {
  const jobs = [...everyJob.value.values()].filter((job) => job.group === group).sort((one, other) => one.created - other.created);
  const names = [...new Set(jobs.flatMap((job) => Object.keys(job.settings)))].filter((name) => new Set(jobs.map((job) => JSON.stringify(job.settings[name]))).size > 1);
  const columns = new Set(jobs.map((job) => JSON.stringify(job.settings[names[names.length - 1]]))).size;
  const room = operations.value.get(jobs[0]?.operation)?.room ?? '';
  return (
    <section class="made-grid">
      <h2 class="part">{say('wholeGrid')}</h2>
      <div class="grid-cells" style={{ '--columns': String(columns || 1) }}>
        {jobs.map((job) => (
          <button type="button" class="thumb" aria-current={job.id === current} onClick={() => show(room, job.id)}>
            {job.width ? <img src={sourceOf(`job:${job.id}`)} alt="" /> : <span class="place">{say(job.state)}</span>}
            <span>{names.map((name) => `${label(name)} ${job.settings[name]}`).join(', ')}</span>
          </button>
        ))}
      </div>
    </section>
  );
}

/** What was changed since the last one of the same operation, in words. */
function Changed({ job }: { job: Job }) {
  const before = history.value.find((each) => each.operation === job.operation && each.created < job.created);
  if (!before || !differences(before, job).length) return null;
  return (
    <details>
      <summary>{say('whatChanged')}</summary>
      <Differences one={before} other={job} />
    </details>
  );
}

export function Numbers({ rows }: { rows: Values[] }) {
  if (!rows.length) return null;
  const names = Object.keys(rows[0]).filter((name) => typeof rows[0][name] !== 'object' && name !== 'link');
  const cell = (value: unknown) => (typeof value === 'number' ? number(value) : String(value ?? ''));
  return (
    <details open={rows.length <= 12}>
      <summary>{say('numbers')}</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>{names.map((name) => <th>{name.replaceAll('_', ' ')}</th>)}</tr>
          </thead>
          <tbody>
            {rows.slice(0, 200).map((row) => (
              <tr>{names.map((name) => <td class={typeof row[name] === 'number' ? 'numeric' : ''}>{cell(row[name])}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Each loss as a line over the steps, from its lowest to its highest. */
function Curves({ losses }: { losses: Record<string, number>[] }) {
  if (losses.length < 3) return null;
  const names = Object.keys(losses[losses.length - 1]).filter((name) => name !== 'step');
  return (
    <details>
      <summary>{say('losses')}</summary>
      <div class="curves">
        {names.map((name) => {
          const values = losses.map((each) => each[name]).filter((each) => Number.isFinite(each));
          const [low, high] = [Math.min(...values), Math.max(...values)];
          const points = values.map((value, i) => `${(100 * i) / Math.max(1, values.length - 1)},${30 - (28 * (value - low)) / (high - low || 1)}`);
          return (
            <figure>
              <svg viewBox="0 0 100 32" preserveAspectRatio="none" role="img" aria-label={`${name} ${number(values[0])} → ${number(values[values.length - 1])}`}>
                <polyline points={points.join(' ')} />
              </svg>
              <figcaption>{`${name}: ${number(values[0])} → ${number(values[values.length - 1])}`}</figcaption>
            </figure>
          );
        })}
      </div>
    </details>
  );
}

function Code({ job }: { job: Job }) {
  const [code, setCode] = useState<{ command: string; python: string } | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => setCode(null), [job.id]);
  useEffect(() => {
    if (open && !code) void attempt(() => api.code(job.id)).then((found) => found && setCode(found));
  }, [open, code, job.id]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say('code')}</summary>
      {code &&
        [code.command, code.python].map((text) => (
          <div class="code">
            <pre tabIndex={0}>{text}</pre>
            <Button kind="small" onClick={() => void copy(text).then(() => tell(say('copied')))}>{say('copy')}</Button>
          </div>
        ))}
    </details>
  );
}
