/** What the page holds: forms, queue, history, drafts of each operation; kept in step with the server. */

import { batch, computed, effect, signal } from '@preact/signals';
import { api, Refused, type Forms, type Inputs, type Job, type Operation, type Order, type Picture, type Progress, type Queue, type Values } from './api';
import { label, language, say, texts } from './words';

export interface Draft {
  inputs: Inputs;
  settings: Values;
  video: boolean;
}

export const ROOMS = ['paint', 'dream', 'look', 'classes', 'atlas', 'imagine', 'lecture', 'gallery'] as const;
export type Room = (typeof ROOMS)[number] | 'api';

export const forms = signal<Forms | null>(null);
export const queue = signal<Queue | null>(null);
export const progress = signal<Partial<Progress>>({});
export const history = signal<Job[]>([]);
export const pictures = signal<Picture[]>([]);
/** Jobs of earlier days that a room looked for by their operation. */
export const older = signal<Job[]>([]);
export const presets = signal<Record<string, Record<string, Values>>>({});
/** The section of the lecture in sight. */
export const section = signal('latent');
export const drafts = signal<Record<string, Draft>>({});
export const chosen = signal<Record<string, string>>({});
export const shown = signal<Record<string, string>>({});
export const room = signal<Room>('paint');
export const theme = signal<'auto' | 'light' | 'dark'>('auto');
export const online = signal(true);
export const message = signal<{ text: string; bad: boolean } | null>(null);
export const comparing = signal<string[]>([]);
export const opened = signal<string | null>(null);
export const queueOpen = signal(false);
export const helpOpen = signal(false);

export const operations = computed(() => {
  const found = new Map<string, Operation>();
  for (const each of forms.value?.operations ?? []) found.set(each.name, each);
  return found;
});

export const operationsOf = (name: string) => (forms.value?.operations ?? []).filter((each) => each.room === name);

/** The operation that a room shows. */
export function operationOf(name: string): Operation | undefined {
  return operations.value.get(chosen.value[name] ?? '') ?? operationsOf(name)[0];
}

export const draftOf = (operation: string): Draft => drafts.value[operation] ?? { inputs: {}, settings: {}, video: false };

export function changeDraft(operation: string, change: Partial<Draft>): void {
  drafts.value = { ...drafts.value, [operation]: { ...draftOf(operation), ...change } };
}

export const everyJob = computed(() => {
  const found = new Map<string, Job>();
  for (const job of older.value) found.set(job.id, job);
  for (const job of history.value) found.set(job.id, job);
  for (const job of queue.value?.waiting ?? []) found.set(job.id, job);
  if (queue.value?.running) found.set(queue.value.running.id, queue.value.running);
  return found;
});

/** Atlases that were built here, the latest first. */
export const built = computed(() => [...everyJob.value.values()].filter((job) => job.operation === 'atlas build' && job.file && job.state === 'done').sort((one, other) => other.created - one.created));

/** Look for the jobs of an operation, also those that the latest history no longer has. */
export async function lookFor(operation: string): Promise<void> {
  const found = await attempt(() => api.ofOperation(operation));
  if (found) older.value = [...older.value.filter((each) => each.operation !== operation), ...found];
}

let quiet = 0;

export function tell(text: string, bad = false): void {
  message.value = { text, bad };
  clearTimeout(quiet);
  quiet = window.setTimeout(() => (message.value = null), bad ? 9000 : 4000);
}

/** Do something with the server; what it refuses is said. */
export async function attempt<T>(what: () => Promise<T>): Promise<T | undefined> {
  try {
    return await what();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message === 'offline' ? say('offline') : error.message, true);
    return undefined;
  }
}

export async function begin(): Promise<void> {
  const [found, state] = await Promise.all([api.forms(), api.state()]);
  batch(() => {
    for (const input of found.operations.flatMap((each) => each.inputs)) if (input.kind === 'run') input.default ??= found.runs[0];
    forms.value = found;
    takeQueue(state.queue);
    progress.value = state.queue.progress;
    history.value = state.history;
    pictures.value = state.pictures;
    restore(state.session);
    showPending(state.queue);
  });
  listen();
  effect(() => {
    const wanted = language.value;
    void attempt(() => api.texts(wanted)).then((found) => found && (texts.value = found));
  });
  let first = true;
  effect(() => {
    const session = { drafts: drafts.value, chosen: chosen.value, shown: shown.value, language: language.value, theme: theme.value, presets: presets.value, section: section.value };
    if (!first) keepSoon(session);
    first = false;
  });
  window.addEventListener('pagehide', keepWhatIsTyped);
}

/** A field that is left tells what was typed in it. */
function keepWhatIsTyped(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  keepNow(true);
}

function restore(session: Values): void {
  if (session.drafts) drafts.value = session.drafts as Record<string, Draft>;
  if (session.chosen) chosen.value = session.chosen as Record<string, string>;
  if (session.shown) shown.value = session.shown as Record<string, string>;
  if (session.language === 'en' || session.language === 'ru') language.value = session.language;
  if (session.theme) theme.value = session.theme as 'auto';
  if (session.presets) presets.value = session.presets as Record<string, Record<string, Values>>;
  if (typeof session.section === 'string') section.value = session.section;
}

/** What is being made, or comes next, is in sight, whoever began it: the session may not have heard of it yet. */
function showPending({ running, waiting }: Queue): void {
  const job = running ?? waiting[0];
  const place = job && operations.value.get(job.operation)?.room;
  if (place) show(place, job.id);
}

let keeping = 0;
let unkept: object | undefined;

function keepSoon(session: object): void {
  unkept = session;
  clearTimeout(keeping);
  keeping = window.setTimeout(() => keepNow(false), 400);
}

function keepNow(leaving: boolean): void {
  clearTimeout(keeping);
  const session = unkept;
  unkept = undefined;
  if (session) void attempt(() => api.keepSession(session, leaving));
}

function listen(): void {
  const source = new EventSource('/api/events');
  source.onopen = () => {
    if (!online.value) void refresh();
    online.value = true;
  };
  source.onerror = () => (online.value = false);
  source.onmessage = (event) => {
    const { kind, ...what } = JSON.parse(event.data);
    if (kind === 'queue') ordered(what as Order);
    else if (kind === 'progress') progress.value = what;
    else if (kind === 'job') heard(what.job as Job);
    else if (kind === 'removed') pending.delete(what.id), [history, older].forEach((each) => (each.value = each.value.filter((job) => job.id !== what.id)));
    else if (kind === 'look anew') void refresh();
  };
}

async function refresh(): Promise<void> {
  const state = await attempt(api.state);
  if (!state) return;
  batch(() => {
    takeQueue(state.queue);
    history.value = state.history;
    pictures.value = state.pictures;
  });
}

/** Jobs that wait or are under way, by their ids, as an event of the queue names them. */
const pending = new Map<string, Job>();

function takeQueue(found: Queue): void {
  for (const job of [...found.waiting, ...(found.running ? [found.running] : [])]) pending.set(job.id, job);
  queue.value = found;
}

/** The queue as an event has it; a job in it that was not heard of is looked up with all else. */
function ordered({ running, waiting, ...rest }: Order): void {
  if ([...waiting, ...(running ? [running] : [])].some((id) => !pending.has(id))) return void refresh();
  const jobs = waiting.map((id) => pending.get(id)!);
  queue.value = { ...rest, running: running ? pending.get(running)! : null, waiting: jobs, progress: {} };
  if (!running) progress.value = {};
}

function heard(job: Job): void {
  const finished = job.state === 'done' || job.state === 'stopped' || job.state === 'failed';
  if (finished) pending.delete(job.id);
  else {
    pending.set(job.id, job);
    if (history.value.some((each) => each.id === job.id)) history.value = history.value.filter((each) => each.id !== job.id);
    return;
  }
  const known = history.value.some((each) => each.id === job.id);
  history.value = known
    ? history.value.map((each) => (each.id === job.id ? job : each))
    : [job, ...history.value].sort((one, other) => other.created - one.created);
}

export async function make(name: string, grid?: Record<string, unknown[]>): Promise<void> {
  const operation = operations.value.get(name)!;
  const { inputs, settings, video } = draftOf(name);
  const assumed = operation.inputs.map((each) => [each.name, each.default ?? (each.kind === 'atlas' && built.value.length ? `job:${built.value[0].id}` : '')] as const);
  const given = { ...filled(Object.fromEntries(assumed)), ...filled(inputs) };
  const missing = operation.inputs.filter((each) => each.required && !given[each.name]?.length);
  if (missing.length) return tell(`${say('stillNeeded')}: ${missing.map((each) => label(each.name)).join(', ')}`, true);
  const asked = await attempt(() => api.submit({ operation: name, inputs: given, settings, video, ...(grid && { grid }) }));
  if (!asked) return;
  show(operation.room, asked[0].id);
  if (innerWidth <= 900) setTimeout(() => document.querySelector('.stage')?.scrollIntoView({ behavior: 'smooth' }));
}

const filled = (inputs: Inputs) => Object.fromEntries(Object.entries(inputs).filter(([, value]) => value.length));

export function show(name: string, job: string): void {
  shown.value = { ...shown.value, [name]: job };
}

/** Everything of a job, or all but the seed, back into its form. */
export function reuse(job: { operation: string; inputs: Inputs; settings: Values; video?: boolean }, withSeed = true): void {
  const operation = operations.value.get(job.operation);
  if (!operation) return tell(`${job.operation}?`, true);
  const settings: Values = {};
  for (const [name, property] of Object.entries(operation.schema.properties)) {
    if (name === 'seed' && !withSeed) settings.seed = Math.floor(Math.random() * 1e6);
    else if (JSON.stringify(job.settings[name]) !== JSON.stringify(property.default ?? null)) settings[name] = job.settings[name];
  }
  batch(() => {
    changeDraft(job.operation, { inputs: { ...job.inputs }, settings, video: job.video ?? false });
    chosen.value = { ...chosen.value, [operation.room]: operation.name };
    opened.value = null;
    comparing.value = [];
    go(operation.room as Room);
  });
  tell(say(withSeed ? 'settingsBack' : 'settingsBackButSeed'));
}

export function go(name: Room): void {
  room.value = name;
  const place = name === 'lecture' ? `lecture/${section.value}` : name;
  if (location.hash !== `#/${place}`) location.hash = `#/${place}`;
}

/** Upload pictures; one that was made here brings its settings back if asked. */
export async function upload(files: Iterable<File>): Promise<Picture[]> {
  const found: Picture[] = [];
  for (const file of files) {
    const picture = await attempt(() => api.upload(file, file.name));
    if (!picture) continue;
    found.push(picture);
    pictures.value = [picture, ...pictures.value.filter((each) => each.id !== picture.id)];
  }
  return found;
}
