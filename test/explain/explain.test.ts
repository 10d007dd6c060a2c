import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareOffers } from '../../src/catalog/catalog.ts';
import { documentOfValue } from '../../src/document/read.ts';
import { candidatesOf, isWithin } from '../../src/explain/candidates.ts';
import { conflictsOf, minimalHittingSets, minimalSets } from '../../src/explain/conflicts.ts';
import { type Relaxation, relaxationsOf } from '../../src/explain/relaxations.ts';
import { solveProblem } from '../../src/index.ts';
import { prepare } from '../../src/match/query.ts';
import { cheapest, sweep } from '../../src/match/scan.ts';
import { answerRequest, chooserFor } from '../../src/plan/answer.ts';
import { readProblem } from '../../src/plan/problem.ts';
import type { MachineRequest } from '../../src/request/request.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { catalogs, packs, problems, requests } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

const inputs = storedInputs();
const read = (problem: unknown) => {
  const found = readProblem(documentOfValue('problem', problem), inputs);
  fc.pre(found.ok);
  return found.ok ? found.value : (undefined as never);
};

/** Problems that mostly have no answer: some machines, and more asked of them than they have. */
const hard = fc
  .record({
    catalog: catalogs,
    rules: packs,
    request: requests,
    more: fc.subarray([
      'cores=7',
      'mem=6G',
      'max-price=0.15',
      'arch=arm64',
      'gpus=2',
      'burstable=false',
      'tags=ssd,fast',
    ]),
  })
  .map(({ catalog, rules, request, more }) => {
    const keys = more.map((text) => text.slice(0, text.indexOf('=')));
    const own = String(request.constraints ?? '').split(' ');
    const kept = own.filter((text) => text !== '' && !keys.includes(text.slice(0, text.indexOf('='))));
    const changed = { ...request, constraints: [...kept, ...more].join(' ') };
    return { format: 'stowage.problem/1', catalog, rules, request: changed, options: { at: '2026-11-22' } };
  });

const explained = (problem: unknown) => {
  const { compiled, request, options } = read(problem);
  const query = prepare(compiled, request, options.at);
  const candidates = candidatesOf(query, sweep(query));
  const solve = (changed: MachineRequest) => answerRequest(compiled, changed, { at: options.at });
  return {
    compiled,
    request,
    query,
    candidates,
    at: options.at,
    chooser: chooserFor(compiled, request, options.at),
    solve,
  };
};

describe('relaxations', () => {
  it('make something fit, at the price that is told, and no part of one does', () => {
    let seen = 0;
    fc.assert(
      fc.property(hard, (problem) => {
        const { request, candidates, at, chooser, solve } = explained(problem);
        fc.pre(solve(request).status === 'infeasible');
        const { minimal, front } = relaxationsOf(candidates, at, chooser);
        for (const relaxation of [...minimal.slice(0, 6), ...front]) {
          seen += 1;
          const answer = solve(relaxation.request);
          expect(answer.status).toBe('optimal');
          const cost = String(answer.cost);
          const [whole = '0', fraction = ''] = cost.split('.');
          expect(BigInt(whole + fraction.padEnd(9, '0'))).toBe(relaxation.cost);
        }
        const relaxation = (changes: Relaxation['changes']): MachineRequest =>
          changes.reduce((from, { lever, setting }) => lever.apply(from, setting), request);
        for (const { changes } of minimal.slice(0, 6)) {
          for (const left of changes) {
            expect(solve(relaxation(changes.filter((one) => one !== left))).status).toBe('infeasible');
          }
          // Nor does a change by a little less.
          for (const one of changes) {
            if (typeof one.setting !== 'number' || !/cores|mem|max-price/.test(one.lever.id)) continue;
            const step = one.lever.id === 'max-price' ? -1 : 1;
            const less = one.lever.apply(relaxation(changes), one.setting + step);
            expect(solve(less).status).toBe('infeasible');
          }
        }
      }),
      runs(150, 20_000),
    );
    expect(seen).toBeGreaterThan(10);
  });

  it('are written so that solving what is written gives what is told', () => {
    fc.assert(
      fc.property(hard, (problem) => {
        const answer = solveProblem(problem);
        fc.pre(answer.status !== 'error');
        for (const relaxation of [
          ...(answer.relaxations ?? []),
          ...(answer.front ?? []),
          ...answer.explanation.savings,
        ]) {
          const again = solveProblem({ ...problem, request: relaxation.request });
          expect(again.diagnostics).toBeUndefined();
          expect(again.cost).toBe(relaxation.cost);
          expect(again.machines[0]?.type).toBe(relaxation.type);
          expect(again.machines[0]?.region).toBe(relaxation.region);
        }
      }),
      runs(150, 10_000),
    );
  });

  it('with more changes are in the front only where they cost less', () => {
    fc.assert(
      fc.property(hard, (problem) => {
        const { candidates, at, chooser } = explained(problem);
        const { front } = relaxationsOf(candidates, at, chooser);
        for (const [index, one] of front.entries()) {
          const before = front[index - 1];
          if (before === undefined) continue;
          expect(one.changes.length).toBeGreaterThan(before.changes.length);
          expect(one.cost).toBeLessThan(before.cost);
        }
      }),
      runs(60, 5_000),
    );
  });
});

describe('conflicts', () => {
  const families = fc.array(fc.integer({ min: 1, max: 63 }).map(BigInt), { maxLength: 8 });

  it('are the minimal hitting sets, by trying every set', () => {
    fc.assert(
      fc.property(families, (family) => {
        const hitting = Array.from({ length: 64 }, (_, set) => BigInt(set)).filter((set) =>
          family.every((member) => (member & set) !== 0n),
        );
        const smallest = hitting.filter((set) => !hitting.some((other) => other !== set && isWithin(other, set)));
        const found = minimalHittingSets(minimalSets(family));
        expect(found.complete).toBe(true);
        expect([...found.sets].map(Number).sort()).toEqual(smallest.map(Number).sort());
      }),
      runs(150, 20_000),
    );
  });

  it('cannot be met together by any offer with any image, and can without any one of their needs', () => {
    fc.assert(
      fc.property(hard, (problem) => {
        const { candidates, query } = explained(problem);
        const { offers } = query.space;
        const masks: bigint[] = [];
        for (let offer = 0; offer < offers.size; offer += 1) {
          if (query.inScope[offers.region[offer]!] === 0) continue;
          const images = query.imagesFor(offer);
          for (const image of images.length === 0 ? [undefined] : images) {
            const { missing } = image === undefined ? query.judge(offer) : query.judgeWith(offer, image);
            masks.push(missing.reduceRight((bits, word) => (bits << 32n) | BigInt(word), 0n));
          }
        }
        for (const { needs } of conflictsOf(candidates).conflicts) {
          const set = needs.reduce((bits, { need }) => bits | (1n << BigInt(need)), 0n);
          expect(masks.every((mask) => (mask & set) !== 0n)).toBe(true);
          for (const { need, meetOthers } of needs) {
            const others = set & ~(1n << BigInt(need));
            expect(masks.some((mask) => (mask & others) === 0n)).toBe(true);
            expect(meetOthers).toBeGreaterThan(0);
          }
        }
      }),
      runs(100, 10_000),
    );
  });
});

describe('the certificate', () => {
  it('counts every offer before the chosen one exactly once', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { query, candidates, solve, request } = explained(problem);
        const winner = cheapest(query);
        if (winner === -1 || request.count > 1) return;
        const { price } = sweep(query);
        const { offers } = query.space;
        const before = Array.from({ length: offers.size }, (_, offer) => offer).filter(
          (offer) =>
            query.inScope[offers.region[offer]!] === 1 &&
            (price[offer]! < price[winner]! ||
              (price[offer] === price[winner] && compareOffers(offers, offer, winner) < 0)),
        );
        const { cheaper } = solve(request).explanation;
        expect(cheaper.reduce((total, one) => total + one.offers, 0)).toBe(before.length);
        for (const one of cheaper) expect(one.misses.length).toBeGreaterThan(0);
        expect(candidates.groups.reduce((total, group) => total + group.counted, 0)).toBe(candidates.considered);
      }),
      runs(100, 5_000),
    );
  });
});
