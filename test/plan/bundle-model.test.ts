import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readBundle } from '../../src/plan/bundle-file.ts';
import { type BundleModel, bundleModel, type PackOptions } from '../../src/plan/bundle-model.ts';
import { packedOverlay } from '../../src/plan/packed-bundle.ts';
import { parseProblem } from '../../src/plan/problem.ts';
import { placeUnits } from '../../src/request/bundle-placement.ts';
import { canonicalConstraints, parseConstraints } from '../../src/request/constraints.ts';
import { storedInputs } from '../../src/storage/inputs.ts';

const inputs = storedInputs();
const problem = parseProblem(
  'p.json',
  JSON.stringify({
    format: 'stowage.problem/1',
    catalog: {
      types: [{ name: 'x.large', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 7680 }],
      offers: [{ type: 'x.large', region: 'r1', price: '1' }],
    },
    request: { kind: 'machine' },
    rules: [],
  }),
  inputs,
);
if (!problem.ok) throw new Error(problem.diagnostics[0]!.message);
const { catalog } = problem.value.compiled;

function modelOf(text: string, model = '', options: PackOptions = {}): BundleModel {
  const bundle = readBundle([{ source: 'b.yaml', text }], inputs.vocabulary);
  if (!bundle.ok) throw new Error(bundle.diagnostics[0]!.message);
  const placement = placeUnits(bundle.value);
  const constraints = parseConstraints([{ source: 'model', text: model }], inputs.vocabulary);
  if (!placement.ok || !constraints.ok) throw new Error();
  const settings = { model: constraints.value, attributes: new Map(), reserve: true, waived: [] };
  return bundleModel({ bundle: bundle.value, placement: placement.value }, catalog, settings, options);
}

/** `id ×count milli-cores/mem/disk container apart-from`. */
const groupsOf = ({ request }: BundleModel): readonly string[] =>
  request.units.map(({ id, count, needs, container, apartFrom, maxPerMachine }) => {
    const size = ['cpu-milli', 'mem', 'root-disk'].map((dimension) => needs.get(dimension) ?? 0).join('/');
    return [
      id,
      `×${count}`,
      size,
      container?.capability ?? '-',
      `≤${maxPerMachine}`,
      ...apartFrom.map((name) => `≠${name}`),
    ].join(' ');
  });

describe('units of a bundle take', () => {
  it('what their application says, what their machine leaves, what a named type has, or what Juju assumes', () => {
    // Machine 0 has 8 cores and 16 GiB: b takes 4 GiB and a core, the container 2 GiB and a core; a and c share
    // 6 cores and 10 GiB.
    const model = modelOf(`
      machines: {0: {constraints: cores=8 mem=16G root-disk=50G}}
      applications:
        a: {charm: a, num_units: 1, to: [0]}
        b: {charm: b, num_units: 1, to: [0], constraints: mem=4G}
        c: {charm: c, num_units: 1, to: [0]}
        d: {charm: d, num_units: 1, to: ["lxd:0"], constraints: mem=2G}
        e: {charm: e, num_units: 1, constraints: instance-type=x.large root-disk=9G}
        f: {charm: f, num_units: 1, to: ["kvm:new"]}
        g: {charm: g, num_units: 1, constraints: cores=3}
    `);
    expect(groupsOf(model)).toEqual([
      'a ×1 3000/5120/25600 - ≤1 ≠e ≠g',
      'b ×1 1000/4096/0 - ≤1 ≠e ≠g',
      'c ×1 3000/5120/25600 - ≤1 ≠e ≠g',
      'd ×1 1000/2048/0 lxd ≤1',
      'e ×1 2000/7680/9216 - ≤1 ≠g',
      'f ×1 1000/2048/0 kvm ≤1',
      'g ×1 3000/2048/0 - ≤1',
    ]);
    expect(model.warnings.map(({ message }) => message)).toEqual([
      'nothing states what f takes: 1 core and 2G for each unit are taken, which Juju 3.6 assumes of a machine',
    ]);
    // A virtual machine is among them, so hosts keep something back.
    expect(model.request.reserve).toBe(true);
  });

  it('what the model says where they have machines to themselves', () => {
    expect(groupsOf(modelOf('applications: {a: {charm: a, num_units: 2}}', 'cores=2 mem=3G'))).toEqual([
      'a ×2 2000/3072/0 - ≤1',
    ]);
    expect(modelOf('applications: {a: {charm: a, num_units: 2}}', 'budget=10').request).toMatchObject({
      budget: 10_000_000_000,
      reserve: false,
    });
  });
});

describe('units of a bundle stay', () => {
  it('as many to a machine as their author put there', () => {
    const model = modelOf(`
      machines: {0: , 1: }
      applications:
        a: {charm: a, num_units: 3, to: ["lxd:0", "lxd:0", "lxd:1"], constraints: mem=1G}
        b: {charm: b, num_units: 2, to: ["lxd:0", "lxd:1"], constraints: mem=1G}
    `);
    expect(groupsOf(model)).toEqual(['a ×3 1000/1024/0 lxd ≤2', 'b ×2 1000/1024/0 lxd ≤1']);
  });

  it('apart from others of their application that have another size', () => {
    const model = modelOf(
      '{machines: {0: {constraints: mem=4G}, 1: {constraints: mem=8G tags=big}}, applications: {a: {charm: a, num_units: 2, to: [0, 1]}}}',
    );
    expect(groupsOf(model)).toEqual(['a ×1 1000/4096/0 - ≤1 ≠a-x2', 'a-x2 ×1 1000/8192/0 - ≤1']);
    expect(model.request.units.map(({ constraints }) => canonicalConstraints(constraints))).toEqual([
      'launcher=juju',
      'tags=big launcher=juju',
    ]);
    expect([...model.pods].map(([name, { units }]) => [name, units])).toEqual([
      ['a/0', ['a/0']],
      ['a-x2/0', ['a/1']],
    ]);
  });

  it('in their container with those that share it', () => {
    const model = modelOf(
      'applications: {a: {charm: a, num_units: 1, to: ["lxd:new"], constraints: mem=1G}, b: {charm: b, num_units: 1, to: [a/0]}}',
    );
    expect(groupsOf(model)).toEqual(['a ×1 1000/1024/0 lxd ≤1']);
    expect(model.pods.get('a/0')!.units).toEqual(['a/0', 'b/0']);
  });

  it('on machines to themselves unless they may be put into containers that are reached', () => {
    const text =
      '{machines: {0: {constraints: mem=1G}}, applications: {a: {charm: a, num_units: 1, constraints: mem=1G}, b: {charm: b, num_units: 1, to: [0]}}}';
    expect(groupsOf(modelOf(text))).toEqual(['a ×1 1000/1024/0 - ≤1 ≠b', 'b ×1 1000/1024/0 - ≤1']);
    const moved = modelOf(text, '', { into: 'lxd' });
    expect(groupsOf(moved)).toEqual(['a ×1 1000/1024/0 lxd ≤1', 'b ×1 1000/1024/0 - ≤1']);
    expect(canonicalConstraints(moved.request.units[0]!.constraints)).toBe('containers=lxd-addressable launcher=juju');
  });
});

describe('an overlay', () => {
  it('names type, disk and zone of each machine, and where each unit goes', () => {
    const read = (text: string) => {
      const constraints = parseConstraints([{ source: 't', text }], inputs.vocabulary);
      if (!constraints.ok) throw new Error();
      return constraints.value;
    };
    const base = { os: 'ubuntu', release: '22.04' };
    const overlay = packedOverlay([
      {
        type: 'x.large',
        arch: 'arm64',
        rootDisk: 4096,
        zone: undefined,
        pods: [
          { units: ['a/1', 'c/0'], container: 'lxd', constraints: read('zones=a,b tags=x'), base },
          {
            units: ['b/0'],
            container: undefined,
            constraints: read('zones=b,c tags=y mem=1G'),
            base: { os: 'ubuntu', release: '24.04' },
          },
        ],
      },
      {
        type: 'x.small',
        arch: undefined,
        rootDisk: 0,
        zone: 'r1a',
        pods: [{ units: ['a/0'], container: undefined, constraints: read(''), base }],
      },
    ]);
    expect(parse(overlay)).toEqual({
      machines: {
        0: { constraints: 'arch=arm64 instance-type=x.large root-disk=4096M tags=x,y zones=b', base: 'ubuntu@24.04' },
        1: { constraints: 'instance-type=x.small zones=r1a', base: 'ubuntu@22.04' },
      },
      applications: { a: { to: ['1', 'lxd:0'] }, b: { to: ['0'] }, c: { to: ['a/1'] } },
    });
  });
});
