import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/cli.ts';

/** Which rooms a room may import. Data flows one way; siblings do not know each other. */
const leaves = ['diagnostic', 'quantity'];
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  diagnostic: [],
  document: ['diagnostic'],
  quantity: [],
  catalog: [...leaves],
  sources: [...leaves, 'document', 'catalog'],
  rules: [...leaves, 'document', 'catalog'],
  request: [...leaves, 'catalog'],
  juju: [...leaves, 'catalog', 'request'],
  match: [...leaves, 'catalog', 'rules', 'request'],
  search: [...leaves, 'catalog', 'rules', 'request', 'match'],
  explain: [...leaves, 'catalog', 'rules', 'request', 'match'],
  solve: [...leaves],
  plan: [
    ...leaves,
    'document',
    'catalog',
    'sources',
    'rules',
    'request',
    'juju',
    'match',
    'search',
    'explain',
    'solve',
  ],
  definition: [...leaves, 'catalog', 'rules', 'request', 'match'],
  verify: [...leaves, 'document', 'catalog', 'rules', 'request', 'match', 'definition', 'plan'],
  workbench: [
    ...leaves,
    'document',
    'catalog',
    'sources',
    'rules',
    'request',
    'juju',
    'match',
    'search',
    'explain',
    'solve',
    'plan',
  ],
  render: [...leaves, 'plan', 'workbench'],
  storage: [...leaves, 'document', 'catalog', 'sources', 'rules'],
  commands: [
    ...leaves,
    'document',
    'catalog',
    'request',
    'rules',
    'match',
    'solve',
    'plan',
    'verify',
    'workbench',
    'render',
    'storage',
  ],
};
/** Only these may touch files, sockets, the clock or chance. */
const OUTSIDE = ['storage', 'commands'];
const TOUCHES = /from 'node:|\bDate\.now\b|new Date\(|Math\.random|performance\.now|process\.|localeCompare|toLocale/;

const source = join(ROOT, 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const roomOf = (file: string): string => (file.includes('/') ? file.split('/')[0]! : '');

describe('rooms', () => {
  it('are all named here', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => room !== '').sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it('import one way', () => {
    const broken: string[] = [];
    for (const file of files.filter((name) => roomOf(name) !== '')) {
      const room = roomOf(file);
      for (const [, target = ''] of readFileSync(join(source, file), 'utf8').matchAll(/from '(\.[^']+)'/g)) {
        const parts = target.split('/');
        const other = parts[0] === '.' ? room : parts[1]!;
        if (other !== room && !ALLOWED[room]!.includes(other)) broken.push(`${file} imports ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  // Whoever checks must not lean on who is checked.
  it('verify with nothing of plan but the schema and the readers of problems, nor of match but images', () => {
    const own = files.filter((file) => ['definition', 'verify'].includes(roomOf(file)));
    const imported = own.flatMap((file) =>
      [...readFileSync(join(source, file), 'utf8').matchAll(/from '\.\.\/((?:plan|match)\/[^']+)'/g)].map(
        ([, target]) => target,
      ),
    );
    expect([...new Set(imported)].sort()).toEqual([
      'match/compiled.ts',
      'match/images.ts',
      'plan/model-problem.ts',
      'plan/problem.ts',
      'plan/schema.ts',
    ]);
  });

  // Whoever trusts a proof has to be able to read what checks it.
  it('verify models in no more than 500 lines of code', () => {
    const own = files.filter((file) => /^verify\/(model.*|compare)\.ts$/.test(file));
    const lines = own.flatMap((file) => readFileSync(join(source, file), 'utf8').split('\n'));
    const code = lines.filter((line) => !/^\s*($|\/\/|\/\*|\*)/.test(line));
    expect(code.length).toBeGreaterThan(300);
    expect(code.length).toBeLessThanOrEqual(500);
  });

  it('take files, clock and chance as arguments', () => {
    const broken = files.filter(
      (file) =>
        roomOf(file) !== '' &&
        !OUTSIDE.includes(roomOf(file)) &&
        TOUCHES.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(broken).toEqual([]);
  });
});
