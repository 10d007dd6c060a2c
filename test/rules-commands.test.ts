import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stowage } from './support/cli.ts';

/** `stowage rules`, as its users call it. */

const folder = mkdtempSync(join(tmpdir(), 'stowage-rules-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const CATALOG = ['--catalog', 'rules/examples/juju-dev-2013/catalog'];

const policy = (when: string): string => `format: 1
module: acme
rules:
  full-speed:
    summary: "Production runs at full speed, and {type.name} does not"
    when: ${when}
    forbid: true
    on-unknown: allow
    waivable: true
`;
const before = file('before/acme.yaml', policy('{request.env: production, type.hypervisor: xen}'));
const after = file('after/acme.yaml', policy('{request.env: [production, staging], type.hypervisor: xen}'));
const requests = join(file('requests/web.yaml', 'base: ubuntu@12.04\nattributes: {env: staging}\n'), '..');
file(
  'requests/db.json',
  '{"request": {"kind": "machine", "base": "ubuntu@12.04", "attributes": {"env": "production"}}}',
);

describe('stowage rules check', () => {
  it('is silent about the shipped packs but for a count, and ends with 0', () => {
    expect(stowage(['rules', 'check'])).toEqual({
      code: 0,
      err: '',
      out: '44 rules checked: no findings, 3 accepted\n',
    });
  });

  it('ends with 1 where it finds something, in each format', () => {
    const bad = file('bad.yaml', policy('{request.env: prodution, type.hypervisor: xen}'));
    const text = stowage(['rules', 'check', bad, ...CATALOG]);
    expect(text.code).toBe(1);
    expect(text.out).toContain(`warning R110 misspelt-value: nothing has request.env prodution\n  at ${bad}:6:12\n`);
    expect(text.out).toContain('  fix: did you mean production?\n');
    const json = stowage(['rules', 'check', bad, ...CATALOG, '--format', 'json']);
    expect(JSON.parse(json.out)).toMatchObject({
      format: 'stowage.check/1',
      findings: [{ code: 'R110', name: 'misspelt-value', severity: 'warning', place: `${bad}:6:12` }],
    });
    const written = join(folder, 'findings.sarif');
    const sarif = stowage(['rules', 'check', bad, ...CATALOG, '--format', 'sarif', '-o', written]);
    expect(sarif).toEqual({ code: 1, out: '', err: '' });
    const [run] = JSON.parse(readFileSync(written, 'utf8')).runs;
    expect(run.results).toMatchObject([
      {
        ruleId: 'R110',
        level: 'warning',
        locations: [{ physicalLocation: { region: { startLine: 6, startColumn: 12, endLine: 6, endColumn: 23 } } }],
      },
    ]);
    const { ruleIndex } = run.results[0];
    expect(run.tool.driver.rules[ruleIndex].id).toBe('R110');
  });

  it('ends with 2 where rules cannot be read, with place and hint', () => {
    const bad = file('unread.yaml', policy('{type.hypervizor: xen}'));
    const ran = stowage(['rules', 'check', bad]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(`at ${bad}:6:12`);
    expect(ran.err).toContain('hint: did you mean type.hypervisor?');
    expect(stowage(['rules', 'check', 'no-such-pack'])).toMatchObject({ code: 2, out: '' });
  });
});

describe('stowage rules diff', () => {
  it('tells what changes of offers and of saved requests, and ends with 1', () => {
    const ran = stowage(['rules', 'diff', before, after, ...CATALOG, '--requests', requests]);
    expect(ran).toMatchObject({ code: 1, err: '' });
    expect(ran.out).toContain(`Rules: 1 changed.

Of 7 offers:
  5 offers are refused
    all: request.env staging and type.hypervisor xen
    by acme/full-speed (changed)

Saved requests: 1 of 2 changes. Together +175.20 USD a month.
`);
    expect(ran.out.replace(/ +/g, ' ')).toContain(
      `${requests}/web.yaml m1.small in amazon us-east-1 0.06 k1.large in amazon us-east-1 0.3 +175.20 acme/full-speed (changed)\n`,
    );
  });

  it('writes Markdown for a pull request, and ends with 0 where nothing changes', () => {
    const ran = stowage(['rules', 'diff', before, after, ...CATALOG, '--format', 'markdown']);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('- 5 offers are refused\n  - all: request.env staging and type.hypervisor xen\n');
    expect(stowage(['rules', 'diff', before, before, ...CATALOG])).toEqual({
      code: 0,
      err: '',
      out: 'The rules say the same.\n',
    });
  });

  it('refuses requests that it cannot read', () => {
    const wrong = join(file('wrong/web.yaml', 'constraints: "coers=2"\n'), '..');
    const ran = stowage(['rules', 'diff', before, after, ...CATALOG, '--requests', wrong]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('did you mean cores?');
    const none = stowage(['rules', 'diff', before, after, ...CATALOG, '--requests', join(folder, 'nowhere')]);
    expect(none).toMatchObject({ code: 2, out: '' });
    expect(none.err).toContain('there are no saved requests in');
  });
});

describe('stowage rules cost', () => {
  it('prices the rules that may be waived', () => {
    const ran = stowage(['rules', 'cost', after, ...CATALOG, '--requests', requests]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    // Two requests, each 0.24 USD/h dearer: 2 x 0.24 x 730.
    expect(ran.out).toContain('acme/full-speed costs 350.40 USD a month over 2 saved requests\n');
  });
});

describe('stowage rules why', () => {
  it('proves, or tells what is missing', () => {
    const proved = stowage(['rules', 'why', 'kvm', '--type', 'm8i.large']);
    expect(proved).toMatchObject({ code: 0, err: '' });
    expect(proved.out).toMatch(
      /^m8i\.large \(aws\) with ubuntu@24\.04 amd64 can host kvm 8\.2\.2, with an option at launch/,
    );
    const missing = stowage(['rules', 'why', 'kvm', '--type', 't4g.medium']);
    expect(missing).toMatchObject({ code: 1, err: '' });
    expect(missing.out).toContain('if type.bare-metal is true (it is false)');
    const unknown = stowage(['rules', 'why', 'kvm', '--type', 't4g.medum']);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('did you mean t4g.medium?');
  });
});

describe('words of one’s own', () => {
  const words = file(
    'words.yaml',
    `format: 1
attributes:
  request.tier: {type: enum, values: [gold, silver], default: silver, doc: "How much is paid for it."}
capabilities: {}
`,
  );
  const own = file('own.yaml', policy('{request.tier: gold, type.burstable: true}'));
  const named = ['--vocabulary', words];

  it.each([
    [['check', own, '--no-catalog']],
    [['diff', own, own, ...CATALOG]],
    [['cost', own, ...CATALOG, '--requests', requests]],
    [['why', 'lxd', '--type', 'm5.large', '--cloud', 'aws', '--rules', own]],
  ])('are spoken by rules %j', (args) => {
    expect(stowage(['rules', ...args, ...named])).toMatchObject({ code: 0, err: '' });
    const without = stowage(['rules', ...args]);
    expect(without).toMatchObject({ code: 2, out: '' });
    expect(without.err).toContain('"request.tier" is no attribute');
  });
});
