/** The queue: what is under way, what waits; paused, put into order, edited, removed, stopped. */

import { useState } from 'preact/hooks';
import { api, isPicture, sourceOf, type Job } from './api';
import { IconButton } from './parts';
import { attempt, go, operations, progress, queue, queueOpen, reuse, show, type Room } from './state';
import { operationLabel, say } from './words';

const firstPicture = (job: Job): string | undefined => Object.values(job.inputs).flat().find(isPicture);

export function QueuePanel() {
  const [dragged, drag] = useState<string | null>(null);
  const found = queue.value;
  if (!queueOpen.value || !found) return null;
  const order = found.waiting.map((job) => job.id);
  const move = (id: string, to: number) => {
    const rest = order.filter((each) => each !== id);
    rest.splice(Math.max(0, to), 0, id);
    void attempt(() => api.queue({ order: rest }));
  };
  return (
    <aside class="queue" aria-label={say('queue')}>
      <header>
        <h2>{say('queue')}</h2>
        <IconButton icon={found.paused ? 'play' : 'pause'} title={say(found.paused ? 'goOn' : 'pause')} onClick={() => void attempt(() => api.queue({ paused: !found.paused }))} />
        <IconButton icon="close" title={say('close')} onClick={() => (queueOpen.value = false)} />
      </header>
      {!found.running && !order.length && <p class="quiet">{say('empty')}</p>}
      <ol>
        {found.running && (
          <li class="under-way" data-job={found.running.id}>
            <Row job={found.running} />
            <IconButton icon="stop" title={say('stop')} onClick={() => void attempt(() => api.stop(found.running!.id))} />
            <progress value={progress.value.share || undefined} max={1} aria-label={say('running')} />
          </li>
        )}
        {found.waiting.map((job, index) => (
          <li
            key={job.id}
            data-job={job.id}
            draggable
            onDragStart={() => drag(job.id)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => { event.preventDefault(); event.stopPropagation(); if (dragged) move(dragged, index); }}
          >
            <Row job={job} />
            <IconButton icon="up" title={say('up')} disabled={index === 0} onClick={() => move(job.id, index - 1)} />
            <IconButton icon="down" title={say('down')} disabled={index === order.length - 1} onClick={() => move(job.id, index + 1)} />
            <IconButton icon="edit" title={say('edit')} onClick={() => { reuse(job); show(operations.value.get(job.operation)!.room, job.id); }} />
            <IconButton icon="bin" title={say('remove')} onClick={() => void attempt(() => api.remove(job.id))} />
          </li>
        ))}
      </ol>
    </aside>
  );
}

function Row({ job }: { job: Job }) {
  const picture = firstPicture(job);
  const room = operations.value.get(job.operation)?.room as Room;
  return (
    <button type="button" class="queue-row" onClick={() => { show(room, job.id); go(room); }}>
      {picture ? <img src={sourceOf(picture)} alt="" /> : <span class="blank" />}
      <span>{operationLabel(job.operation)}</span>
    </button>
  );
}
