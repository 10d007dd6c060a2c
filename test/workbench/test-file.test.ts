import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/diagnostic/diagnostic.ts';
import { runFragments } from '../../src/workbench/test-fragments.ts';
import { runRows } from '../../src/workbench/test-run.ts';
import { programOf, suiteOf, testsOf } from '../support/suites.ts';

const RULES = `
format: 1
module: acme
rules:
  kvm:
    summary: hardware hosts KVM
    when: {type.bare-metal: true}
    provide: {kvm: 2.0}
  no-burstable:
    summary: "{type.name} is burstable"
    when: {request.env: production, type.burstable: true}
    forbid: true
  dear:
    summary: licences
    when: {image.os: windows}
    price: {plus: 0.05, per: type.cores, component: licence}
  keeps:
    summary: keeps memory
    reserve: {os: {mem: 512 MiB, cores: 1}, vm: {mem: 128 MiB, per: kvm}}
`;
const program = programOf(RULES);
const head = 'format: 1\ntests: acme\n';

const codesOf = (text: string): readonly string[] => {
  const read = testsOf(head + text, program);
  if (!read.ok) return read.diagnostics.map(({ code }) => code);
  const ran = runRows(program, read.value);
  return ran.ok ? [] : ran.diagnostics.map(({ code }) => code);
};

const outcomes = (text: string) => {
  const ran = runRows(program, suiteOf(head + text, program));
  if (!ran.ok) throw new Error(ran.diagnostics[0]!.message);
  return ran.value;
};

describe('a test file', () => {
  it.each([
    ['unknown-attribute', 'cases: {a: {with: {type: {bare-mettle: true}}, expect: {can: {kvm: unknown}}}}'],
    ['test-value', 'cases: {a: {with: {type: {bare-metal: perhaps}}, expect: {can: {kvm: unknown}}}}'],
    ['unknown-capability', 'cases: {a: {with: {type: {bare-metal: true}}, expect: {can: {kwm: 2.0}}}}'],
    ['test-value', 'cases: {a: {with: {type: {bare-metal: true}}, expect: {can: {kvm: two words}}}}'],
    ['unknown-capability', 'cases: {a: {with: {type: {bare-metal: true}, guests: {kwm: 1}}, expect: {reserves: 512}}}'],
    ['unknown-rule', 'cases: {a: {with: {type: {burstable: true}}, expect: {refused-by: [no-burstabel]}}}'],
    ['unknown-rule', 'cases: {a: {with: {type: {burstable: true}}, expect: {refused-by: [kvm]}}}'],
    ['unknown-rule', 'cases: {a: {with: {type: {bare-metal: true}}, expect: {provides-via: {kvm: no-burstable}}}}'],
    ['unknown-facts', 'cases: {a: {given: [nobody], with: {type: {bare-metal: true}}, expect: {can: {kvm: 2.0}}}}'],
    [
      'unused-facts',
      'facts: {m5: {type: {cores: 2}}}\ncases: {a: {with: {type: {bare-metal: true}}, expect: {can: {kvm: 2.0}}}}',
    ],
    ['empty-expectation', 'cases: {a: {with: {type: {bare-metal: true}}, expect: {}}}'],
    ['empty-expectation', 'cases: {a: {with: {type: {bare-metal: true}}, expect: {can: {}}}}'],
    [
      'duplicate-row',
      'cases: {a: {for-each: [{name: x, with: {type: {bare-metal: true}}, expect: {can: {kvm: 2.0}}}, {name: y, with: {type: {bare-metal: true}}, expect: {can: {kvm: 2.0}}}]}}',
    ],
    [
      'duplicate-row',
      'cases: {a: {for-each: [{name: x, with: {type: {bare-metal: true}}, expect: {can: {kvm: 2.0}}}, {name: x, expect: {can: {kvm: unknown}}}]}}',
    ],
    ['test-case', 'cases: {a: {with: {type: {bare-metal: true}}}}'],
    ['test-case', 'cases: {a: {with: {type: {bare-metal: true}}, expect: {plan: {type: t1}}}}'],
    ['unknown-key', 'cases: {a: {with: {type: {bare-metal: true}}, expects: {can: {kvm: 2.0}}}}'],
    ['unknown-key', 'cases: {a: {with: {types: {bare-metal: true}}, expect: {can: {kvm: 2.0}}}}'],
    ['empty-tests', 'cases: {}'],
    ['undecided-row', 'cases: {a: {with: {type: {cores: 2}}, expect: {can: {lxd: false}}}}'],
    ['undecided-row', 'cases: {a: {with: {type: {cores: 2}}, expect: {warnings: []}}}'],
  ])('that tests nothing is at fault: %s', (code, text) => {
    expect(codesOf(text)).toContain(code);
  });

  it('says where, and what was meant', () => {
    const read = testsOf(
      `${head}cases:\n  a:\n    with: {type: {burstable: true}}\n    expect: {refused-by: [no-burstabel]}\n`,
      program,
    );
    expect(read.ok ? [] : read.diagnostics).toMatchObject([
      { code: 'unknown-rule', hint: 'did you mean no-burstable?', path: 'cases.a.expect.refused-by[0]' },
    ]);
    expect(read.ok ? '' : placeOf(read.diagnostics[0]!.span!)).toBe('rules.test.yaml:6:27');
  });
});

describe('a row', () => {
  it('takes named facts first, then its own, and leaves the rest unknown', () => {
    const text = `
facts:
  metal: {type: {bare-metal: true}}
  vm: {type: {bare-metal: false}}
cases:
  a:
    given: [metal]
    for-each:
      - {name: as named, expect: {can: {kvm: 2.0}}}
      - {name: the later name wins, given: [vm], expect: {can: {kvm: false}}}
      - {name: its own facts win, given: [vm], with: {type: {bare-metal: true, cores: 1}}, expect: {can: {kvm: true}}}
  b:
    for-each: [{name: unknown, expect: {can: {kvm: unknown}}}]
`;
    expect(outcomes(text).flatMap(({ differences }) => differences)).toEqual([]);
  });

  it('is concluded as the language defines it: refusals, prices and reserves', () => {
    const text = `
cases:
  a:
    for-each:
      - {name: fails closed, with: {request: {env: production}}, expect: {refused-by: [no-burstable], warnings: []}}
      - {name: four cores at 0.05 and 0.2 for the machine, with: {image: {os: windows}, type: {cores: 4}, offer: {price: 0.2}}, expect: {price: 0.4}}
      - {name: without a price, with: {image: {os: windows}, type: {cores: 4}}, expect: {price: unknown}}
      - {name: of an unknown size, with: {image: {os: windows}, offer: {price: 0.2}}, expect: {price: 0.2}}
      - {name: 512 and twice 128, with: {guests: {kvm: 2}}, expect: {reserves: {mem: 768, cores: 1}}}
`;
    expect(outcomes(text).flatMap(({ differences }) => differences)).toEqual([]);
  });

  it('that fails tells each field, and what really happened', () => {
    const [row] = outcomes(
      'cases: {a: {with: {type: {bare-metal: false, burstable: true}, request: {env: production}}, expect: {can: {kvm: 2.0}, refused-by: []}}}',
    );
    expect(row!.differences).toEqual([
      { field: 'can.kvm', expected: '2.0', actual: 'false' },
      { field: 'refused-by', expected: 'none', actual: 'no-burstable' },
    ]);
    expect(row!.explanation).toEqual([
      'kvm is not there:',
      '  acme/kvm gives it, if type.bare-metal is true (it is false) (rules.yaml:5:3)',
      'acme/no-burstable refuses (rules.yaml:9:3): t1 is burstable',
      '  since request.env is production, type.burstable is true',
    ]);
  });

  it('may choose among offers', () => {
    const text = `
facts:
  noble: {image: {os: ubuntu, release: 24.04, arch: amd64}}
cases:
  cheapest:
    given: [noble]
    ask: {constraints: "cores=2"}
    offers:
      - with: {type: {name: small, arch: [amd64], cores: 2, burstable: true}, offer: {price: 0.1, market: on-demand}}
      - with: {type: {name: large, arch: [amd64], cores: 4, burstable: false}, offer: {price: 0.3, market: on-demand}}
    for-each:
      - {name: in staging, with: {request: {env: staging}}, expect: {plan: {type: small, price: 0.1}}}
      - {name: in production, with: {request: {env: production}}, expect: {plan: {type: large, cost: 0.3}}}
      - {name: too many cores, ask: {constraints: "cores=8"}, expect: {error: no-offer, core: [cores], relaxation: {type: large, price: 0.3}}}
`;
    expect(outcomes(text).flatMap(({ differences }) => differences)).toEqual([]);
  });
});

describe('a fragment', () => {
  it('must be refused, by the code that is expected', () => {
    const suite = suiteOf(
      `${head}
invalid:
  misspelt: {rules: {r: {summary: s, when: {type.bare-mettle: true}, forbid: true}}, error: unknown-attribute}
  two verbs: {rules: {r: {summary: s, forbid: true, withhold: [kvm]}}, error: rule-verb}
  given twice: {rules: {kvm: {summary: s, provide: {kvm: any}}}, error: duplicate-rule}
  valid after all: {rules: {r: {summary: s, forbid: true}}, error: rule-verb}
  wrong for another reason: {rules: {r: {summary: s, forbid: true, withhold: [kvm]}}, error: rule-value}
`,
      program,
    );
    expect(runFragments(program, suite).map(({ name, differences }) => [name, differences])).toEqual([
      ['invalid: misspelt', []],
      ['invalid: two verbs', []],
      ['invalid: given twice', []],
      ['invalid: valid after all', [{ field: 'error', expected: 'rule-verb', actual: 'none' }]],
      ['invalid: wrong for another reason', [{ field: 'error', expected: 'rule-value', actual: 'rule-verb' }]],
    ]);
  });
});
