// Bundle the studio's page, and gather the licences of what is bundled.
//
//     npm ci && npm run build
//
// writes ../src/pareidolia/studio/page/; all of it is committed.

import { readFileSync } from 'node:fs';
import { licences, script, style, target, write } from '../bundle.mjs';

const bundled = await script('src/main.tsx', { jsx: 'automatic', jsxImportSource: 'preact' });
write(target('../src/pareidolia/studio/page'), {
  'index.html': readFileSync('src/page.html', 'utf8'),
  'studio.js': bundled.text,
  'studio.css': await style('src/style.css'),
  'icon.svg': readFileSync('src/icon.svg', 'utf8'),
  'LICENSES.txt': licences(bundled.inputs, "The studio's page"),
});
