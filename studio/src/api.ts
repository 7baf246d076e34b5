/** The server: types of what it answers, and calls. */

export interface Property {
  type?: string;
  enum?: string[];
  anyOf?: Property[];
  items?: Property;
  prefixItems?: Property[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  default?: unknown;
  description?: string;
  group?: string;
  methods?: string[];
}

export interface InputForm {
  name: string;
  help: string;
  kind: 'picture' | 'photos' | 'run' | 'atlas' | 'latent point' | 'sum' | 'data' | 'text';
  many: boolean;
  required: boolean;
  default: string | null;
  weights: string;
}

export interface Operation {
  name: string;
  room: string;
  line: string;
  proceeds: string;
  out: string;
  video: boolean;
  inputs: InputForm[];
  schema: { properties: Record<string, Property>; required?: string[] };
  presets: { en: string; ru: string; settings: Values }[];
}

export type Values = Record<string, unknown>;
export type Inputs = Record<string, string | string[]>;

export interface Job {
  id: string;
  operation: string;
  inputs: Inputs;
  settings: Values;
  client: string;
  created: number;
  state: 'waiting' | 'running' | 'done' | 'stopped' | 'failed';
  video: boolean;
  group: string;
  seconds: number;
  caption: string;
  message: string;
  rows: Values[];
  losses: Record<string, number>[];
  file: string;
  files: string[];
  width: number;
  height: number;
  note: string;
  star: boolean;
}

export interface Picture {
  id: string;
  name: string;
  width: number;
  height: number;
  video: boolean;
  job?: Job | null;
}

export interface Progress {
  id: string;
  index: number;
  total: number;
  share: number;
  stage: string;
  size: string;
  losses: Record<string, number>;
  preview: boolean;
}

export interface Queue {
  paused: boolean;
  running: Job | null;
  progress: Partial<Progress>;
  waiting: Job[];
  worker: { ready: boolean; device: string };
}

/** The queue as an event has it. */
export interface Order {
  paused: boolean;
  running: string | null;
  waiting: string[];
  worker: { ready: boolean; device: string };
}

export interface Section {
  key: string;
  part: string;
  title: string;
  idea: string[];
  formulas: string[];
  source: string[];
  papers: string[];
}

export interface Texts {
  help: Record<string, string>;
  lecture: { parts: Record<string, string>; code: string; papers: string; sections: Section[] };
}

export interface Forms {
  operations: Operation[];
  networks: string[];
  runs: string[];
  samples: string[];
  version: string;
}

const token = () => document.querySelector<HTMLMetaElement>('meta[name="studio-token"]')!.content;

function clientName(): string {
  let name = localStorage.getItem('client');
  if (!name) localStorage.setItem('client', (name = crypto.getRandomValues(new Uint32Array(3)).join('-')));
  return name;
}

export class Refused extends Error {}

async function call<T>(method: string, path: string, body?: BodyInit, keepalive = false): Promise<T> {
  const answer = await fetch(`/api${path}`, {
    method,
    body,
    keepalive,
    headers: method === 'GET' ? {} : { 'X-Studio-Token': token(), 'X-Studio-Client': clientName() },
  }).catch(() => {
    throw new Refused('offline');
  });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused((found as { error?: string }).error ?? `${answer.status}`);
  return found as T;
}

const json = (what: unknown) => JSON.stringify(what);

export const api = {
  forms: () => call<Forms>('GET', '/forms'),
  texts: (language: string) => call<Texts>('GET', `/texts/${language}`),
  ofOperation: (name: string) => call<Job[]>('GET', `/jobs?operation=${encodeURIComponent(name)}&count=200`),
  state: () => call<{ queue: Queue; history: Job[]; pictures: Picture[]; session: Values }>('GET', '/state'),
  /** A page that is left may still send it, if it is below 64 KiB. */
  keepSession: (session: unknown, leaving: boolean) => call('PUT', '/session', json(session), leaving),
  submit: (request: object) => call<Job[]>('POST', '/jobs', json(request)),
  /** Small, so a page that is left sends it too. */
  edit: (id: string, change: object) => call<Job>('PATCH', `/jobs/${id}`, json(change), true),
  remove: (id: string) => call('DELETE', `/jobs/${id}`),
  stop: (id: string) => call<Job>('POST', `/jobs/${id}/stop`),
  goOn: (id: string) => call<Job>('POST', `/jobs/${id}/go-on`),
  code: (id: string) => call<{ command: string; python: string }>('GET', `/jobs/${id}/code`),
  queue: (change: object) => call<Queue>('PATCH', '/queue', json(change)),
  search: (search: string, before?: number) =>
    call<Job[]>('GET', `/jobs?search=${encodeURIComponent(search)}${before ? `&before=${before}` : ''}`),
  upload: (file: Blob, name: string) => call<Picture>('POST', `/pictures?name=${encodeURIComponent(name)}`, file),
  origin: (id: string) => call<{ operation: string; settings: Values; inputs: Inputs }>('GET', `/pictures/${id}/origin`),
  ask: <T>(question: string, about: object) => call<T>('POST', `/questions/${question}`, json(about)),
};

/** Where a picture of a reference is: small, or whole. */
export function sourceOf(reference: string, small = true): string {
  const [kind, name] = [reference.slice(0, reference.indexOf(':')), reference.slice(reference.indexOf(':') + 1)];
  if (kind === 'sample') return `/api/samples/${name}${small ? '' : '?whole'}`;
  if (kind === 'job') return `/api/jobs/${name}/${small ? 'thumbnail' : 'result'}`;
  return `/api/pictures/${name}${small ? '/thumbnail' : ''}`;
}

export const isPicture = (reference: string) => /^(picture|job|sample):/.test(reference);
