import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/plan/schema.ts';
import { verifyModel } from '../../src/verify/model.ts';
import { modelSolver, readModel } from '../support/models.ts';

let solve: Awaited<ReturnType<typeof modelSolver>>;
beforeAll(async () => {
  solve = await modelSolver();
});

/** The answer where a machine runs that no unit may be on. */
function planned(machine: unknown, offers: readonly unknown[]): Answer {
  const problem = readModel({
    format: 'stowage.problem/1',
    catalog: {
      types: [
        { name: 'tiny', cloud: 'lab', arch: ['arm64'], cores: 1, mem: 512 },
        { name: 'big', cloud: 'lab', arch: ['amd64'], cores: 4, mem: 8192 },
      ],
      offers,
    },
    rules: [],
    request: { kind: 'model', units: [{ id: 'web', count: 1, needs: { mem: 4096 } }], machines: [machine] },
  })!;
  const answer = solve(problem);
  expect(verifyModel(answer, problem.compiled, problem.request, undefined)).toEqual([]);
  return answer;
}

const tiny = { type: 'tiny', region: 'r1', price: '0.01' };
const machine = { id: '0', type: 'tiny', region: 'r1', 'keep-price': '0.01' };

describe('a running machine that may hold no unit', () => {
  it('keeps the model where it is, though another region is cheaper', () => {
    const offers = [tiny, { type: 'big', region: 'r1', price: '0.5' }, { type: 'big', region: 'r2', price: '0.4' }];
    expect(planned(machine, offers)).toMatchObject({ cost: '0.5', machines: [{ region: 'r1', type: 'big' }] });
    // Of a type that the catalog does not have, the cloud has to be named.
    const strange = { ...machine, type: 'strange' };
    expect(planned(strange, offers)).toMatchObject({ cost: '0.4' });
    expect(planned({ ...strange, cloud: 'lab' }, offers)).toMatchObject({ cost: '0.5' });
  });

  it('leaves a model without an answer where nothing else is there', () => {
    expect(planned(machine, [tiny, { type: 'big', region: 'r2', price: '0.4' }])).toMatchObject({
      status: 'infeasible',
      'model-conflicts': [{ text: 'no offer with a known price may hold any of them in lab r1, where machines run' }],
    });
  });
});
