// Bundle the viewer into one page, and gather the licences of what is bundled.
//
//     npm ci && npm run build
//
// writes ../src/pareidolia/atlas/viewer/index.html and LICENSES.txt; both are committed.

import { readFileSync } from 'node:fs';
import { licences, script, style, target, write } from '../bundle.mjs';

const bundled = await script('src/main.ts');
const sheet = await style('src/style.css');
const page = readFileSync('src/page.html', 'utf8')
  .replace('/*STYLE*/', () => sheet)
  .replace('/*SCRIPT*/', () => bundled.text);
write(target('../src/pareidolia/atlas/viewer'), {
  'index.html': page,
  'LICENSES.txt': licences(bundled.inputs, 'The atlas viewer (index.html)'),
});
