import { describe, expect, it } from 'vitest';
import { documentOfValue } from '../../src/document/read.ts';
import { readModelProblem } from '../../src/plan/model-problem.ts';
import { storedInputs } from '../../src/storage/inputs.ts';

const inputs = storedInputs();

/** What is wrong with a model of these units, and these machines. */
function faultsOf(units: readonly unknown[], machines: readonly unknown[] = []): readonly string[] {
  const problem = {
    format: 'stowage.problem/1',
    catalog: {
      types: [{ name: 'a', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096 }],
      offers: [{ type: 'a', region: 'r', price: '1' }],
    },
    rules: [],
    request: { kind: 'model', units, machines },
  };
  const read = readModelProblem(documentOfValue('problem', problem), inputs);
  return read.ok ? [] : read.diagnostics.map(({ message }) => message);
}

const web = { id: 'web', count: 2, needs: { mem: 512 } };
const machine = { id: '0', type: 'a', region: 'r' };

describe('parseModel', () => {
  it('takes units that fit together', () => {
    expect(
      faultsOf([web, { id: 'log', count: 2, with: 'web' }, { id: 'db', count: 1, 'apart-from': ['web'] }]),
    ).toEqual([]);
    expect(faultsOf([web, { id: 'log', count: 2, with: 'web' }], [{ ...machine, units: ['log/1', 'web/1'] }])).toEqual(
      [],
    );
  });

  it.each<readonly [string, readonly unknown[], string]>([
    ['a name that is none', [{ ...web, id: 'Web' }], '"Web" cannot name units'],
    ['a name twice', [web, web], 'units "web" are given twice'],
    ['an amount of no size', [{ ...web, needs: { mem: '1X' } }], 'mem cannot be 1X'],
    ['part of a milli-core', [{ ...web, needs: { cores: '0.0001' } }], 'cores cannot be 0.0001'],
    ['a dimension in two ways', [{ ...web, needs: { cores: 1, 'cpu-milli': 1000 } }], 'cpu-milli is given twice'],
    ['no container type', [{ ...web, container: 'vmware' }], '"vmware" is no declared capability'],
    ['a budget of one unit', [{ ...web, constraints: 'budget=5' }], 'a budget is of the whole model'],
    ['company that is not there', [{ ...web, with: 'wbe' }], 'no units are called "wbe"'],
    ['company of itself', [{ ...web, with: 'web' }], 'web cannot be with web, which is with others itself'],
    [
      'company of another number',
      [web, { id: 'log', count: 1, with: 'web' }],
      'log has 1 unit and web 2: they cannot sit in pairs',
    ],
    [
      'company that is avoided',
      [web, { id: 'log', count: 2, with: 'web', 'apart-from': ['web'] }],
      'log is to be both with web and apart from it',
    ],
    [
      'company that is avoided by another in it',
      [web, { id: 'log', count: 2, with: 'web', 'apart-from': ['mon'] }, { id: 'mon', count: 2, with: 'web' }],
      'mon is to be apart from log, which is with web as well',
    ],
  ])('tells of %s', (_, units, message) => {
    expect(faultsOf(units)).toEqual([message]);
  });

  it.each<readonly [string, readonly string[], string]>([
    ['no unit', ['web'], '"web" is no unit'],
    ['a unit beyond all', ['web/2'], 'web has 2 units, so there is no web/2'],
    ['a unit without the one that it is with', ['log/1', 'web/0'], 'log/1 is with web/1, which is not on machine 0'],
    ['a unit twice', ['web/0', 'web/0'], 'web/0 is on two machines'],
  ])('tells of a running machine with %s', (_, units, message) => {
    expect(faultsOf([web, { id: 'log', count: 2, with: 'web' }], [{ ...machine, units }])).toEqual([message]);
  });
});
