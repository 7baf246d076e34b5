/** The studio's page: rooms, the queue, keys; a picture dropped anywhere brings its settings back. */

import { effect } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { ApiPage, HelpDialog } from './about';
import { api } from './api';
import { CompareDialog } from './compare';
import { noteMathFont } from './formulas';
import { Gallery } from './gallery';
import { dropped } from './inputs';
import { LectureRoom } from './lecture';
import { Icon, IconButton } from './parts';
import { QueuePanel } from './queue';
import { compare } from './result';
import { RoomView } from './room';
import { attempt, begin, comparing, everyJob, forms, go, helpOpen, history, make, message, online, opened, operationOf, queue, queueOpen, room, ROOMS, section, shown, theme, type Room } from './state';
import { language, say } from './words';

const THEMES = ['auto', 'light', 'dark'] as const;

function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
}

function Studio() {
  useEffect(() => {
    const follow = () => {
      const [name, part] = location.hash.replace('#/', '').split('/');
      if (name === 'lecture' && part) section.value = part;
      if ([...ROOMS, 'api'].includes(name)) room.value = name as Room;
    };
    follow();
    addEventListener('hashchange', follow);
    addEventListener('keydown', key);
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', (event) => {
      event.preventDefault();
      if (event.dataTransfer?.files.length) void dropped([...event.dataTransfer.files]);
    });
    noteMathFont();
    document.body.dataset.ready = 'true';
  }, []);
  useEffect(() => document.querySelector('.rooms [aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' }), [room.value]);
  const busy = (queue.value?.waiting.length ?? 0) + (queue.value?.running ? 1 : 0);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{say('skip')}</a>
      <header class="top">
        <h1><img src="/page/icon.svg" alt="" width="26" height="26" />Pareidolia</h1>
        <nav class="rooms" aria-label="Pareidolia">
          {ROOMS.map((name) => (
            <button type="button" aria-current={room.value === name ? 'page' : undefined} onClick={() => go(name)}>{say(name)}</button>
          ))}
        </nav>
        <div class="tools">
          <button type="button" class="queue-button" aria-expanded={queueOpen.value} aria-label={`${say('queue')}: ${busy}`} title={say('queue')} onClick={() => (queueOpen.value = !queueOpen.value)}>
            <Icon name="list" />
            <span>{say('queue')}</span>
            {busy > 0 && <span class="count">{busy}</span>}
          </button>
          <button type="button" class="icon-button text" onClick={() => (language.value = language.value === 'en' ? 'ru' : 'en')} lang={language.value === 'en' ? 'ru' : 'en'} aria-label={language.value === 'en' ? 'Русский' : 'English'} title={language.value === 'en' ? 'Русский' : 'English'}>
            {language.value === 'en' ? 'Русский' : 'English'}
          </button>
          <IconButton icon={{ auto: 'half', light: 'sun', dark: 'moon' }[theme.value]} title={`${say('theme')}: ${say(theme.value)}`} onClick={nextTheme} />
          <IconButton icon="keys" title={say('keys')} onClick={() => (helpOpen.value = true)} />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {room.value === 'gallery' ? <Gallery /> : room.value === 'lecture' ? <LectureRoom /> : room.value === 'api' ? <ApiPage /> : <RoomView key={room.value} name={room.value} />}
      </main>
      <QueuePanel />
      <footer class="foot quiet">
        <span>{queue.value?.worker.ready ? queue.value.worker.device : say('warming')}</span>
        <a href="#/api">API</a>
        <span>{forms.value?.version}</span>
      </footer>
      {comparing.value.length === 2 && <CompareDialog />}
      <HelpDialog />
      <div class="messages" role="status" aria-live="polite">
        {!online.value && <p class="message bad">{say('offline')}</p>}
        {message.value && <p class={`message ${message.value.bad ? 'bad' : ''}`}>{message.value.text}</p>}
      </div>
    </>
  );
}

function key(event: KeyboardEvent): void {
  const element = event.target as HTMLElement;
  const name = event.key.toLowerCase();
  const operation = operationOf(room.value);
  if ((event.ctrlKey || event.metaKey) && name === 'enter' && operation) {
    (element as HTMLInputElement).blur?.(); // what is being typed counts
    document.querySelector<HTMLButtonElement>('#make')?.focus();
    return void make(operation.name);
  }
  if (event.ctrlKey || event.metaKey || event.altKey || element.closest('input:not([type=range]):not([type=checkbox]), select, textarea, dialog')) return;
  const job = everyJob.value.get(shown.value[room.value] ?? '');
  const running = queue.value?.running;
  const actions: Record<string, () => unknown> = {
    q: () => (queueOpen.value = !queueOpen.value),
    p: () => queue.value && attempt(() => api.queue({ paused: !queue.value!.paused })),
    s: () => running && attempt(() => api.stop(running.id)),
    c: () => (job ?? history.value[0]) && compare(job ?? history.value[0]),
    t: nextTheme,
    '?': () => (helpOpen.value = true),
    '/': () => {
      go('gallery');
      setTimeout(() => document.getElementById('search')?.focus());
    },
  };
  const number = Number(event.key);
  if (number >= 1 && number <= ROOMS.length) go(ROOMS[number - 1]);
  else if (name in actions) actions[name]();
  else return;
  event.preventDefault();
}

effect(() => {
  document.documentElement.lang = language.value;
  document.documentElement.dataset.theme = theme.value;
  document.title = `Pareidolia · ${say(room.value)}`;
  void opened.value;
});

const place = document.getElementById('studio')!;
render(<main><p class="stage-note">…</p></main>, place);
void begin().then(
  () => render(<Studio />, place),
  (error) => render(<main><p class="stage-note bad">{say('offline')} {String(error.message ?? error)}</p></main>, place),
);
