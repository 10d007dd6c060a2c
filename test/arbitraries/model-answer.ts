import fc from 'fast-check';
import { emptyAnswer } from '../../src/plan/empty-answer.ts';
import type { Answer, Machine, UnitGroupText } from '../../src/plan/schema.ts';
import { formatMoney } from '../../src/quantity/money.ts';

/** Answers to models that hang together: fill and cost are what machines and units add up to. */

const KINDS: readonly UnitGroupText[] = [
  { id: 'web', count: 0, needs: { 'cpu-milli': 500, mem: 896 }, container: 'lxd', 'max-per-machine': 3 },
  { id: 'db-main', count: 0, needs: { 'cpu-milli': 2000, mem: 7936 }, 'apart-from': ['web'] },
  { id: 'vm', count: 0, needs: { 'cpu-milli': 1000, mem: 2048, gpus: 1 }, container: 'kvm' },
  { id: 'idle', count: 0, needs: {} },
];

const DIMENSIONS = ['cpu-milli', 'gpus', 'mem'];

const drawnMachine = fc.record({
  counts: fc.tuple(...KINDS.map(() => fc.nat(4))),
  price: fc.integer({ min: 0, max: 2_000_000_000 }),
  zone: fc.constantFrom(undefined, 'z1', 'z2'),
  running: fc.constantFrom(undefined, undefined, true as const),
  spare: fc.constantFrom(0, 1, 3000),
  others: fc.constantFrom(0, 700),
  reserved: fc.constantFrom(0, 512),
  isOpen: fc.boolean(),
  times: fc.constantFrom(1, 1, 1, 2, 25),
});

/** Answers with up to some hundred machines, many of them alike. */
export function modelAnswers(): fc.Arbitrary<Answer> {
  return fc.array(drawnMachine, { minLength: 1, maxLength: 6 }).map((drawn) => {
    const next = KINDS.map(() => 0);
    const machines: Machine[] = [];
    for (const { counts, price, zone, running, spare, others, reserved, isOpen, times } of drawn) {
      for (let time = 0; time < (running === true ? 1 : times); time += 1) {
        const id = running === true ? String(machines.length) : `new-${machines.length}`;
        const units: string[] = [];
        const containers: Machine['containers'] = [];
        for (const [kind, count] of counts.entries()) {
          for (let unit = 0; unit < count; unit += 1) {
            const name = `${KINDS[kind]!.id}/${next[kind]!++}`;
            const type = KINDS[kind]!.container;
            units.push(name);
            if (type !== undefined) containers.push({ id: `${id}/${type}/${containers.length}`, type, unit: name });
          }
        }
        const fill = Object.fromEntries(
          DIMENSIONS.map((dimension) => {
            const taken = counts.reduce((sum, count, kind) => sum + count * (KINDS[kind]!.needs[dimension] ?? 0), 0);
            const [used, kept] = dimension === 'mem' ? [taken + others, reserved] : [taken, 0];
            return [
              dimension,
              { used, reserved: kept, capacity: isOpen && dimension === 'gpus' ? null : used + kept + spare },
            ];
          }),
        );
        machines.push({
          id,
          type: `t${price % 3}.large`,
          cloud: 'lab',
          region: 'r1',
          market: price % 5 === 0 ? 'spot' : 'on-demand',
          price: formatMoney(price),
          'list-price': formatMoney(price),
          'as-of': null,
          capabilities: {},
          containers,
          units,
          fill,
          ...(zone === undefined ? {} : { zone }),
          ...(running === undefined ? {} : { running }),
        });
      }
    }
    const cost = formatMoney(
      drawn.reduce((sum, one) => sum + BigInt(one.price) * BigInt(one.running === true ? 1 : one.times), 0n),
    );
    return {
      format: 'stowage.answer/1',
      status: 'optimal',
      ...emptyAnswer(),
      cost,
      bound: cost,
      gap: '0',
      proof: 'multipliers',
      machines,
      'unit-groups': KINDS.map((kind, index) => ({ ...kind, count: next[index]! })),
      inputs: { catalog: 'sha256:0', rules: 'sha256:0', date: null },
      stats: { rows: 1 },
    };
  });
}

/** Every unit that a text names as `web/0-3,7`, one by one, in order. */
export function unitsNamedIn(text: string): readonly string[] {
  return [...text.matchAll(/\b([a-z][a-z-]*)\/(\d[\d,-]*)/g)]
    .flatMap(([, kind = '', ranges = '']) =>
      ranges
        .split(',')
        .filter((range) => range !== '')
        .flatMap((range) => {
          const [first = 0, last = first] = range.split('-').map(Number);
          return Array.from({ length: last - first + 1 }, (_, index) => `${kind}/${first + index}`);
        }),
    )
    .sort();
}
