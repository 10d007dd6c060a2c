import { describe, expect, it } from 'vitest';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { readBundle } from '../../src/plan/bundle-file.ts';
import { bundleModel } from '../../src/plan/bundle-model.ts';
import { parseProblem } from '../../src/plan/problem.ts';
import { readStatus } from '../../src/plan/status-file.ts';
import { runningModel } from '../../src/plan/status-model.ts';
import { typesOfMachines } from '../../src/plan/status-types.ts';
import { placeUnits } from '../../src/request/bundle-placement.ts';
import { storedInputs } from '../../src/storage/inputs.ts';

const inputs = storedInputs();

/** As Juju 3.6 writes it, cut to what is read and some of what is not. */
const STATUS = {
  model: { name: 'wiki', type: 'iaas', controller: 'c', cloud: 'google', region: 'r1', version: '3.6.1' },
  machines: {
    '10': {
      'juju-status': { current: 'started' },
      base: { name: 'ubuntu', channel: '22.04' },
      hardware: 'arch=amd64 cores=2 mem=8192M root-disk=10240M availability-zone=r1-b',
    },
    '2': {
      'instance-id': 'i-2',
      base: { name: 'ubuntu', channel: '22.04' },
      constraints: 'cores=4 instance-type=big',
      hardware: 'arch=amd64 cores=4 cpu-power=1100 mem=16384M availability-zone=r1-a',
      containers: { '2/lxd/10': {}, '2/lxd/9': { base: { name: 'ubuntu', channel: '22.04' } } },
    },
  },
  applications: {
    wiki: {
      charm: 'wiki',
      units: { 'wiki/7': { machine: '10', subordinates: { 'logs/0': {} } }, 'wiki/3': { machine: '2' } },
    },
    db: { charm: 'db', units: { 'db/1': { machine: '2/lxd/10' }, 'db/0': { machine: '2/lxd/9' } } },
    logs: { charm: 'logs', 'subordinate-to': ['wiki'] },
    late: { charm: 'late', units: { 'late/0': {} } },
  },
};

const problem = parseProblem(
  'p.json',
  JSON.stringify({
    format: 'stowage.problem/1',
    catalog: {
      types: [
        { name: 'small', cloud: 'gcp', arch: ['amd64'], cores: 2, mem: 8192 },
        { name: 'alike', cloud: 'gcp', arch: ['amd64'], cores: 2, mem: 8192 },
        { name: 'arm', cloud: 'gcp', arch: ['arm64'], cores: 2, mem: 8192 },
        { name: 'big', cloud: 'gcp', arch: ['amd64'], cores: 4, mem: 16384 },
        { name: 'bigger', cloud: 'gcp', arch: ['amd64'], cores: 4, mem: 16384 },
      ],
      offers: [
        { type: 'small', region: 'r1', price: '0.3' },
        { type: 'alike', region: 'r1', price: '0.2' },
        { type: 'alike', region: 'r1', market: 'spot', price: '0.1' },
        { type: 'arm', region: 'r1', price: '0.1' },
        { type: 'big', region: 'r1', price: '0.6' },
        { type: 'bigger', region: 'r2', price: '0.5' },
      ],
    },
    rules: [],
    request: { kind: 'machine' },
  }),
  inputs,
);
if (!problem.ok) throw new Error(problem.diagnostics[0]!.message);
const { catalog } = problem.value.compiled;

const statusOf = (value: object) => {
  const read = readStatus('status.json', JSON.stringify(value));
  if (!read.ok) throw new Error(read.diagnostics.map(describeDiagnostic).join('\n'));
  return read.value;
};
const messages = (
  value: object,
  settled: Readonly<Record<string, string>> = {},
): readonly (readonly [string, string?])[] => {
  const read = readStatus('status.json', JSON.stringify(value));
  const found = read.ok ? typesOfMachines(read.value, catalog, new Map(Object.entries(settled))) : read;
  return found.ok
    ? []
    : found.diagnostics.map(({ message, hint }) => (hint === undefined ? [message] : [message, hint]));
};

describe('a status', () => {
  it('tells machines by their hardware, and where units are', () => {
    const { cloud, region, machines, units } = statusOf(STATUS);
    expect([cloud, region]).toEqual(['gcp', 'r1']);
    expect(machines.map(({ place: _, ...machine }) => machine)).toEqual([
      {
        id: '2',
        arch: 'amd64',
        cores: 4,
        mem: 16384,
        rootDisk: undefined,
        zone: 'r1-a',
        base: { os: 'ubuntu', release: '22.04' },
        type: 'big',
        containers: ['2/lxd/9', '2/lxd/10'],
      },
      {
        id: '10',
        arch: 'amd64',
        cores: 2,
        mem: 8192,
        rootDisk: 10240,
        zone: 'r1-b',
        base: { os: 'ubuntu', release: '22.04' },
        type: undefined,
        containers: [],
      },
    ]);
    expect(units.map(({ id, at }) => `${id} ${at}`)).toEqual([
      'db/0 2/lxd/9',
      'db/1 2/lxd/10',
      'wiki/3 2',
      'wiki/7 10',
    ]);
  });

  it('is read as YAML too, with series as Juju 2 writes them', () => {
    const read = readStatus(
      'status.yaml',
      'model: {cloud: aws, region: us-east-1}\nmachines: {"0": {series: focal, hardware: arch=arm64 cores=1 mem=0.5G}}\n',
    );
    expect(read.ok && read.value.machines[0]).toMatchObject({
      base: { release: '20.04' },
      arch: 'arm64',
      cores: 1,
      mem: 512,
    });
  });

  it.each<readonly [string, object]>([
    ['status.json is no status of a model', {}],
    ['status.json is no status of a model', [] as object],
    ['"cloud" is missing: expected string', { model: {} }],
    [
      'this model is in Kubernetes: its units are pods, and there are no machines to choose',
      { model: { cloud: 'k8s', type: 'caas' } },
    ],
    ['machine 0: mem cannot be "8GB"', { model: { cloud: 'aws' }, machines: { 0: { hardware: 'cores=2 mem=8GB' } } }],
    [
      'unit a/0 is on machine 7, which the status does not tell of',
      { model: { cloud: 'aws' }, applications: { a: { units: { 'a/0': { machine: '7' } } } } },
    ],
  ])('is refused: %s', (message, value) => {
    expect(messages(value).map(([text]) => text)).toEqual([message]);
  });
});

describe('types of machines', () => {
  it('are those with the hardware in the region, the cheapest first, until somebody says which', () => {
    // The arm has another architecture, bigger is sold elsewhere, and spot machines are not Juju's.
    expect(messages(STATUS)).toEqual([
      ['machine 10: 2 types have amd64, 2 cores, 8G: alike, small', 'say it with --machine 10=alike'],
    ]);
    const typed = typesOfMachines(statusOf(STATUS), catalog, new Map([['10', 'small']]));
    expect(
      typed.ok && typed.value.map(({ machine, name, offer }) => [machine.id, name, catalog.offers.price[offer]]),
    ).toEqual([
      ['2', 'big', 600_000_000],
      ['10', 'small', 300_000_000],
    ]);
  });

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['machine 10 is no big: it has amd64, 2 cores, 8G', { 10: 'big' }],
    ['machine 10: gcp r1 has no type "bigger" with a known price', { 10: 'bigger' }],
    ['the status tells of no machine 1', { 1: 'big', 10: 'small' }],
  ])('are not believed against the hardware: %s', (message, settled) => {
    expect(messages(STATUS, settled).map(([text]) => text)).toContain(message);
  });

  it('need offers where the model is', () => {
    expect(messages({ ...STATUS, model: { cloud: 'azure', region: 'r1' } })).toEqual([
      ['the catalog has no offers of azure r1, where the model is', 'give a catalog of it with --catalog'],
    ]);
    const bare = { ...STATUS, machines: { ...STATUS.machines, 10: {} } };
    expect(messages(bare)[0]![0]).toBe('machine 10: the status does not tell its hardware');
  });
});

describe('a model that runs', () => {
  it('has the units of its bundle where they are, by order of their numbers', () => {
    const bundle = readBundle(
      [
        {
          source: 'b.yaml',
          text: '{machines: {0: {}, 1: {}}, applications: {db: {charm: db, num_units: 2, to: ["lxd:0", "lxd:0"], constraints: mem=2G}, wiki: {charm: wiki, num_units: 2, to: ["0", "1"], constraints: "cores=2 mem=4G"}, new: {charm: new, num_units: 1}}}',
        },
      ],
      inputs.vocabulary,
    );
    if (!bundle.ok) throw new Error();
    const placement = placeUnits(bundle.value);
    const typed = typesOfMachines(statusOf(STATUS), catalog, new Map([['10', 'small']]));
    if (!placement.ok || !typed.ok) throw new Error();
    const settings = { model: { byKey: new Map(), aliases: [] }, attributes: new Map(), reserve: true, waived: [] };
    const model = bundleModel({ bundle: bundle.value, placement: placement.value }, catalog, settings);
    const { kept, free, cost, warnings } = runningModel(statusOf(STATUS), typed.value, model, catalog);
    expect(kept.machines.map(({ id, type, zone, keepPrice, units }) => [id, type, zone, keepPrice, units])).toEqual([
      ['2', 'big', 'r1-a', 0, ['db/0', 'db/1', 'wiki/0']],
      ['10', 'small', 'r1-b', 0, ['wiki/1']],
    ]);
    expect(free.machines.map(({ keepPrice, units }) => [keepPrice, units])).toEqual([
      [600_000_000, []],
      [300_000_000, []],
    ]);
    expect(cost).toBe(900_000_000n);
    expect(warnings.map(({ message }) => message)).toEqual([
      'the bundle has new/0, which the status does not tell of: to be placed anew',
    ]);
  });
});
