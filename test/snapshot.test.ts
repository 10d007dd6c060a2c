import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  type Answer,
  answer,
  compile,
  loadCatalog,
  loadRules,
  parseRequest,
  type RequestInput,
  snapshotOf,
  solveProblem,
} from '../src/index.ts';
import { stowage } from './support/cli.ts';

/** Snapshots of questions to the shipped catalog, as users make them. */

const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const file = (name: string, text = ''): string => {
  const path = join(scratch, name);
  if (text !== '') writeFileSync(path, text);
  return path;
};

/** What a snapshot promises, and the alternatives, without counts, digests and places. */
const promised = (given: Answer) => ({
  status: given.status,
  cost: given.cost,
  machines: given.machines,
  next: given['runner-up'],
  others: [given['juju-launchable'], given['full-speed'], given['other-arch'], given['juju-pick']],
  nearest: given.nearest,
  top: given.top,
  conflicts: given.conflicts?.map(({ needs }) => needs.map(({ need, text, closest }) => [need, text, closest])),
  relaxations: given.relaxations,
  front: given.front,
  savings: given.explanation.savings,
  unpriced: given.explanation.unpriced,
  steps: given.steps,
});

const prices = file(
  'prices.yaml',
  `format: stowage.prices/1
prices:
  aws:t3a.medium@eu-west-1: {price: 0.0125, reason: reserved}
  aws:m7a.*@eu-*: [{price: -12%, market: any}, {price: "+0.0001"}]
  aws:m8i-flex.2xlarge@eu-west-1: 0.05
`,
);

interface Case extends RequestInput {
  readonly constraints: string;
  readonly prices?: readonly string[];
  readonly packs?: readonly string[];
  readonly top?: number;
  readonly status: Answer['status'];
}

const CASES: Readonly<Record<string, Case>> = {
  'nothing fits': {
    placement: 'kvm',
    constraints: 'cloud=aws region=eu-west-1 mem=64G arch=arm64 max-price=0.05',
    status: 'infeasible',
  },
  'a system container, the best three': {
    placement: 'lxd',
    constraints: 'cloud=aws region=us-east-1 cores=2 mem=4G',
    top: 3,
    status: 'optimal',
  },
  'prices of one’s own and policies': {
    placement: 'kvm',
    constraints: 'cloud=aws region=eu-west-1 mem=4G',
    attributes: { env: 'production' },
    prices: [prices],
    packs: ['rules/examples/policies'],
    status: 'optimal',
  },
  'facts that nobody knows': {
    placement: 'kvm>=8.2',
    constraints: 'cloud=azure region=westeurope mem=8G',
    status: 'optimal',
  },
  'several machines in any region, more than the budget': {
    constraints: 'cloud=aws mem=8G cores=4 budget=100',
    count: 3,
    status: 'infeasible',
  },
};

describe('a snapshot of a question to the shipped catalog', () => {
  it.each(Object.entries(CASES))('%s', (_, { status, prices: own = [], packs = [], top = 1, ...input }) => {
    const [, cloud = ''] = /cloud=(\w+)/.exec(input.constraints) ?? [];
    const catalog = loadCatalog({ clouds: [cloud], prices: own });
    const rules = loadRules(['default', ...packs]);
    const request = parseRequest(input);
    if (!catalog.ok || !rules.ok || !request.ok) throw new Error('damaged');
    const compiled = compile(catalog.value, rules.value);
    const whole = answer(compiled, request.value, { top });
    const snapshot = snapshotOf(compiled, request.value, ['default', ...packs], { top });
    if (!snapshot.ok) throw new Error(JSON.stringify(snapshot.diagnostics));
    const text = JSON.stringify(snapshot.value);
    const again = solveProblem(JSON.parse(text));
    expect(whole.status).toBe(status);
    expect(promised(again)).toEqual(promised(whole));
    expect(again.stats.rows).toBeLessThan(whole.stats.rows / 50);
    expect(text.length).toBeLessThan(60_000);
    // Nothing is named that would have to be found elsewhere.
    expect(Array.isArray((snapshot.value.catalog as { types?: unknown }).types)).toBe(true);
    expect(snapshot.value.rules?.every((pack) => typeof pack === 'object')).toBe(true);
    const left = snapshot.value.snapshot?.['left-out'];
    expect(left?.types).toBe(catalog.value.types.size - (snapshot.value.catalog as { types: unknown[] }).types.length);
    expect(again.notes.at(-1)).toEqual({
      code: 'snapshot',
      text: expect.stringContaining(`of ${catalog.value.types.size} types`),
    });
  });

  it('with other rules than the answer’s is refused', () => {
    const catalog = loadCatalog({ clouds: ['aws'] });
    const rules = loadRules(['default']);
    const request = parseRequest({ placement: 'lxd', constraints: 'region=eu-west-1' });
    if (!catalog.ok || !rules.ok || !request.ok) throw new Error('damaged');
    const compiled = compile(catalog.value, rules.value);
    const snapshot = snapshotOf(compiled, request.value, []);
    expect(snapshot.ok ? [] : snapshot.diagnostics.map(({ code }) => code)).toEqual(['no-snapshot']);
  });
});

describe('stowage snapshot add-machine', () => {
  const ask = ['kvm', '--cloud', 'aws', '--region', 'eu-west-1', '--constraints', 'mem=64G arch=arm64 max-price=0.05'];

  it('writes a file that solve answers as add-machine does', () => {
    const path = file('question.yaml');
    const made = stowage(['snapshot', 'add-machine', ...ask, '-o', path]);
    // That nothing fits is the question, and no failure.
    expect(made).toMatchObject({ code: 0, out: '' });
    expect(made.err).toMatch(/^kept \d+ of 1391 types, .*; solved again: infeasible, as with all of them\n$/);
    const whole = stowage(['add-machine', ...ask, '--format', 'json']);
    const again = stowage(['solve', path, '--format', 'json']);
    expect([whole.code, again.code]).toEqual([1, 1]);
    expect(promised(JSON.parse(again.out) as Answer)).toEqual(promised(JSON.parse(whole.out) as Answer));
    // Readers of YAML 1.1 read the same.
    const text = readFileSync(path, 'utf8');
    expect(parse(text, { version: '1.1' })).toEqual(parse(text));
    // Without -o, and as JSON, it is the same problem.
    const json = stowage(['snapshot', 'add-machine', ...ask, '--format', 'json', '-q']);
    expect(json).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(json.out)).toEqual(parse(text));
  });

  it('follows Juju where it is told to', () => {
    const juju = ['lxd', '--compat', 'juju-3.6', '--cloud', 'aws', '--region', 'us-east-1', '--constraints', 'mem=4G'];
    const path = file('juju.yaml');
    expect(stowage(['snapshot', 'add-machine', ...juju, '-q', '-o', path]).code).toBe(0);
    const [whole, again] = [
      ['add-machine', ...juju],
      ['solve', path],
    ].map((args) => JSON.parse(stowage([...args, '--format', 'json']).out) as Answer);
    expect(whole!.proof).toBe('juju-3.6');
    expect(promised(again!)).toEqual(promised(whole!));
  });

  it.each([
    ['an unknown region', ['lxd', '--cloud', 'aws', '--region', 'us-eest-1'], 'did you mean us-east-1'],
    ['an option of our own where Juju chooses', ['lxd', '--compat', 'juju-3.6', '--top', '3'], '--top has no meaning'],
  ])('refuses %s, and writes nothing', (_, args, message) => {
    const path = file('not-there.yaml');
    const { code, out, err } = stowage(['snapshot', 'add-machine', ...args, '-o', path]);
    expect([code, out, existsSync(path)]).toEqual([2, '', false]);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at .*\.js:/);
  });
});
