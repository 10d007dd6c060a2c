import { describe, expect, it } from 'vitest';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { readBundle } from '../../src/plan/bundle-file.ts';
import type { Bundle } from '../../src/request/bundle.ts';
import { placeUnits } from '../../src/request/bundle-placement.ts';
import { canonicalConstraints } from '../../src/request/constraints.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';

const vocabulary = loadVocabulary();

const files = (texts: readonly string[]) => texts.map((text, index) => ({ source: `${index}.yaml`, text }));

function bundleOf(...texts: readonly string[]): Bundle {
  const bundle = readBundle(files(texts), vocabulary);
  if (!bundle.ok) throw new Error(bundle.diagnostics.map(describeDiagnostic).join('\n'));
  return bundle.value;
}

const faultsOf = (...texts: readonly string[]): readonly string[] => {
  const bundle = readBundle(files(texts), vocabulary);
  const placed = bundle.ok ? placeUnits(bundle.value) : bundle;
  return placed.ok ? [] : placed.diagnostics.map(({ message }) => message);
};

/** `unit at`, in order, and `machine: constraints` of each machine. */
function placementOf(...texts: readonly string[]): {
  units: string;
  machines: readonly string[];
  warnings: readonly string[];
} {
  const bundle = bundleOf(...texts);
  const placed = placeUnits(bundle);
  if (!placed.ok) throw new Error(placed.diagnostics.map(describeDiagnostic).join('\n'));
  const { units, machines, warnings } = placed.value;
  return {
    units: units.map(({ id, at }) => `${id} ${at}`).join(', '),
    machines: machines.map(({ id, declared, constraints, base }) =>
      [
        id,
        declared === undefined ? '' : `(${declared})`,
        base === undefined ? '?' : `${base.os}@${base.release}`,
        canonicalConstraints(constraints),
      ]
        .filter((word) => word !== '')
        .join(' '),
    ),
    warnings: [...bundle.warnings, ...warnings].map(({ message }) => message),
  };
}

describe('units of a bundle', () => {
  it('go where each form of a placement says', () => {
    const placed = placementOf(`
      series: jammy
      applications:
        db: {charm: db, num_units: 2, to: [4, "7"], constraints: mem=9G}
        web: {charm: web, num_units: 6, to: [new, "lxd:7", "kvm:db/0", "lxd:new", db/1, "lxd:db"], constraints: cores=2}
      machines:
        7: {constraints: mem=8G, series: focal}
        "4":
    `);
    // Machines of the bundle come first, in order of numbers; a placement with an application takes its next unit.
    expect(placed.units).toBe(
      'db/0 0, db/1 1, web/0 2, web/1 1/lxd/0, web/2 0/kvm/0, web/3 3/lxd/0, web/4 1, web/5 0/lxd/0',
    );
    expect(placed.machines).toEqual([
      '0 (4) ubuntu@22.04',
      '1 (7) ubuntu@20.04 mem=8192M',
      '2 ubuntu@22.04 cores=2',
      '3 ubuntu@22.04 cores=2',
    ]);
    expect(placed.warnings).toEqual([]);
  });

  it('without a placement get machines of their own', () => {
    const placed = placementOf(
      'applications: {a: {charm: "cs:bionic/a-3", num_units: 2, constraints: mem=3G}, s: {charm: s}}',
    );
    expect(placed.units).toBe('a/0 0, a/1 1');
    expect(placed.machines).toEqual(['0 ubuntu@18.04 mem=3072M', '1 ubuntu@18.04 mem=3072M']);
  });

  it('repeat the last placement where it may be followed again', () => {
    const placed = placementOf(`
      applications:
        a: {charm: a, num_units: 3, to: [new]}
        b: {charm: b, num_units: 4, to: ["lxd:a"]}
        c: {charm: c, num_units: 2, to: ["lxd:new"]}
        d: {charm: d, num_units: 3, to: [a]}
    `);
    // There is no a/3 for b/3, which gets a machine and no container.
    expect(placed.units).toBe(
      'a/0 0, a/1 1, a/2 2, b/0 0/lxd/0, b/1 1/lxd/0, b/2 2/lxd/0, b/3 3, c/0 4/lxd/0, c/1 5/lxd/0, d/0 0, d/1 1, d/2 2',
    );
  });

  it('do not repeat a machine or a unit, and it is told', () => {
    const placed = placementOf(
      '{machines: {0: }, applications: {a: {charm: a, num_units: 3, to: ["lxd:0"], constraints: mem=1G}}}',
    );
    expect(placed.units).toBe('a/0 0/lxd/0, a/1 1, a/2 2');
    expect(placed.machines.slice(1)).toEqual(['1 ? mem=1024M', '2 ? mem=1024M']);
    expect(placed.warnings).toEqual([
      'a has 3 units and 1 placement; Juju does not repeat "lxd:0", so a/1 to a/2 get machines of their own',
    ]);
  });

  it('are made beside, not within, the container of the unit that they are placed with', () => {
    const placed = placementOf(`
      applications:
        a: {charm: a, num_units: 1, to: [z/0]}
        b: {charm: b, num_units: 1, to: ["lxd:z/0"]}
        z: {charm: z, num_units: 1, to: ["lxd:new"]}
    `);
    expect(placed.units).toBe('a/0 0/lxd/0, b/0 0/lxd/1, z/0 0/lxd/0');
  });

  it('give a machine without a base their own', () => {
    const placed = placementOf(`
      applications:
        a: {charm: a, num_units: 1, to: ["lxd:0"], base: ubuntu@20.04}
        b: {charm: b, num_units: 1, to: [0], base: ubuntu@22.04/stable}
      machines: {0: {}}
    `);
    expect(placed.machines).toEqual(['0 (0) ubuntu@22.04']);
  });

  it('of lxc are in lxd', () => {
    const placed = placementOf('{machines: {0: }, services: {a: {charm: a, num_units: 1, to: ["lxc:0"]}}}');
    expect(placed.units).toBe('a/0 0/lxd/0');
    expect(placed.warnings).toEqual(['placement "lxc:0": lxc is read as lxd, as Juju has done since 2.0']);
  });
});

describe('a bundle', () => {
  it('may repeat values by anchors, merge them, and hold variables for them', () => {
    const placed = placementOf(`
      variables: {origin: &origin cloud:jammy, size: &size "mem=4G cores=2"}
      x-common: &common {num_units: 1, constraints: *size, options: {source: *origin}}
      applications:
        a: {<<: *common, charm: a}
        b: {charm: b, <<: *common, constraints: mem=1G}
    `);
    expect(placed.machines).toEqual(['0 ? cores=2 mem=4096M', '1 ? mem=1024M']);
    expect(placed.warnings).toEqual([]);
  });

  it('tells of keys that Juju passes over', () => {
    expect(
      bundleOf('{applications: {a: {charm: a, num_units: 1, constraint: mem=4G}}, machine: {}}').warnings.map((one) => [
        one.message,
        one.hint,
      ]),
    ).toEqual([
      ['Juju knows no key "machine" here, and passes it over', 'did you mean machines?'],
      ['Juju knows no key "constraint" here, and passes it over', 'did you mean constraints?'],
    ]);
  });

  it('keeps its relations, old lists of several among them', () => {
    expect(
      bundleOf(
        '{applications: {a: {charm: a}, b: {charm: b}, c: {charm: c}}, saas: {far: {url: x}}, relations: [["a:x", "b:y"], ["a", ["b:z", c]], [b, "far:q"]]}',
      ).relations,
    ).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'far'],
    ]);
  });

  it.each<readonly [string, ...string[]]>([
    ['0.yaml is empty: it is no bundle', '# nothing\n'],
    ['at least one application must be specified', 'series: jammy'],
    ['base application "a" has no body', 'applications: {a: }'],
    ['"jamy" is no series that is known here', '{series: jamy, applications: {a: {charm: a}}}'],
    ['"ubuntu" is no base', '{default-base: ubuntu, applications: {a: {charm: a}}}'],
    ['unknown constraint "memory"', 'applications: {a: {charm: a, constraints: memory=4G}}'],
    // Ours are none of Juju's.
    ['unknown constraint "max-price"', 'applications: {a: {charm: a, constraints: max-price=1}}'],
    [
      'bad "mem" constraint: must be a non-negative float with optional M/G/T/P suffix',
      '{machines: {0: {constraints: mem=4GB}}, applications: {a: {charm: a, num_units: 1, to: [0]}}}',
    ],
    [
      'a has 1 unit and 2 placements: too many units specified in unit placement',
      'applications: {a: {charm: a, num_units: 1, to: [new, new]}}',
    ],
    [
      'a has 0 units and 1 placement: too many units specified in unit placement',
      'applications: {a: {charm: a, to: [new]}}',
    ],
    ['a cannot have -1 units', 'applications: {a: {charm: a, num_units: -1}}'],
    [
      'placement "5" refers to a machine not defined in this bundle',
      'applications: {a: {charm: a, num_units: 1, to: [5]}}',
    ],
    [
      'placement "lxd:b" refers to an application not defined in this bundle',
      'applications: {a: {charm: a, num_units: 1, to: ["lxd:b"]}}',
    ],
    [
      'placement "b/2" specifies a unit greater than the 2 units started by the target application',
      'applications: {a: {charm: a, num_units: 1, to: [b/2]}, b: {charm: b, num_units: 2}}',
    ],
    [
      'placement "b" refers to b, which has no units to be placed with',
      'applications: {a: {charm: a, num_units: 1, to: [b]}, b: {charm: b}}',
    ],
    ['invalid placement syntax "05"', 'applications: {a: {charm: a, num_units: 1, to: [05]}}'],
    ['invalid placement syntax ":0"', 'applications: {a: {charm: a, num_units: 1, to: [":0"]}}'],
    ['invalid placement syntax "new/2": new has no units', 'applications: {a: {charm: a, num_units: 1, to: [new/2]}}'],
    [
      'placement "docker:new": "docker" is no container type',
      'applications: {a: {charm: a, num_units: 1, to: ["docker:new"]}}',
    ],
    [
      'placement "zone=a" is not for bundles, which know no directives of providers',
      'applications: {a: {charm: a, num_units: 1, to: [zone=a]}}',
    ],
    ['expected a list of placements, such as ["lxd:0"]', 'applications: {a: {charm: a, num_units: 1, to: "lxd:0"}}'],
    [
      'cycle in placement directives for: a, b',
      'applications: {a: {charm: a, num_units: 1, to: [b]}, b: {charm: b, num_units: 1, to: [a/0]}, c: {charm: c, num_units: 1}}',
    ],
    ['cycle in placement directives for: a', 'applications: {a: {charm: a, num_units: 2, to: [new, a/0]}}'],
    [
      'machine "1" is not referred to by a placement directive',
      '{machines: {0: , 1: }, applications: {a: {charm: a, num_units: 1, to: [0]}}}',
    ],
    ['"web" cannot be a machine of a bundle', '{machines: {web: }, applications: {a: {charm: a}}}'],
    ['"A_b" cannot name an application', 'applications: {A_b: {charm: a}}'],
    [
      'relation endpoint "x:db" refers to an application not defined in this bundle',
      '{applications: {a: {charm: a}}, relations: [["a:db", "x:db"]]}',
    ],
    ['relation 1 has 1 endpoint, not 2', '{applications: {a: {charm: a}}, relations: [["a:db"]]}'],
    [
      'this bundle is for Kubernetes: its units are pods of a cluster, and there are no machines to choose',
      '{bundle: kubernetes, applications: {a: {charm: a, scale: 1}}}',
    ],
    [
      'this bundle is for Kubernetes: its units are pods of a cluster, and there are no machines to choose',
      'applications: {a: {charm: a, scale: 1}}',
    ],
    [
      'this is a basket of bundles, as juju-deployer had them, and not a bundle',
      'stack: {series: trusty, services: {a: {charm: a}}}',
    ],
    [
      '"services" is the old name of "applications": a bundle has one or the other',
      '{services: {a: {charm: a}}, applications: {b: {charm: b}}}',
    ],
    ['expected record, received array', 'applications: [a]'],
  ])('is refused: %s', (message, ...texts) => {
    expect(faultsOf(...texts)).toContain(message);
  });

  it('is refused at the place of the fault, in the very file', () => {
    const read = readBundle(
      files([
        'applications:\n  a: {charm: a, num_units: 2, to: ["lxd:0"]}\nmachines: {0: }\n',
        'applications:\n  a:\n    num_units: 1\n    to: [lxd:O]\n',
      ]),
      vocabulary,
    );
    expect(read.ok ? '' : read.diagnostics.map(describeDiagnostic).join('\n')).toContain(
      'error: invalid placement syntax "lxd:O"\n  at 1.yaml:4:10',
    );
  });
});

describe('an overlay', () => {
  const base = `
    series: focal
    machines: {0: {constraints: mem=8G}}
    applications:
      a: {charm: a, num_units: 1, to: [0], constraints: mem=1G}
      b: {charm: b, num_units: 2, constraints: mem=2G}
    relations: [[a, b]]
  `;

  it('overwrites fields, and leaves the rest', () => {
    const placed = placementOf(
      base,
      'applications: {b: {num_units: 1, constraints: "cores=4"}, c: {charm: c, num_units: 1}}',
    );
    expect(placed.units).toBe('a/0 0, b/0 1, c/0 2');
    expect(placed.machines).toEqual(['0 (0) ubuntu@20.04 mem=8192M', '1 ubuntu@20.04 cores=4', '2 ubuntu@20.04']);
  });

  it('takes out an application with its relations, and machines as a whole', () => {
    const bundle = bundleOf(
      base,
      'applications: {b: }',
      'machines: {0: {constraints: "cores=8"}}\ndefault-base: ubuntu@24.04',
    );
    expect(bundle.relations).toEqual([]);
    expect(bundle.applications.map(({ name }) => name)).toEqual(['a']);
    expect(canonicalConstraints(bundle.machines[0]!.constraints)).toBe('cores=8');
    expect(bundle.base).toEqual({ os: 'ubuntu', release: '24.04' });
    expect(bundleOf(base, 'applications: {B: {}}').warnings.map(({ message, hint }) => [message, hint])).toEqual([
      ['the overlay takes out "B", which is not there', 'did you mean b?'],
    ]);
  });

  it('may stand in the same file, and those of the command line come after it', () => {
    const placed = placementOf(
      `${base.replaceAll('\n    ', '\n').trim()}\n---\napplications: {b: {num_units: 3}, a: {series: jammy}}\n`,
      'applications: {b: {num_units: 1}}',
    );
    expect(placed.units).toBe('a/0 0, b/0 1');
  });

  it('replaces a series by a base', () => {
    const applications = bundleOf(
      'applications: {a: {charm: a, base: ubuntu@20.04}}',
      'applications: {a: {series: jammy}}',
    ).applications;
    expect(applications[0]!.base).toEqual({ os: 'ubuntu', release: '22.04' });
  });
});
