import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, answerSchema, solveProblem, verify } from '../../src/index.ts';
import { problems } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

type Problem = Parameters<Parameters<typeof problems.map>[0]>[0];

/** The answer, where the problem is well-formed; a zone that no region has is bad input, and passed over. */
function solved(problem: Problem): Answer {
  const answer = solveProblem(problem);
  fc.pre(answer.status !== 'error' || answer.diagnostics?.every((one) => one.code !== 'unknown-zone') === true);
  expect(answer.diagnostics).toBeUndefined();
  return answer;
}

const nano = (cost: string | null): bigint => {
  const [whole = '0', fraction = ''] = (cost ?? '0').split('.');
  return BigInt(whole + fraction.padEnd(9, '0'));
};

describe('an answer', () => {
  it('is what trying every offer with every image by definition gives', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const answer = solved(problem);
        expect(verify(answer, problem)).toEqual({ ok: true, value: [] });
        expect(answerSchema.safeParse(answer).error).toBeUndefined();
      }),
      runs(300, 100_000),
    );
  });

  it('is the same by linear program', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { proof: _scan, ...scan } = solved(problem);
        const { proof: _lp, ...lp } = solved({ ...problem, options: { ...problem.options, engine: 'lp' } } as Problem);
        expect(lp).toEqual(scan);
      }),
      runs(200, 20_000),
    );
  });

  it('has counts that add up', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { considered, explanation } = solved(problem);
        expect(explanation.needs.at(-1)?.left ?? considered.offers).toBe(considered.fit);
        for (const need of explanation.needs) {
          expect(need.misses).toBeLessThanOrEqual(considered.offers - considered.fit);
          expect(need.unknown).toBeLessThanOrEqual(need.misses);
        }
      }),
      runs(100, 10_000),
    );
  });

  it('does not depend on the order of types, offers, images or rules', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const before = solved(problem);
        const { catalog } = problem;
        const rules = problem.rules.map((pack) =>
          typeof pack === 'string'
            ? pack
            : {
                ...(pack as object),
                rules: Object.fromEntries(Object.entries((pack as { rules: object }).rules).reverse()),
              },
        );
        const shuffled = {
          ...problem,
          rules: [...rules].reverse(),
          catalog: {
            types: [...catalog.types].reverse(),
            offers: [...catalog.offers].reverse(),
            regions: [...catalog.regions].reverse(),
            ...('images' in catalog && catalog.images !== undefined ? { images: [...catalog.images].reverse() } : {}),
          },
        };
        const after = solved(shuffled as Problem);
        // A rule file that is written into a problem is named by its place in the list.
        const unplaced = (value: unknown): unknown =>
          JSON.parse(JSON.stringify(value).replace(/rules\[\d\]/g, 'rules[]'));
        expect(unplaced(after)).toEqual(unplaced(before));
      }),
      runs(100, 10_000),
    );
  });

  it('never costs more with one offer more, nor less with one need more', () => {
    fc.assert(
      fc.property(problems, fc.constantFrom('r1', 'r2'), (problem, region) => {
        fc.pre(problem.request.constraints === undefined || !String(problem.request.constraints).includes('cores='));
        const before = solved(problem);
        const extra = { type: problem.catalog.types[0]!.name, region, market: 'spot', price: '0.15', zones: ['zz'] };
        const more = solved({
          ...problem,
          catalog: { ...problem.catalog, offers: [...problem.catalog.offers, extra] },
        } as Problem);
        const tighter = solved({
          ...problem,
          request: { ...problem.request, constraints: `${String(problem.request.constraints ?? '')} cores=4` },
        } as Problem);
        // Where rules prefer some offers, what is least is what they rank by.
        const least = (answer: Answer): bigint => nano(answer['rank-cost'] ?? answer.cost);
        if (before.cost !== null) {
          expect(more.cost).not.toBeNull();
          expect(least(more)).toBeLessThanOrEqual(least(before));
          if (tighter.cost !== null) expect(least(tighter)).toBeGreaterThanOrEqual(least(before));
        } else {
          expect(tighter.cost).toBeNull();
        }
      }),
      runs(100, 10_000),
    );
  });

  it('costs thrice as much when all prices are thrice as high', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        // Rules that add or cap amounts, and limits on prices, do not scale.
        const text = JSON.stringify([problem.rules, problem.request]);
        fc.pre(!/price|budget|offer|prefer/.test(text));
        const before = solved(problem);
        const offers = problem.catalog.offers.map((offer) =>
          offer.price === undefined
            ? offer
            : {
                ...offer,
                price: String(
                  (nano(String(offer.price)) * 3n)
                    .toString()
                    .padStart(10, '0')
                    .replace(/(\d{9})$/, '.$1'),
                ),
              },
        );
        const after = solved({ ...problem, catalog: { ...problem.catalog, offers } } as Problem);
        expect(after.status).toBe(before.status);
        expect(nano(after.cost)).toBe(nano(before.cost) * 3n);
        expect(after.machines.map((machine) => machine.type)).toEqual(before.machines.map((machine) => machine.type));
      }),
      runs(100, 10_000),
    );
  });

  it('cannot be damaged without the verifier seeing it', () => {
    const damages: readonly ((answer: Answer) => Answer | undefined)[] = [
      (answer) => ({ ...answer, cost: '0.000000001' }),
      (answer) => ({ ...answer, bound: '99' }),
      (answer) => ({ ...answer, 'rank-cost': '99' }),
      (answer) => ({ ...answer, status: answer.status === 'optimal' ? 'infeasible' : 'optimal' }),
      (answer) => ({ ...answer, inputs: { ...answer.inputs, catalog: 'sha256:0' } }),
      (answer) => ({ ...answer, inputs: { ...answer.inputs, rules: 'sha256:0' } }),
      (answer) => ({ ...answer, considered: { ...answer.considered, fit: answer.considered.fit + 1 } }),
      ...(['type', 'region', 'cloud', 'price', 'rank-price', 'list-price', 'id'] as const).map(
        (key) => (answer: Answer) => {
          const [first, ...rest] = answer.machines;
          return first === undefined
            ? undefined
            : { ...answer, machines: [{ ...first, [key]: `${first[key]}1` }, ...rest] };
        },
      ),
      (answer) => (answer.machines.length === 0 ? undefined : { ...answer, machines: answer.machines.slice(1) }),
      (answer) =>
        answer.machines.length === 0 ? undefined : { ...answer, machines: [...answer.machines, answer.machines[0]!] },
      (answer) => {
        const [first, ...rest] = answer.machines;
        return first === undefined || Object.keys(first.capabilities).length === 0
          ? undefined
          : { ...answer, machines: [{ ...first, capabilities: {} }, ...rest] };
      },
    ];
    fc.assert(
      fc.property(problems, fc.nat(damages.length - 1), (problem, which) => {
        const sound = solved(problem);
        const damaged = damages[which]!(sound);
        fc.pre(damaged !== undefined && JSON.stringify(damaged) !== JSON.stringify(sound));
        const verdict = verify(damaged, problem);
        expect(verdict.ok && verdict.value.length === 0).toBe(false);
      }),
      runs(200, 10_000),
    );
  });
});
