import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { followTutorial } from '../scripts/tutorial.ts';
import { answer, compile, loadCatalog, loadRules, parseRequest } from '../src/index.ts';
import { CLI, ROOT } from './support/cli.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const shown = [...readme.matchAll(/```console\n\$ (npx stowage [^\n]*)\n([\s\S]*?)```/g)];

describe('the README', () => {
  it('shows commands', () => expect(shown.length).toBeGreaterThan(5));

  it.each(shown.map(([, command = '', output = '']) => [command, output]))('$ %s', (command, output) => {
    const ran = spawnSync(
      'sh',
      ['-c', `${command.replaceAll('npx stowage', `"${process.execPath}" dist/cli.js`)} 2>&1`],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    expect(ran.stdout).toBe(output);
  });

  it('starts with the main job, set up and run by one command', () => {
    const [first] = readme.matchAll(/\$ npm ci && (npx stowage add-machine [^\n]*)/g);
    expect(shown.map(([, command]) => command)).toContain(first?.[1]);
  });

  it('has an example of the library that runs', () => {
    const catalog = loadCatalog({ clouds: ['aws'] });
    const rules = loadRules(['default']);
    const request = parseRequest({ placement: 'kvm', constraints: 'cores=2 mem=4G region=us-east-1' });
    if (!catalog.ok || !rules.ok || !request.ok) throw new Error('the shipped data are damaged');
    const { machines, cost } = answer(compile(catalog.value, rules.value), request.value);
    expect(readme).toContain(`// ${machines[0]?.type} ${cost}`);
  });

  it('gives the catalog its true size', () => {
    const catalog = loadCatalog();
    if (!catalog.ok) throw new Error('the shipped data are damaged');
    const words = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
    expect(readme).toContain(
      `${words(catalog.value.types.size)} instance types and ${words(catalog.value.offers.size)} dated prices`,
    );
  });
});

describe('the tutorial for rule authors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-tutorial-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const page = readFileSync(join(ROOT, 'rules', 'README.md'), 'utf8');

  it('runs from an empty folder, and prints what it shows', () => {
    expect(page.match(/```console/g)?.length).toBeGreaterThan(8);
    expect(followTutorial(page, `"${process.execPath}" "${CLI}"`, folder)).toBe(page);
  });
});
