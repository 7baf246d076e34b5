// Bundle the viewer into one page, and gather the licences of what is bundled.
//
//     npm ci && npm run build
//
// writes ../src/pareidolia/atlas/viewer/index.html and LICENSES.txt; both are committed.

import { build } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const target = '../src/pareidolia/atlas/viewer';

const result = await build({
  entryPoints: ['src/main.ts'],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  write: false,
  define: { 'process.env.NODE_ENV': '"production"' },
});
const style = await build({ entryPoints: ['src/style.css'], minify: true, write: false });

const page = readFileSync('src/page.html', 'utf8')
  .replace('/*STYLE*/', () => style.outputFiles[0].text)
  .replace('/*SCRIPT*/', () => result.outputFiles[0].text);
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'index.html'), page);
writeFileSync(join(target, 'LICENSES.txt'), licences(Object.keys(result.metafile.inputs)));
console.log(`${target}/index.html: ${(page.length / 1024).toFixed(0)} KiB`);

function licences(inputs) {
  const folders = new Set(inputs.filter((path) => path.startsWith('node_modules')).map(packageFolder));
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : inherited(folder, license);
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `The atlas viewer (index.html) contains the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

// Packages of one project that carry no licence file of their own share that of its core.
function inherited(folder, license) {
  const core = join(dirname(folder), 'core');
  const file = existsSync(core) && readdirSync(core).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${folder} (${license}) has no licence text`);
  return readFileSync(join(core, file), 'utf8').trim();
}

function packageFolder(path) {
  const parts = path.split('/');
  const at = parts.lastIndexOf('node_modules');
  return parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}
