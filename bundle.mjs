// What the pages' builds share: bundling, and gathering the licences of what is bundled.

import { build } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that a build writes to: the argument, or the place in the package. */
export const target = (place) => process.argv[2] ?? place;

/** One minified script, and the files that went into it. */
export async function script(entry, options = {}) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    ...options,
  });
  return { text: result.outputFiles[0].text, inputs: Object.keys(result.metafile.inputs) };
}

export async function style(entry) {
  const result = await build({ entryPoints: [entry], bundle: true, minify: true, write: false });
  return result.outputFiles[0].text;
}

export function write(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    console.log(`${join(folder, name)}: ${(text.length / 1024).toFixed(0)} KiB`);
  }
}

/** The licences of the packages among the inputs, under a first line. */
export function licences(inputs, title) {
  const folders = new Set(inputs.filter((path) => path.includes('node_modules/')).map(packageFolder));
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : inherited(folder, license);
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `${title} contains the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
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
