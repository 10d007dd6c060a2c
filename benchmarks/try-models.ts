import { performance } from 'node:perf_hooks';
import loader, { type Highs } from 'highs';
import { highsEngine } from '../src/solve/integer.ts';
import { undominated } from '../src/solve/prune.ts';
import { solvePacking } from '../src/solve/solve-packing.ts';
import { awsOffers, modelOf } from './model-cases.ts';

const offers = awsOffers();
console.log(offers.length, 'offers');
const engine = highsEngine(await (loader as unknown as () => Promise<Highs>)());
const cases: [number, number, number, number, number][] = (process.argv[2] ?? '30x10,100x12,1000x20')
  .split(',')
  .map((t) => {
    const [u, s, d = 2, a = 0] = t.split('x').map(Number);
    return [u!, s!, d, a, 0];
  });
const seeds = Number(process.argv[3] ?? 5);
for (const [units, shapes, dimensions, apart] of cases) {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const model = modelOf(offers, { units, shapes, dimensions, apart }, seed);
    const start = performance.now();
    const marks: string[] = [];
    let last = start;
    const answer = solvePacking(model, engine, {
      remaining: () => Number(process.argv[4] ?? 20) - (performance.now() - start) / 1000,
      report: ({ phase, cost, bound }) => {
        const now = performance.now();
        marks.push(
          `${phase} ${Math.round(now - last)}ms ${Number(cost ?? 0n) / 1e9}/${(Number(bound) / 1e9).toFixed(4)}`,
        );
        last = now;
      },
    });
    const took = performance.now() - start;
    const cost = Number(answer.packing?.cost ?? 0n);
    console.log(
      `${units}/${shapes}/${dimensions} s${seed}: ${answer.status} ${answer.proof} ${(cost / 1e9).toFixed(4)} gap ${((1 - Number(answer.bound) / cost) * 100).toFixed(3)}% ${took.toFixed(0)} ms, ${undominated(model).length} bins, ${answer.rounds} rounds, ${answer.patterns} patterns`,
    );
    if (process.env.V) console.log('   ', marks.join(' | '));
  }
}
