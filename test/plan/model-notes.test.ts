import { beforeAll, expect, it } from 'vitest';
import { modelSolver, readModel } from '../support/models.ts';

let solve: Awaited<ReturnType<typeof modelSolver>>;
beforeAll(async () => {
  solve = await modelSolver();
});

const catalog = {
  types: [{ name: 'a', cloud: 'lab', arch: ['amd64'], cores: 4, mem: 8192 }],
  offers: [{ type: 'a', region: 'r', price: '0.5' }],
};

/** Codes of what is said beside the plan of one unit by one rule. */
function notesOf(rule: object, needs: object): readonly string[] {
  const problem = readModel({
    format: 'stowage.problem/1',
    catalog,
    rules: [{ format: 1, module: 'own', rules: { one: { summary: 'One.', ...rule } } }],
    request: { kind: 'model', units: [{ id: 'web', count: 1, needs }] },
  })!;
  return solve(problem).notes.map(({ code }) => code);
}

it('says which rules do not count as they do for one machine', () => {
  const large = { when: { 'request.root-disk': { above: 50 } }, price: { plus: '0.1' } };
  expect(notesOf(large, { 'root-disk': '100G' })).toContain('disk-prices');
  expect(notesOf(large, { mem: 512 })).not.toContain('disk-prices');
  expect(notesOf({ price: { plus: '0.1' } }, { 'root-disk': '100G' })).not.toContain('disk-prices');
  const some = { when: { 'type.cores': { above: 2 } }, prefer: { penalty: '10%' } };
  expect(notesOf(some, { mem: 512 })).toContain('preferences');
});
