import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

// The command in few files, since Node takes longer to find and open a hundred than to run them. What a command does
// not always need is behind `import()`, and stays in files of its own. The library is what tsc makes.

/** A digest of all code that the command is made of: of what was kept by another build, nothing is believed. */
function buildDigest() {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...sources, 'package-lock.json']) hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest('hex');
}

await build({
  input: 'src/cli.ts',
  platform: 'node',
  transform: { define: { STOWAGE_BUILD: JSON.stringify(buildDigest()) } },
  output: {
    dir: 'dist',
    entryFileNames: 'cli.js',
    chunkFileNames: 'command/[name].js',
    format: 'esm',
    sourcemap: true,
    // What the main command needs in any case, in one file; the others share it.
    codeSplitting: { groups: [{ name: 'core', test: /src\/commands\/add-machine\.ts$/ }] },
    // Names stay, for whoever reads where a defect was; blanks and comments are a third of what is to be read.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  },
});
