import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOfValue } from '../../src/document/read.ts';
import { answerRequest } from '../../src/plan/answer.ts';
import { applyScenario } from '../../src/plan/apply-scenario.ts';
import { readProblem } from '../../src/plan/problem.ts';
import { begin, edit, NO_EDITS, parseEdit, redo, type Scenario, type Timeline, undo } from '../../src/plan/scenario.ts';
import { watch } from '../../src/plan/watch.ts';
import { whatIfSchema } from '../../src/plan/what-if.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { catalogs, packs, requests } from '../arbitraries/world.ts';
import { stowage, within } from '../support/cli.ts';
import { runs } from '../support/fuzz.ts';

const inputs = storedInputs();

/** Edits as people write them, over random worlds; some of them say what cannot be. */
const edits = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('t0', 't*', 'lab:t1', 'hut:*@r1', '*@r2', 't3@r1', 'lab:t0@r2'),
      fc.constantFrom('0.05', '0.2', '+0.1', '-0.05', '+10%', '-50%', '-100%'),
    )
    .map(([selector, change]) => `price ${selector}=${change}`),
  fc.constantFrom('t0', 't1@r1', '*@r2', 'lab:*').map((selector) => `offer ${selector}=off`),
  fc
    .constantFrom('hosting/nested-kvm', 'bare-metal-kvm', 'safety/deprecated', 'lxd-snap')
    .map((id) => `rule ${id}=off`),
  fc.constantFrom('mem=1G', 'mem=', 'cores=4', 'arch=', 'arch=arm64', 'market=any', 'max-price=0.15', 'region=r1'),
  fc.constantFrom('date=2026-11-22', 'date=2030-02-01'),
  fc.constantFrom('lab:t0@r1', 'hut:t1@r2', 't2@r1').map((offer) => `offer ${offer}=0.15`),
  fc
    .constantFrom(
      '{when: {type.mem: {at-least: 1 GiB}}, provide: {kvm: any}}',
      '{when: {type.cloud: lab}, withhold: [lxd]}',
    )
    .map((rule) => `rule bare-metal-kvm=${rule.replace('{', '{summary: another rule, ')}`),
);

const applied = (timeline: Timeline, text: string): Timeline => {
  const change = parseEdit({ source: '--set', text });
  if (!change.ok) throw new Error(`${text} is no edit`);
  return edit(timeline, change.value);
};

describe('a watched request', () => {
  it('has the answer that laying the scenario over the catalog gives, after any edits, undone and made again', () => {
    fc.assert(
      fc.property(
        catalogs,
        packs,
        requests,
        fc.array(fc.oneof({ weight: 4, arbitrary: edits }, fc.constantFrom('undo', 'redo')), { maxLength: 8 }),
        (catalog, own, request, steps) => {
          const rules = ['default', ...own.filter((pack) => typeof pack !== 'string')];
          const read = readProblem(
            documentOfValue('problem', {
              format: 'stowage.problem/1',
              catalog,
              rules,
              request: { ...request, count: 1 },
            }),
            inputs,
          );
          fc.pre(read.ok);
          const { compiled, request: asked } = read.value;
          const watched = watch(compiled, asked, '2026-11-22');
          let timeline = begin();
          for (const step of steps) {
            if (step === 'undo') timeline = undo(timeline);
            else if (step === 'redo') timeline = redo(timeline);
            else timeline = applied(timeline, step);
            const found = watched.cheapest(timeline.now);
            const whole = applyScenario(compiled, asked, timeline.now, '2026-11-22');
            expect(found.ok).toBe(whole.ok);
            if (!found.ok || !whole.ok) continue;
            const { request: changed, at } = whole.value;
            const answer = answerRequest(whole.value.compiled, changed, {
              top: 2,
              ...(at === undefined ? {} : { at }),
            });
            const first = answer.top?.[0] ?? answer.machines[0];
            const { id: _, ...offer } = { id: '', ...found.value?.offer };
            expect({ type: offer.type, region: offer.region, market: offer.market, price: offer.price }).toEqual({
              type: first?.type,
              region: first?.region,
              market: first?.market,
              price: first?.price,
            });
          }
        },
      ),
      runs(150, 20_000),
    );
  });
});

describe('a watch of many edits of rules', () => {
  it('answers the last as the first', () => {
    const problem = {
      format: 'stowage.problem/1',
      catalog: {
        types: [{ name: 't0', cloud: 'lab', arch: ['amd64'], cores: 4, mem: 8192, 'bare-metal': true }],
        offers: [{ type: 't0', region: 'r1', price: '0.1' }],
      },
      rules: ['default'],
      request: { kind: 'machine', placement: 'kvm' },
    };
    const read = readProblem(documentOfValue('problem', problem), inputs);
    if (!read.ok) throw new Error(read.diagnostics[0]!.message);
    const watched = watch(read.value.compiled, read.value.request);
    // More than share one buffer; without the rule, nothing hosts KVM.
    for (let round = 0; round < 80; round += 1) {
      const off = watched.cheapest(applied(begin(), 'rule bare-metal-kvm=off').now);
      const other = watched.cheapest(applied(begin(), 'rule nested-kvm=off').now);
      expect([off, other].map((one) => one.ok && one.value?.price)).toEqual([undefined, 100_000_000]);
    }
  });
});

describe('a scenario', () => {
  const texts = fc.array(edits, { maxLength: 6 });

  it('is what it was when its edits are undone, and what it became when they are made again', () => {
    fc.assert(
      fc.property(texts, (steps) => {
        const made = steps.reduce(applied, begin());
        let timeline = made;
        while (timeline.past.length > 0) timeline = undo(timeline);
        expect(timeline.now).toEqual(NO_EDITS);
        while (timeline.future.length > 0) timeline = redo(timeline);
        expect(timeline.now).toEqual(made.now);
      }),
      runs(100, 5_000),
    );
  });

  it('shares with the one before whatever an edit leaves alone', () => {
    const before = applied(begin(), 'price t*=+10%');
    const after = applied(before, 'rule nested-kvm=off').now;
    expect(after.prices).toBe(before.now.prices);
    expect(after.rules).not.toBe(before.now.rules);
    expect(applied(before, 'price t*=+10%')).toBe(before);
  });

  it.each<[string, Partial<Scenario>]>([
    ['price aws:m8i*@eu-*=+10%', { prices: { 'aws:m8i*@eu-*': '+10%' } }],
    ['offer t4g.*=off', { withdrawn: { 't4g.*': true } }],
    ['offer aws:t4g.nano@eu-west-9 = 0.01', { added: { 'aws:t4g.nano@eu-west-9': '0.01' } }],
    ['rule a/b={when: {type.mem: {at-least: 1}}}', { rules: { 'a/b': '{when: {type.mem: {at-least: 1}}}' } }],
    ['rule nested-kvm=off', { rules: { 'nested-kvm': 'off' } }],
    ['number=3', { number: 3 }],
    ['date=2026-12-01', { date: '2026-12-01' }],
    ['region=^us-*', { constraints: { region: '^us-*' } }],
  ])('has %s', (text, scenario) => {
    expect(applied(begin(), text).now).toEqual({ ...NO_EDITS, ...scenario });
  });

  it.each([
    'price',
    'price =+10%',
    'rule nested-kvm=on',
    'number=0',
    'date=tomorrow',
    'memory=4G',
    'containers=kvm',
    'nonsense',
    '',
  ])('does not have "%s"', (text) => {
    const read = parseEdit({ source: '--set', text });
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.diagnostics[0]!.code).toBe('bad-edit');
  });
});

describe('edits of rules', () => {
  const rule = (more: object): object => ({ summary: 'x', ...more });
  const read = readProblem(
    documentOfValue('problem', {
      format: 'stowage.problem/1',
      catalog: {
        types: [
          { name: 'a', cloud: 'lab', arch: ['amd64'] },
          { name: 'b', cloud: 'lab', arch: ['amd64'] },
        ],
        offers: [
          { type: 'a', region: 'r1', price: '0.1' },
          { type: 'b', region: 'r1', price: '0.2' },
        ],
      },
      rules: [
        {
          format: 1,
          module: 'm',
          rules: {
            'no-a': rule({ when: { 'type.name': 'a' }, forbid: true }),
            'but-a': rule({ when: { 'type.name': 'a' }, forbid: true, effect: 'warn', overrides: ['no-a'] }),
            cores: rule({ when: { 'type.name': 'b' }, set: { 'type.cores': 4 } }),
            'b-first': rule({ effect: 'off', when: { 'type.name': 'b' }, prefer: { bonus: '90%' } }),
          },
        },
      ],
      request: { kind: 'machine' },
    }),
    inputs,
  );
  if (!read.ok) throw new Error(read.diagnostics[0]!.message);
  const { compiled, request } = read.value;

  it.each([
    [{}, '', 'a'],
    // What it overrides applies again.
    [{ 'but-a': 'off' }, '', 'b'],
    // It overrides nothing any more, and is no fault of the one that did.
    [{ 'no-a': 'off' }, '', 'a'],
    [{}, '4', 'b'],
    [{ cores: 'off' }, '4', undefined],
    [{ cores: '{summary: x, set: {type.cores: 4}}' }, '4', 'a'],
    [{ 'b-first': '{summary: x, when: {type.name: b}, prefer: {bonus: 90%}}' }, '', 'b'],
  ])('%j with cores=%s give %s', (rules, cores, type) => {
    const scenario: Scenario = { ...NO_EDITS, rules, constraints: cores === '' ? {} : { cores } };
    const scratch = applyScenario(compiled, request, scenario);
    if (!scratch.ok) throw new Error(scratch.diagnostics[0]!.message);
    expect(answerRequest(scratch.value.compiled, scratch.value.request).machines[0]?.type).toBe(type);
    const found = watch(compiled, request).cheapest(scenario);
    expect(found.ok && found.value?.offer.type).toBe(type);
  });
});

describe('stowage what-if', () => {
  const ask = (edits: readonly string[], ...more: readonly string[]) =>
    stowage([
      'what-if',
      'add-machine',
      'kvm',
      ...within('aws', 'us-east-1'),
      '--constraints',
      'cores=2 mem=4G',
      ...edits.flatMap((text) => ['--set', text]),
      ...more,
    ]);

  it.each([
    ['price m8ii*=+10%', 'no instance type matches "m8ii*"'],
    ['price m8i*=10%%', 'is no percentage'],
    ['price m8i*@mars=+10%', 'no region'],
    ['offer t4g.nono=off', 'did you mean t4g.nano?'],
    ['offer t4g.*=0.1', 'names no type in a region'],
    ['offer m8i.large@us-east-1=0.1', 'is sold in us-east-1 already'],
    ['offer m8i.largo@us-east-1=0.1', 'did you mean m8i.large?'],
    ['offer m8i.large@mars=0.1', 'the region is not one of its cloud'],
    ['offer m8i.large@us-east-1=cheap', 'is no amount'],
    ['rule nested-kvm={when: {type.cluod: aws}, provide: {kvm: any}, summary: x}', 'did you mean type.cloud?'],
    ['rule nested-kvm={when: ', 'error'],
    ['rule nested-kv=off', 'did you mean nested-kvm?'],
    ['memory=8G', 'nothing that can be set'],
    ['mem=8X', 'must be a non-negative float'],
    ['arch=vax', 'not recognized'],
    ['region=us-eats-1', 'did you mean us-east-1?'],
    ['number=none', 'no number of machines'],
  ])('is told of "%s" in one diagnostic', (text, message) => {
    const ran = ask([text]);
    expect(ran.code).toBe(2);
    expect(ran.out).toBe('');
    expect(ran.err).toContain(message);
    expect(ran.err.match(/^error:/gm)).toHaveLength(1);
    expect(ran.err).not.toMatch(/\n {4}at /);
  });

  it('has nothing to compare without an edit', () => {
    expect(ask([])).toMatchObject({ code: 2, out: '' });
  });

  it('has the answers that were and that would be, by a published schema', () => {
    const ran = ask(['price m8i*=+40%', 'number=2', 'rule macs=off']);
    expect(ran.code).toBe(0);
    const told = whatIfSchema.parse(JSON.parse(ask(['price m8i*=+40%', 'number=2'], '--format', 'json').out));
    expect(told.before.machines.map(({ type }) => type)).toEqual(['m8i-flex.large']);
    expect(told.after.machines.map(({ type }) => type)).toEqual(['r8i-flex.large', 'r8i-flex.large']);
    // 2 x 0.13197 less 0.10055.
    expect(told.change).toBe('0.16339');
    expect(told.edits.map(({ alone }) => alone?.type)).toEqual(['r8i-flex.large', 'm8i-flex.large']);
    expect(told.turns).toEqual({ edit: 'price m8i*', at: '+31.2482%' });
  });
});
