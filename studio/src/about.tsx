/** The keys, and the API on a page. */

import { useEffect, useState } from 'preact/hooks';
import { Dialog } from './parts';
import { helpOpen, ROOMS } from './state';
import { say, type Word } from './words';

const KEYS: [string, Word][] = [
  ['1 … 8', 'gallery'],
  ['Ctrl Enter', 'make'],
  ['S', 'stop'],
  ['P', 'pause'],
  ['Q', 'queue'],
  ['C', 'compare'],
  ['/', 'search'],
  ['Ctrl Z', 'undo'],
  ['T', 'theme'],
  ['?', 'keys'],
  ['Esc', 'close'],
];

export function HelpDialog() {
  if (!helpOpen.value) return null;
  return (
    <Dialog title={say('keys')} close={() => (helpOpen.value = false)}>
      <dl class="settings">
        {KEYS.map(([key, word]) => (
          <>
            <dt><kbd>{key}</kbd></dt>
            <dd>{key.startsWith('1') ? ROOMS.map(say).join(', ') : say(word)}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}

interface Call { summary: string }

export function ApiPage() {
  const [paths, setPaths] = useState<Record<string, Record<string, Call>>>({});
  useEffect(() => void fetch('/openapi.json').then((answer) => answer.json()).then((found) => setPaths(found.paths)), []);
  return (
    <div class="api">
      <p>{say('apiHelp')} <a href="/openapi.json">/openapi.json</a></p>
      <dl>
        {Object.entries(paths).flatMap(([path, calls]) =>
          Object.entries(calls).map(([method, call]) => (
            <>
              <dt><code>{method.toUpperCase()} {path}</code></dt>
              <dd>{call.summary}</dd>
            </>
          )),
        )}
      </dl>
    </div>
  );
}
