import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBundle } from '../../src/plan/bundle-file.ts';
import { deployBundle } from '../../src/plan/deploy.ts';
import { type DeployAnswer, deploySchema } from '../../src/plan/deploy-schema.ts';
import { parseProblem } from '../../src/plan/problem.ts';
import { placeUnits } from '../../src/request/bundle-placement.ts';
import { parseConstraints } from '../../src/request/constraints.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { runs } from '../support/fuzz.ts';

const inputs = storedInputs();
const { vocabulary } = inputs;

function deployed(catalog: object, bundleText: string, model = '', rules: readonly unknown[] = []): DeployAnswer {
  const problem = parseProblem(
    'problem.json',
    JSON.stringify({ format: 'stowage.problem/1', catalog, rules, request: { kind: 'machine' } }),
    inputs,
  );
  if (!problem.ok) throw new Error(problem.diagnostics[0]!.message);
  const bundle = readBundle([{ source: 'b.yaml', text: bundleText }], vocabulary);
  if (!bundle.ok) throw new Error(bundle.diagnostics[0]!.message);
  const placement = placeUnits(bundle.value);
  const constraints = parseConstraints([{ source: 'model', text: model }], vocabulary);
  if (!placement.ok || !constraints.ok) throw new Error();
  const settings = { model: constraints.value, attributes: new Map(), reserve: true, waived: [] };
  const answer = deployBundle(problem.value.compiled, { bundle: bundle.value, placement: placement.value }, settings);
  expect(deploySchema.safeParse(answer).error).toBeUndefined();
  return answer;
}

const type = (name: string, cores: number, mem: number, more: object = {}) => ({
  name,
  cloud: 'lab',
  arch: ['amd64'],
  cores,
  mem,
  ...more,
});
const SMALL = {
  types: [
    type('s', 1, 2048),
    type('m', 2, 4096),
    type('l', 4, 16384, { 'nested-virt': 'yes', 'nested-basis': 'documented' }),
  ],
};
const sold = (prices: Readonly<Record<string, readonly [region: string, price: string, limit?: number][]>>) => ({
  ...SMALL,
  offers: Object.entries(prices).flatMap(([name, rows]) =>
    rows.map(([region, price, limit]) => ({ type: name, region, price, ...(limit === undefined ? {} : { limit }) })),
  ),
});
const machinesOf = ({ machines }: DeployAnswer): readonly string[] =>
  machines.map(({ id, type: name, region, price }) => `${id} ${name} ${region} ${price}`);

describe('a bundle', () => {
  const two =
    '{applications: {a: {charm: a, num_units: 1, constraints: mem=4G}, b: {charm: b, num_units: 2, constraints: cores=1}}}';

  it('is all in the place where it costs least together', () => {
    // r1: 0.4 + 2 × 0.1 = 0.6; r2: 0.2 + 2 × 0.19 = 0.58; r3 has nothing for a.
    const answer = deployed(
      sold({
        s: [
          ['r1', '0.1'],
          ['r2', '0.19'],
          ['r3', '0.01'],
        ],
        m: [
          ['r1', '0.4'],
          ['r2', '0.2'],
        ],
      }),
      two,
    );
    expect(machinesOf(answer)).toEqual(['0 m r2 0.2', '1 s r2 0.19', '2 s r2 0.19']);
    expect([answer.status, answer.cost, answer.place, answer['places-considered'], answer['next-place']]).toEqual([
      'optimal',
      '0.58',
      { cloud: 'lab', region: 'r2' },
      2,
      { cloud: 'lab', region: 'r1', cost: '0.6' },
    ]);
  });

  it('is in the first place by name of those that cost the same', () => {
    expect(
      deployed(
        sold({
          l: [
            ['r2', '1'],
            ['r1', '1'],
          ],
        }),
        two,
      ).place,
    ).toEqual({ cloud: 'lab', region: 'r1' });
  });

  it('shares out what is limited in number', () => {
    // One s, which a cannot take, one m, and an l for whoever is left.
    const answer = deployed(sold({ s: [['r1', '0.1', 1]], m: [['r1', '0.2', 1]], l: [['r1', '0.9']] }), two);
    expect(answer.cost).toBe('1.2');
    expect(answer.machines.map(({ type: name }) => name).sort()).toEqual(['l', 'm', 's']);
    expect(answer.machines[0]!.type).not.toBe('s');
    const few = deployed(sold({ m: [['r1', '0.2', 2]] }), two);
    expect([few.status, few.notes[0]?.code, few.infeasible]).toEqual(['infeasible', 'limits', []]);
  });

  it('says which machines fit nowhere, or nowhere together', () => {
    const big = '{applications: {a: {charm: a, num_units: 2, constraints: mem=64G}, b: {charm: b, num_units: 1}}}';
    const nowhere = deployed(sold({ l: [['r1', '1']] }), big);
    expect(nowhere.infeasible.map(({ machines, answer }) => [machines, answer.status])).toEqual([
      [['0', '1'], 'infeasible'],
    ]);
    const apart = deployed(
      {
        types: [type('x', 1, 4096, { tags: ['x'] }), type('y', 1, 4096, { tags: ['y'] })],
        offers: [
          { type: 'x', region: 'r1', price: '1' },
          { type: 'y', region: 'r2', price: '1' },
        ],
      },
      '{applications: {a: {charm: a, num_units: 1, constraints: tags=x}, b: {charm: b, num_units: 2, constraints: tags=y}}}',
    );
    // r2 holds two of the three.
    expect(apart.notes.map(({ code }) => code)).toEqual(['no-common-place']);
    expect(apart.infeasible.map(({ machines }) => machines)).toEqual([['0']]);
  });

  it('takes sizes from the machine, then the model, then Juju', () => {
    const text =
      '{machines: {0: {constraints: cores=2}, 1: {constraints: mem=}, 2: {constraints: instance-type=s}}, applications: {a: {charm: a, num_units: 4, to: [0, 1, 2, new], constraints: mem=3G}}}';
    const answer = deployed(sold({ s: [['r1', '0.1']], m: [['r1', '0.2']], l: [['r1', '0.9']] }), text, 'mem=8G');
    expect(answer.machines.map(({ constraints }) => constraints)).toEqual([
      'cores=2 mem=8192M launcher=juju',
      'cores=1 mem=2048M launcher=juju',
      'instance-type=s launcher=juju',
      'cores=1 mem=3072M launcher=juju',
    ]);
    expect(answer.warnings.filter(({ code }) => code === 'unstated-size').map(({ message }) => message)).toEqual([
      'nothing states a size of machine 1, neither cores nor mem: 1 core and 2G are taken, which Juju 3.6 assumes',
    ]);
  });

  it('gives virtual machines their memory and what the host keeps, and containers nothing', () => {
    const text = (kind: string) =>
      `{machines: {0: {constraints: mem=1G}}, applications: {a: {charm: a, num_units: 2, to: ["${kind}:0", "${kind}:0"], constraints: "mem=1536M cores=2"}}}`;
    const catalog = sold({ s: [['r1', '0.1']], m: [['r1', '0.2']], l: [['r1', '0.9']] });
    // Two of 1.5 GiB, with 128 MiB each and 512 MiB for the host: 3840 MiB, which m would have but cannot host.
    expect(machinesOf(deployed(catalog, text('kvm'), '', ['hosting']))).toEqual(['0 l r1 0.9']);
    const lxd = deployed(catalog, text('lxd'), '', ['hosting', 'ubuntu']);
    expect(machinesOf(lxd)).toEqual(['0 s r1 0.1']);
    expect(lxd.warnings.find(({ code }) => code === 'overfilled')?.message).toBe(
      'the containers on machine 0 (s) may together take 3G of its 2G mem and 4 of its 1 cores',
    );
    expect(lxd.machines[0]!.containers).toEqual([
      { id: '0/lxd/0', type: 'lxd', cores: 2, mem: 1536, units: ['a/0'] },
      { id: '0/lxd/1', type: 'lxd', cores: 2, mem: 1536, units: ['a/1'] },
    ]);
  });

  it('spreads machines over zones as evenly as their constraints allow', () => {
    const offers = [{ type: 's', region: 'r1', zones: ['r1a', 'r1b', 'r1c'], price: '0.1' }];
    const text =
      '{applications: {a: {charm: a, num_units: 4}, b: {charm: b, num_units: 2, constraints: "zones=r1a,r1b"}}}';
    expect(deployed({ ...SMALL, offers }, text).machines.map(({ zone }) => zone)).toEqual([
      'r1a',
      'r1b',
      'r1c',
      'r1a',
      'r1b',
      'r1a',
    ]);
  });

  it('costs what trying every assignment in every place costs', () => {
    const world = fc.record({
      offers: fc.uniqueArray(
        fc.record({
          type: fc.constantFrom('s', 'm', 'l'),
          region: fc.constantFrom('r1', 'r2'),
          price: fc.integer({ min: 1, max: 30 }),
          limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        }),
        { selector: ({ type: name, region }) => `${name} ${region}`, minLength: 1 },
      ),
      machines: fc.array(fc.constantFrom(1, 2, 3, 4, 9), { minLength: 1, maxLength: 4 }),
    });
    const MEM: Readonly<Record<string, number>> = { s: 2, m: 4, l: 16 };
    fc.assert(
      fc.property(world, ({ offers, machines }) => {
        let least: number | undefined;
        for (const region of ['r1', 'r2']) {
          const here = offers.filter((one) => one.region === region);
          const left = here.map(({ limit }) => limit ?? Number.POSITIVE_INFINITY);
          const tried = (index: number): number => {
            const mem = machines[index];
            if (mem === undefined) return 0;
            let best = Number.POSITIVE_INFINITY;
            for (const [at, offer] of here.entries()) {
              if (MEM[offer.type]! < mem || left[at]! < 1) continue;
              left[at]! -= 1;
              best = Math.min(best, offer.price + tried(index + 1));
              left[at]! += 1;
            }
            return best;
          };
          const cost = tried(0);
          if (cost < (least ?? Number.POSITIVE_INFINITY)) least = cost;
        }
        const text = JSON.stringify({
          applications: Object.fromEntries(
            machines.map((mem, index) => [
              `a${'x'.repeat(index)}`,
              { charm: 'a', num_units: 1, constraints: `mem=${mem}G` },
            ]),
          ),
        });
        const answer = deployed(
          { ...SMALL, offers: offers.map((one) => ({ ...one, price: String(one.price) })) },
          text,
        );
        expect(answer.cost === null ? undefined : Number(answer.cost)).toBe(least);
      }),
      runs(150, 10_000),
    );
  });
});
