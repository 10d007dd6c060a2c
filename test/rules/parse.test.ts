import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
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
    ['when: {type.cloud: aws}', 'a rule needs a verb: provide, refine, withhold, forbid, require, price, reserve'],
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

  it('is strict', () => {
    const read = readVocabulary(
      'v.yaml',
      'format: 1\nattributes:\n  type.x: {type: nmber, doc: x}\ncapabilities: {}\n',
    );
    expect(read.ok).toBe(false);
  });
});
