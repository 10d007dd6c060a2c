import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';

// The command in few files, since Node takes longer to find and open a hundred than to run them; and what V8 made of
// the main one, so that it need not be compiled again. What a command does not always need is behind `import()`, and
// stays in files of its own. The library is what tsc makes.

/** A digest of all code that the command is made of: of what was kept by another build, nothing is believed. */
function buildDigest() {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...sources, 'package-lock.json', 'scripts/bundle.js'])
    hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest('hex');
}

const digest = buildDigest();
rmSync('dist/command', { recursive: true, force: true });
await build({
  input: { start: 'src/run.ts' },
  platform: 'node',
  external: ['highs'],
  transform: { define: { STOWAGE_BUILD: JSON.stringify(digest) } },
  output: {
    dir: 'dist/command',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    format: 'cjs',
    sourcemap: true,
    // Names stay, for whoever reads where a defect was; blanks and comments are a third of what is to be read.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    // What the main command needs in any case, in one file; the others share it.
    codeSplitting: { groups: [{ name: 'core', test: /src\/commands\/add-machine\.ts$/ }] },
  },
});

// V8 takes code back only of the very V8 that made it, but looks at no more of the source than its length: so the file
// has the name of the build, and is read by this build alone.
const code = `core.${digest.slice(0, 16)}.code`;
writeFileSync(
  'dist/command/load.js',
  `import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

const require = createRequire(import.meta.url);
const path = require.resolve('./core.cjs');
let cachedData;
try {
  cachedData = readFileSync(new URL('./${code}', import.meta.url));
} catch {
  // Without it, the code is compiled.
}
export const script = new Script(Module.wrap(readFileSync(path, 'utf8')), { filename: path, cachedData });
const core = new Module(path);
core.filename = path;
require.cache[path] = core;
script.runInThisContext()(core.exports, createRequire(path), core, path, dirname(path));
core.loaded = true;
export const { run, start } = require('./start.cjs');
`,
);
writeFileSync(
  'dist/cli.js',
  `#!/usr/bin/env node
import { start } from './command/load.js';

await start();
`,
);

// Functions are compiled when they are first called, so the main command is called: reading its files, and warm.
const { run, script } = await import('../dist/command/load.js');
const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
const silent = { env: { XDG_CACHE_HOME: scratch }, out() {}, err() {}, progress() {} };
for (const _ of ['cold', 'warm']) {
  const exit = await run(['add-machine', 'kvm', '--constraints', 'cores=2 mem=4G', '--cloud', 'aws'], silent);
  if (exit !== 0) throw new Error(`the command that was built ends with ${exit}`);
}
rmSync(scratch, { recursive: true });
writeFileSync(join('dist/command', code), script.createCachedData());
