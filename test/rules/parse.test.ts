import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { parseParamSetting } from '../../src/rules/param-setting.ts';
import { readRules } from '../../src/rules/parse.ts';
import { compileRules } from '../../src/rules/program.ts';
import { readVocabulary } from '../../src/rules/vocabulary.ts';
import { loadRules, loadVocabulary } from '../../src/storage/packs.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();

const told = (text: string): string => {
  const read = readRules('acme.yaml', text, vocabulary);
  if (!read.ok) return read.diagnostics.map(describeDiagnostic).join('\n');
  const program = compileRules(vocabulary, read.value, '');
  return program.ok ? 'fine' : program.diagnostics.map(describeDiagnostic).join('\n');
};

const rule = (body: string): string =>
  `format: 1\nmodule: acme\nrules:\n  one:\n    summary: x\n${body.replace(/^/gm, '    ')}\n`;

describe('a rule file', () => {
  it('is read with its places', () => {
    const read = readRules('acme.yaml', rule('when: {type.cloud: aws}\nforbid: true'), vocabulary);
    expect(read.ok && read.value[0]).toMatchObject({
      id: 'acme/one',
      span: { start: 32 },
      effect: 'enforce',
      waivable: false,
      onUnknown: 'refuse',
    });
  });

  it('shows a fault in a code frame with the nearest name', () => {
    expect(told(rule('when: {type.burstible: true}\nforbid: true'))).toBe(
      [
        'error: "type.burstible" is no attribute',
        '  at acme.yaml:6:12',
        '  6 |     when: {type.burstible: true}',
        '    |            ^^^^^^^^^^^^^^',
        '  hint: did you mean type.burstable?',
      ].join('\n'),
    );
  });

  it.each([
    ['when: {type.hypervisor-role: gust}\nforbid: true', 'type.hypervisor-role cannot be "gust"'],
    ['when: {type.mem: 4 Gb}\nforbid: true', 'type.mem has an unknown unit "Gb"'],
    ['when: {type.mem: {at-leest: 4 GiB}}\nforbid: true', 'type.mem has no test "at-leest"'],
    ['when: {type.arch: amd64}\nforbid: true', 'type.arch is a set'],
    ['when: {type.arch: {has-any: amd64}}\nforbid: true', '"has-any" needs a list'],
    ['when: {type.arch: {has: [amd64]}}\nforbid: true', '"has" needs one value'],
    ['when: {type.cloud: {at-least: aws}}\nforbid: true', 'type.cloud has no test "at-least"'],
    ['when: {type.cores: []}\nforbid: true', 'an empty list decides nothing'],
    ['when: {type.cores: {}}\nforbid: true', 'an empty test decides nothing'],
    ['when: {type.cores: {known: {attr: type.mem}}}\nforbid: true', '"known" needs true or false'],
    ['provide: {}', 'this gives nothing'],
    ['when: {type.cores: -1}\nforbid: true', 'type.cores must be a non-negative whole number, not "-1"'],
    ['when: {image.eol: 2026-02-30}\nforbid: true', 'image.eol must be a date such as 2026-11-22, not "2026-02-30"'],
    ['when: {type.burstable: yes}\nforbid: true', 'type.burstable must be true or false, not "yes"'],
    [
      'when: {type.mem: {at-least: {attr: type.cloud}}}\nforbid: true',
      'type.mem cannot be compared with type.cloud: they are of different kinds',
    ],
    ['when: {type.mem: {at-least: {attr: type.men}}}\nforbid: true', '"type.men" is no attribute'],
    ['when: {can.kvn: true}\nforbid: true', '"kvn" is no declared capability'],
    ['when: {can.kvm: 1.1}\nforbid: true', 'can.kvm is tested with true, false or {at-least: version}'],
    ['when: {is: nobody}\nforbid: true', 'no condition under "let" is called "nobody"'],
    ['when: {all: {}}\nforbid: true', '"all" needs a list of conditions'],
    ['when: [1]\nforbid: true', 'a condition is a map of attributes to tests'],
    ['forbid: true\nwithhold: [kvm]', 'a rule has one verb; this one has withhold and forbid'],
    [
      'when: {type.cloud: aws}',
      'a rule needs a verb: provide, refine, withhold, forbid, require, price, prefer, reserve, set',
    ],
    ['forbid: true\nvia: launch', 'via and steps belong to "provide"'],
    ['withhold: [kvm]\non-unknown: warn', 'on-unknown belongs to "forbid" and "require"'],
    ['provide: {kvm: new}', '"new" is neither a version nor "any"'],
    ['provide: {kvmm: any}', '"kvmm" is no declared capability'],
    ['price: {times: 2, plus: 1}', 'a price needs exactly one of times, plus, at-most'],
    ['price: {plus: -1}', '"-1" is not an amount of USD per hour'],
    ['price: {plus: 1e999}', '"1e999" is not an amount of USD per hour'],
    ['price: {plus: 1, per: type.cloud}', '"per" needs a whole-number attribute of the type, and type.cloud is none'],
    ['price: {times: 2, per: type.cores}', 'a factor cannot be "per" anything'],
    ['reserve: {os: {mem: {percent: 101}}}', 'percent must be a whole number from 0 to 100'],
    ['reserve: {os: {}}', 'a reserve needs mem or cores'],
    ['reserve: {os: {mem: {procent: 1}}}', 'a reserve has no key "procent"'],
    ['forbid: true\nwaivable: maybe', 'expected true or "never"'],
    ['forbid: true\nsince: 2026-02-30', 'must be a date such as 2026-11-22'],
    ['forbid: true\nsince: 2026-02-01\nuntil: 2026-02-01', 'until 2026-02-01 is not after since 2026-02-01'],
    ['forbid: true\noverrides: [two]', 'acme/one overrides "acme/two", and no rule is called that'],
    ['forbid: true\noverrides: [one]', 'rules override one another: acme/one -> acme/one'],
    ['forbid: true\noverrides: [hosting/x]\nwaivable: true', 'a rule that overrides others cannot be waived'],
    ['provide: {kvm: any}\neffect: warn', 'effect belongs to "forbid" and "require"'],
    ['when: {type.cores: {param: n}}\nforbid: true', 'no parameter is called "n"'],
    ['price: {times: {param: n}}', 'no parameter is called "n"'],
    ['forbid: true\nwhem: {}', 'a rule file has no key "whem" here'],
    ['forbid: true\nsummary: y', 'key "summary" is given twice'],
    [
      'when: {not: {can.kvm: true}}\nprovide: {kvm: any}',
      'acme/one decides kvm by the absence of kvm, which in turn depends on kvm',
    ],
    [
      'when: {can.kvm: true}\nwithhold: [kvm]',
      'acme/one decides kvm by the absence of kvm, which in turn depends on kvm',
    ],
  ])('with %j is refused: %s', (body, message) => expect(told(rule(body))).toContain(message));

  it.each([['summary: "{type.nmae}"\n    forbid: true', '{type.nmae} is no attribute']])(
    'with %j is refused: %s',
    (body, message) => expect(told(`format: 1\nmodule: acme\nrules:\n  one:\n    ${body}\n`)).toContain(message),
  );

  const withParams = (params: string, body: string): string =>
    told(`format: 1\nmodule: acme\nparams:\n  p: {${params}}\nrules:\n  one: {summary: x, ${body}}\n`);

  it.each([
    ['type: number, default: 1', 'when: {type.cores: {param: p}}, forbid: true', 'fine'],
    ['type: number, default: 1.5', 'when: {type.cores: {param: p}}, forbid: true', 'type.cores must be a non-negative'],
    ['type: number, unit: GiB, default: 4', 'when: {type.mem: {below: {param: p}}}, forbid: true', 'fine'],
    ['type: number, default: 4', 'when: {type.mem: {below: {param: p}}}, forbid: true', 'of different kinds'],
    ['type: bool, default: true', 'when: {type.cores: {param: p}}, forbid: true', 'of different kinds'],
    [
      'type: enum, values: ["yes", never], default: "yes"',
      'when: {type.nested-virt: {param: p}}, forbid: true',
      'fine',
    ],
    ['type: name, default: never', 'when: {type.nested-virt: {param: p}}, forbid: true', 'cannot be "never"'],
    ['type: set, default: [a, b]', 'when: {type.family: {param: p}}, forbid: true', 'fine'],
    ['type: set, default: [a, b]', 'when: {type.family: {ne: {param: p}}}, forbid: true', 'needs one value'],
    ['type: name, default: a', 'when: {type.family: {in: {param: p}}}, forbid: true', 'a parameter of type set'],
    ['type: version, default: 8.2, min: 8', 'when: {can.kvm: {at-least: {param: p}}}, forbid: true', 'fine'],
    ['type: version, default: 8.2, min: 8.10', 'forbid: true', 'must be at least 8.10, not 8.2'],
    ['type: bool, default: true, max: 1', 'forbid: true', 'a parameter of type bool has no max'],
    ['type: number, default: 0.3', 'price: {plus: {param: p}}', 'fine'],
    ['type: number, unit: GiB, default: 1', 'price: {plus: {param: p}}', 'is no plain number'],
    ['type: number', 'forbid: true', '"default" is missing'],
  ])('with the parameter {%s} and a rule {%s}: %s', (params, body, message) =>
    expect(withParams(params, body)).toContain(message),
  );

  it('names all rules that override one another in a ring', () => {
    const over = (name: string, other: string): string =>
      `  ${name}: {summary: x, forbid: true, overrides: [${other}]}\n`;
    const file = `format: 1\nmodule: m\nrules:\n${over('a', 'b')}${over('b', 'c')}${over('c', 'a')}`;
    expect(told(file)).toContain('rules override one another: m/a -> m/b -> m/c -> m/a');
  });

  it('refuses overrides that double and double again', () => {
    const names = Array.from({ length: 40 }, (_, index) => `r${String(index).padStart(2, '0')}`);
    const rules = names.map(
      (name, index) =>
        `  ${name}: {summary: x, when: {type.cores: ${index}}, forbid: true, effect: warn, overrides: [${names.slice(0, index).join(', ')}]}`,
    );
    rules[0] = rules[0]!.replace(', overrides: []', '');
    expect(told(`format: 1\nmodule: m\nrules:\n${rules.join('\n')}\n`)).toContain('more than 10000 parts');
  });

  it('sees a negation that an override closes to a ring', () => {
    const file =
      'format: 1\nmodule: m\nrules:\n  a: {summary: x, provide: {kvm: any}}\n  b: {summary: x, when: {can.kvm: true}, provide: {xen: any}, overrides: [a]}\n';
    expect(told(file)).toContain('m/a decides kvm by the absence of kvm');
  });

  it('refuses conditions that lead back to themselves', () => {
    expect(told('format: 1\nmodule: acme\nlet:\n  a: {is: b}\n  b: {not: {is: a}}\n')).toContain(
      'the condition "a" leads back to itself: a -> b -> a',
    );
  });

  it('refuses names that double and double again', () => {
    const levels = Array.from(
      { length: 40 },
      (_, level) => `  l${level}: {all: [{is: l${level + 1}}, {is: l${level + 1}}]}`,
    ).join('\n');
    const file = `format: 1\nmodule: acme\nlet:\n${levels}\n  l40: {type.cores: 1}\nrules:\n  one: {summary: x, when: {is: l0}, forbid: true}\n`;
    expect(told(file)).toContain('written out, this condition has more than 10000 parts');
  });

  it('tells a fault of a named condition once', () => {
    const file =
      'format: 1\nmodule: acme\nlet:\n  a: {type.cors: 1}\nrules:\n  one: {summary: x, when: {is: a}, forbid: true}\n  two: {summary: x, when: {is: a}, forbid: true}\n';
    expect(told(file).match(/error:/g)).toHaveLength(1);
  });

  it('refuses tables whose rows do not match their head, and shows faults at the cell', () => {
    const table = (rows: string): string =>
      told(
        `format: 1\nmodule: acme\ntables:\n  t:\n    summary: x\n    match: [image.release]\n    give: [can.lxc]\n    verb: provide\n    rows:\n      - ${rows}\n`,
      );
    expect(table('{match: [12.04], give: [0.7.5]}')).toBe('fine');
    expect(table('{match: [12.04, 1], give: [0.7.5]}')).toContain('a row needs 1 in match and 1 in give');
    expect(table('{match: [precise], give: [0.7.5]}')).toContain(
      'image.release must be a version such as 1.2.3, not "precise"\n  at acme.yaml:10:18',
    );
    expect(table('{match: [12.04], give: [5.x via snap]}')).toContain('"5.x via snap" is neither a version nor "any"');
  });

  it('remembers of a row which table it is of, and how many of its rows may hold', () => {
    const rows = (more: string): unknown => {
      const text = `format: 1\nmodule: acme\ntables:\n  t:\n    summary: x\n    match: [image.release]\n    give: [can.lxc]\n    verb: provide\n${more}    rows:\n      - {match: [12.04], give: [0.7.5]}\n      - {match: [14.04], give: [any]}\n`;
      const read = readRules('acme.yaml', text, vocabulary);
      return read.ok && read.value.map(({ table, since }) => ({ ...table, since }));
    };
    expect(rows('')).toMatchObject([
      { table: 'acme/t', row: 1, hit: 'unique' },
      { table: 'acme/t', row: 2, hit: 'unique' },
    ]);
    expect(rows('    hit: max\n    since: 2026-01-01\n')).toMatchObject([
      { row: 1, hit: 'max', since: '2026-01-01' },
      { row: 2, hit: 'max' },
    ]);
    const file = `format: 1\nmodule: m\ntables:\n  t: {summary: x, match: [image.release], give: [can.lxc], verb: provide, rows: [{match: [1], give: [1]}, {match: [2], give: [2]}]}\nrules:\n  no-t: {summary: x, when: {image.os: debian}, withhold: [xen], overrides: [t]}\n`;
    const read = readRules('m.yaml', file, vocabulary);
    const program = read.ok ? compileRules(vocabulary, read.value, '') : read;
    const overridden = program.ok ? program.value.rules.filter(({ when, applies }) => when !== applies) : [];
    expect(overridden.map(({ id }) => id)).toEqual(['m/t#1', 'm/t#2']);
  });

  it('names both places of a rule that is given twice', () => {
    const text = rule('forbid: true');
    const [a, b] = ['a.yaml', 'b.yaml'].map((source) => readRules(source, text, vocabulary));
    if (a?.ok !== true || b?.ok !== true) throw new Error();
    const program = compileRules(vocabulary, [...a.value, ...b.value], '');
    expect(program.ok ? '' : program.diagnostics[0]!.message).toBe(
      'the rule acme/one is given twice, also at a.yaml:4:3',
    );
  });

  it('ends in rules or diagnostics, whatever its text', () => {
    const words = [
      'format: 1\n',
      'module: a\n',
      'rules:\n',
      '  one:\n',
      '    summary: s\n',
      '    forbid: true\n',
      '    when: {',
      'type.mem: ',
      '4 GiB',
      '}',
      '{not: ',
      '[',
      ']',
      'can.kvm: true',
      'at-least: ',
      'is: x',
      '\n',
      '"',
      '*',
      '&a ',
      'provide: {kvm: any}',
      ': ',
      '-',
      '~',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 25 }), (parts) => {
        expect(told(`format: 1\nmodule: a\nrules:\n  one: {${parts.join('')}`)).not.toBe('');
        expect(told(parts.join(''))).not.toBe('');
      }),
      runs(300, 50_000),
    );
  });
});

describe('packs', () => {
  it('are known by name, with a hint for a slip', () => {
    const read = loadRules(['hostting']);
    expect(read.ok ? '' : describeDiagnostic(read.diagnostics[0]!)).toBe(
      'error: "hostting" is neither a shipped rule pack nor a file\n  at rules[0]\n  hint: did you mean hosting?',
    );
  });

  describe('that use others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stowage-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), `format: 1\n${text}`);
      return join(folder, name);
    };
    const first = (packs: readonly unknown[]): string => {
      const read = loadRules(packs);
      return read.ok ? read.value.rules.map(({ id }) => id).join(' ') : describeDiagnostic(read.diagnostics[0]!);
    };

    it('find them beside themselves, and load each once', () => {
      write(
        'words.yaml',
        'module: words\nlet: {big: {type.cores: {at-least: 8}}}\nrules: {w: {summary: x, withhold: [xen]}}\n',
      );
      const one = write(
        'one.yaml',
        'module: one\nuse: [words.yaml]\nrules: {a: {summary: x, when: {is: words.big}, forbid: true}}\n',
      );
      const two = write('two.yaml', 'module: two\nuse: [./words.yaml, ./one.yaml]\n');
      expect(first([one, two])).toBe('one/a words/w');
      const digests = [[two], [two, one], [one, two]].map((packs) => {
        const read = loadRules(packs);
        return read.ok ? read.value.digest : '';
      });
      expect(new Set(digests).size).toBe(1);
    });

    it('name shipped packs by their names', () => {
      const own = write(
        'nested.yaml',
        'module: nested\nuse: [hosting]\nrules: {a: {summary: x, when: {is: hosting.linux}, withhold: [xen], overrides: [hosting/xen-dom0]}}\n',
      );
      expect(first([own])).toContain('nested/a');
      expect(first([own])).toContain('hosting/bare-metal-kvm');
    });

    it('are refused where there is no such pack, or they use one another', () => {
      const lost = write('lost.yaml', 'module: lost\nuse: [hostting]\n');
      expect(first([lost])).toMatch(
        /^error: "hostting" is neither a shipped rule pack nor a file\n {2}at .*lost.yaml:3:7\n.*\n.*\n {2}hint: did you mean hosting\?$/,
      );
      const ring = write('ring.yaml', 'module: ring\nuse: [gnir.yaml]\n');
      write('gnir.yaml', 'module: gnir\nuse: [ring.yaml]\n');
      expect(first([ring])).toContain('the rule files use one another: ring.yaml -> gnir.yaml -> ring.yaml');
      const foreign = write(
        'foreign.yaml',
        'module: foreign\nrules: {a: {summary: x, when: {is: words.big}, forbid: true}}\n',
      );
      expect(first([foreign])).toContain('no condition under "let" is called "words.big"');
    });

    it('depend on what is set of their parameters, and on nothing else of it', () => {
      const own = write('param.yaml', 'module: acme.x\nparams: {p: {type: number, default: 1}}\n');
      const digestWith = (...texts: readonly string[]): string => {
        const params = texts.map((text) => parseParamSetting(text, '--param'));
        const faults = params.flatMap((param) => (param.ok ? [] : param.diagnostics));
        if (faults.length > 0) return faults[0]!.message;
        const settings = params.flatMap((param) => (param.ok ? [param.value] : []));
        const read = loadRules([own], undefined, undefined, undefined, { params: settings });
        return read.ok ? read.value.digest : read.diagnostics[0]!.message;
      };
      expect(new Set([digestWith(), digestWith('acme.x.p=2'), digestWith('acme.x.p=3')]).size).toBe(3);
      expect(digestWith('acme.x.p=2')).toBe(digestWith('acme.x.p=2'));
      expect(digestWith('acme.x.p=2', 'acme.x.p=3')).toBe('the parameter acme.x.p is set twice');
      expect(digestWith('acme.x.q=2')).toBe('no rule file has a parameter "acme.x.q"');
      expect(digestWith('p=2')).toBe('"p=2" sets no parameter');
      expect(digestWith('acme.x.p=two')).toContain('parameter acme.x.p must be a non-negative number');
    });
  });

  it('have one digest, in whichever order they are named, and however often', () => {
    const digests = [['hosting', 'ubuntu', 'safety'], ['safety', 'default'], ['default']].map((names) => {
      const program = loadRules(names);
      return program.ok ? program.value.digest : '';
    });
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

describe('a vocabulary', () => {
  it('needs a default for each attribute of a request', () => {
    const read = readVocabulary(
      'v.yaml',
      'format: 1\nattributes:\n  request.env: {type: name, doc: x}\ncapabilities: {}\n',
    );
    expect(read.ok ? '' : read.diagnostics[0]!.message).toBe(
      'request.env needs a default: without one, rules about it cannot be decided',
    );
  });

  it.each([
    ['type.tier: {type: name, doc: x}', 'fine'],
    ['type.cores: {type: number, doc: "Virtual cores, as the cloud counts them."}', 'fine'],
    ['type.cores: {type: number, doc: x}', 'type.cores is declared already, and otherwise'],
    ['type.tier: {type: name, scope: image, doc: x}', 'type.tier is a fact of types, not of images'],
    ['request.day: {type: date, computed: true, doc: x}', 'nothing computes request.day'],
    ['request.share: {type: number, default: lots, doc: x}', 'the default of request.share must be'],
  ])('of one’s own may declare {%s}: %s', (attribute, message) => {
    const read = readVocabulary('v.yaml', `format: 1\nattributes:\n  ${attribute}\n`, vocabulary);
    expect(read.ok ? 'fine' : read.diagnostics[0]!.message).toContain(message);
  });

  it('is strict', () => {
    const read = readVocabulary(
      'v.yaml',
      'format: 1\nattributes:\n  type.x: {type: nmber, doc: x}\ncapabilities: {}\n',
    );
    expect(read.ok).toBe(false);
  });
});
