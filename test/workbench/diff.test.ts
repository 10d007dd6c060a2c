import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { textAt } from '../../src/catalog/column.ts';
import { documentOfValue, readDocument } from '../../src/document/read.ts';
import { bootsBetween } from '../../src/match/boots.ts';
import { readProblem, solveRead } from '../../src/plan/problem.ts';
import { readMoney } from '../../src/quantity/money.ts';
import { type Derivation, derive } from '../../src/rules/derive.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { compileRules, type Program, versionOf, violationOf } from '../../src/rules/program.ts';
import { easiestProvider } from '../../src/rules/proof.ts';
import type { Site } from '../../src/rules/space.ts';
import { FALSE, TRUE } from '../../src/rules/tri.ts';
import { type InlineCatalog, readInlineCatalog } from '../../src/sources/inline.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';
import { changeInWords } from '../../src/workbench/change-words.ts';
import { costOfRules } from '../../src/workbench/cost.ts';
import { cubesOf, isIn, type Point } from '../../src/workbench/cubes.ts';
import { diffRules } from '../../src/workbench/diff.ts';
import { diffRequests } from '../../src/workbench/diff-requests.ts';
import { editsBetween, replay } from '../../src/workbench/edits.ts';
import { filledBy } from '../../src/workbench/rows.ts';
import { plannedInWords, planOf, savedRequest } from '../../src/workbench/saved-requests.ts';
import { catalogs, problems, ruleFiles } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();
const DAY = '2026-11-22';

function programOf(file: unknown): Program {
  const rules = readRuleDocument(documentOfValue('rules', file), vocabulary);
  if (!rules.ok) throw new Error(rules.diagnostics[0]!.message);
  const program = compileRules(vocabulary, rules.value, '');
  if (!program.ok) throw new Error(program.diagnostics[0]!.message);
  return program.value;
}

function catalogOf(section: unknown): Catalog {
  const document = documentOfValue('catalog', section);
  const catalog = readInlineCatalog(section as InlineCatalog, vocabulary, document, [], { digest: '', at: undefined });
  if (!catalog.ok) throw new Error(catalog.diagnostics[0]!.message);
  return catalog.value;
}

/** What rules make of a capability at a site, as changes are told of. */
function outcomeAt(derivation: Derivation, name: string, site: Site) {
  const state = derivation.capability(name, site);
  if (state.lower === 0) {
    const isUnknown = state.upper > 0 || state.maybeAny;
    return { presence: isUnknown ? 'unknown' : 'absent', version: undefined, via: undefined } as const;
  }
  const via = easiestProvider(state, 1)!.action.via;
  return { presence: 'present', version: versionOf(derivation.program, state.lower), via } as const;
}

/** Whether any refusal refuses. */
function refusedAt(derivation: Derivation, site: Site): number {
  return derivation.program.refusals.some((rule) => {
    if (rule.effect === 'warn') return false;
    const violated = derivation.truth(violationOf(rule), site);
    return violated === TRUE || (violated !== FALSE && rule.onUnknown === 'refuse');
  })
    ? 1
    : 0;
}

const ENVIRONMENTS = ['production', 'staging', 'development', 'test', 'unstated', 'another'];

/** How many offers change in which way, found by going through all of them with all images and requests. */
function counted(before: Program, after: Program, catalog: Catalog): Record<string, number> {
  const changed = new Map<string, Set<number>>();
  const note = (what: string, offer: number): void => {
    changed.set(what, (changed.get(what) ?? new Set()).add(offer));
  };
  const worlds = [before, after].map((program) => filledBy(catalog, program));
  const boots = worlds.map(({ types, images }) => bootsBetween(types, images));
  const asked = ENVIRONMENTS.flatMap((env) => [0, 1, 2, 3].map((gpus) => ({ env, gpus })));
  for (const { env, gpus } of asked) {
    const facts = new Map<string, string | number>([
      ['request.env', env],
      ['request.gpus', gpus],
      ['request.date', DAY],
    ]);
    const [old, now] = [derive(before, worlds[0]!, facts), derive(after, worlds[1]!, facts)];
    for (let offer = 0; offer < catalog.offers.size; offer += 1) {
      const [type, region] = [catalog.offers.type[offer]!, catalog.offers.region[offer]!];
      const fits = (image: number): boolean => {
        const own = textAt(catalog.images, 'image.region', image);
        return (
          boots.some((both) => both(type, image) !== FALSE) &&
          textAt(catalog.images, 'image.cloud', image) === textAt(catalog.regions, 'offer.cloud', region) &&
          (own === undefined || own === textAt(catalog.regions, 'offer.region', region))
        );
      };
      const images = Array.from({ length: catalog.images.size }, (_, image) => image).filter(fits);
      for (const image of catalog.images.size === 0 ? [-1] : images) {
        const site = { type, region, offer, image };
        for (const name of vocabulary.capabilities.keys()) {
          const [was, is] = [outcomeAt(old, name, site), outcomeAt(now, name, site)];
          if (JSON.stringify(was) !== JSON.stringify(is)) note(changeInWords(`can.${name}`, was, is), offer);
        }
        const [was, is] = [refusedAt(old, site), refusedAt(now, site)];
        if (was !== is) note(changeInWords('refusal', was, is), offer);
      }
    }
  }
  return Object.fromEntries([...changed].map(([what, offers]) => [what, offers.size]));
}

describe('the difference of rules', () => {
  it('is what going through all offers, images and requests finds', () => {
    let found = 0;
    fc.assert(
      fc.property(catalogs, ruleFiles, ruleFiles, (section, first, second) => {
        const catalog = catalogOf(section);
        const [before, after] = [programOf(first), programOf(second)];
        const diff = diffRules(before, after, catalog, DAY)!;
        expect(diff.undecided).toEqual([]);
        const told = diff.changes.filter(({ aspect }) => aspect.startsWith('can.') || aspect === 'refusal');
        expect(Object.fromEntries(told.map(({ what, offers }) => [what, offers]))).toEqual(
          counted(before, after, catalog),
        );
        for (const { offers, where, causes } of diff.changes) {
          found += 1;
          for (const one of [...where, ...causes]) expect(one.offers).toBeLessThanOrEqual(offers);
          expect(causes.reduce((total, one) => total + one.offers, 0)).toBeGreaterThanOrEqual(offers);
        }
      }),
      runs(25, 1_000),
    );
    expect(found).toBeGreaterThan(5);
  });

  it('is none between the same rules, whatever they are called and in whichever order they stand', () => {
    fc.assert(
      fc.property(catalogs, ruleFiles, (section, file) => {
        const other = { ...file, rules: Object.fromEntries(Object.entries(file.rules).reverse()) };
        const diff = diffRules(programOf(file), programOf(other), catalogOf(section), DAY)!;
        expect(diff).toMatchObject({ edits: [], changes: [] });
      }),
      runs(20, 200),
    );
  });

  it('replays edits one after another until the rules are the others', () => {
    fc.assert(
      fc.property(ruleFiles, ruleFiles, (first, second) => {
        const [before, after] = [programOf(first), programOf(second)];
        const edits = editsBetween(before, after);
        const last = replay(before, edits).at(-1)?.program ?? before;
        expect(editsBetween(last, after)).toEqual([]);
        expect(last.rules.map(({ id }) => id)).toEqual(after.rules.map(({ id }) => id));
      }),
      runs(50, 1_000),
    );
  });

  it('sees the facts that rules set, before and after', () => {
    const catalog = catalogOf({
      types: [
        { name: 's1', cloud: 'lab', arch: ['amd64'] },
        { name: 'm1', cloud: 'lab', arch: ['amd64'] },
        { name: 'm2', cloud: 'lab', arch: ['amd64'], burstable: true },
      ],
      offers: ['s1', 'm1', 'm2'].map((name) => ({ type: name, region: 'r1', price: '0.1' })),
    });
    const file = (rules: object) => programOf({ format: 1, module: 'm', rules });
    const full = { full: { summary: 's', when: { 'type.burstable': false }, provide: { kvm: 'any' } } };
    const sets = { plain: { summary: 's', when: { 'type.name': 'm*' }, set: { 'type.burstable': false } } };
    const told = (before: Program, after: Program) =>
      diffRules(before, after, catalog, DAY)?.changes.map(({ what, offers, where, causes }) => [
        what,
        offers,
        where.map(({ tests }) => tests.join(' and ')),
        causes.map(({ rule }) => rule),
      ]);
    // What a type states stands, so m2 gains nothing.
    expect(told(file(full), file({ ...full, ...sets }))).toEqual([
      ['gain kvm, of which nothing was known', 1, ['type.burstable unknown and type.name m*'], ['m/plain']],
    ]);
    expect(told(file(sets), file({ ...full, ...sets }))).toEqual([
      ['gain kvm', 1, ['type.burstable false'], ['m/full']],
      ['may have kvm: it is not known', 1, ['type.burstable unknown'], ['m/full']],
    ]);
  });

  it('tells a way only where it is certain', () => {
    const catalog = catalogOf({
      types: [{ name: 'a', cloud: 'lab', arch: ['amd64'], cores: 2 }],
      offers: [{ type: 'a', region: 'r1', price: '0.1' }],
    });
    const gives = (when: object, via: string) => ({ summary: 's', when, provide: { kvm: 'any' }, via });
    const file = (rules: object) => programOf({ format: 1, module: 'm', rules });
    const option = { option: gives({ 'type.cores': { above: 1 } }, 'launch-option') };
    const hardware = { hardware: gives({ 'type.bare-metal': true }, 'launch') };
    // Whether it is hardware is not known, so the easier way is not there for certain.
    expect(diffRules(file(option), file({ ...option, ...hardware }), catalog, DAY)?.changes).toEqual([]);
  });

  it('says which offers, in the fewest words, and which edit did it', () => {
    const type = (name: string, facts: object) => ({ name, cloud: 'lab', arch: ['amd64'], ...facts });
    const catalog = catalogOf({
      types: [
        type('a', { 'nested-virt': 'opt-in', cores: 2 }),
        type('b', { 'nested-virt': 'opt-in', cores: 8 }),
        type('c', { 'nested-virt': 'yes', cores: 2 }),
        type('d', { 'nested-virt': 'no', cores: 2 }),
      ],
      offers: ['a', 'b', 'c', 'd'].map((name) => ({ type: name, region: 'r1', price: '0.1' })),
    });
    const file = (rules: object) => programOf({ format: 1, module: 'm', rules });
    const nested = (when: object) => ({ summary: 's', when, provide: { kvm: 'any' }, via: 'launch-option' });
    const before = file({ nested: nested({ 'type.nested-virt': 'yes' }) });
    const after = file({
      nested: nested({ 'type.nested-virt': ['opt-in', 'yes'] }),
      small: { summary: 's', when: { 'type.cores': { above: 4 }, 'request.env': 'test' }, forbid: true },
    });
    expect(diffRules(before, after, catalog, DAY)).toEqual({
      edits: [
        { rule: 'm/nested', kind: 'changed' },
        { rule: 'm/small', kind: 'added' },
      ],
      offers: 4,
      changes: [
        {
          aspect: 'can.kvm',
          what: 'gain kvm with a launch option',
          offers: 2,
          where: [{ tests: ['type.nested-virt opt-in'], offers: 2 }],
          causes: [{ rule: 'm/nested', kind: 'changed', offers: 2 }],
        },
        {
          aspect: 'refusal',
          what: 'are refused',
          offers: 1,
          where: [{ tests: ['request.env test', 'type.cores at least 5'], offers: 1 }],
          causes: [{ rule: 'm/small', kind: 'added', offers: 1 }],
        },
      ],
      undecided: [],
    });
  });
});

describe('cubes', () => {
  const points = fc
    .uniqueArray(fc.tuple(fc.nat(2), fc.nat(3), fc.nat(1)), { selector: String, maxLength: 24 })
    .chain((places) =>
      fc
        .array(fc.boolean(), { minLength: places.length, maxLength: places.length })
        .map((meant) => places.map((at, index): Point => ({ at, isMeant: meant[index]!, weight: 1 }))),
    );

  it('hold all points that are meant, and no other; none of them is idle', () => {
    fc.assert(
      fc.property(points, (drawn) => {
        const cubes = cubesOf(drawn, 3);
        const inAny = (some: typeof cubes, { at }: Point): boolean => some.some((cube) => isIn(cube, at));
        for (const point of drawn) expect(inAny(cubes, point)).toBe(point.isMeant);
        for (const cube of cubes) {
          const others = cubes.filter((one) => one !== cube);
          expect(drawn.filter(({ isMeant }) => isMeant).every((point) => inAny(others, point))).toBe(false);
          // No test can be left out.
          for (const [dimension, values] of cube.entries()) {
            if (values === undefined) continue;
            const wider = cube.map((own, index) => (index === dimension ? undefined : own));
            expect(drawn.some((point) => !point.isMeant && isIn(wider, point.at))).toBe(true);
          }
        }
      }),
      runs(150, 10_000),
    );
  });
});

describe('saved requests', () => {
  const inputs = storedInputs(vocabulary);

  it('are planned as they are answered', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const read = readProblem(documentOfValue('problem', problem), inputs);
        if (!read.ok) return;
        const answer = solveRead(read.value);
        const planned = planOf(read.value);
        expect(planned.cost).toBe(answer.cost === null ? undefined : readMoney(answer.cost));
        const told = new Set(answer.machines.map(({ type, cloud, region }) => `${type} in ${cloud} ${region}`));
        for (const machine of told) expect(planned.machines.some((one) => one.includes(machine))).toBe(true);
        if (answer.machines.length === 0) expect(planned.machines).toEqual([]);
      }),
      runs(100, 2_000),
    );
  });

  const lab = {
    types: [
      { name: 'small', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096, burstable: true },
      { name: 'large', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096, burstable: false },
    ],
    offers: [
      { type: 'small', region: 'r1', price: '0.1' },
      { type: 'large', region: 'r1', price: '0.3' },
    ],
  };
  const saved = (name: string, request: object) =>
    savedRequest(
      documentOfValue(name, {
        format: 'stowage.problem/1',
        catalog: lab,
        rules: ['no such pack'],
        request: { kind: 'machine', ...request },
      }),
      inputs,
      undefined,
    );
  const requests = [
    saved('web', { attributes: { env: 'production' }, count: 2 }),
    saved('test', { attributes: { env: 'test' } }),
    saved('tight', { attributes: { env: 'production' }, constraints: 'max-price=0.2' }),
    saved('waived', { attributes: { env: 'production' }, waive: ['m/full-speed'] }),
  ];
  const policy = programOf({
    format: 1,
    module: 'm',
    rules: {
      'full-speed': {
        summary: 's',
        when: { 'request.env': 'production', 'type.burstable': true },
        forbid: true,
        waivable: true,
      },
      small: { summary: 's', when: { 'type.cores': { above: 8 } }, forbid: true, waivable: true },
    },
  });

  it('say what a rule costs that may be waived', () => {
    const cost = costOfRules(requests, policy, () => true);
    if (!cost.ok) throw new Error(cost.diagnostics[0]!.message);
    // Two machines, each 0.2 dearer; of what is not possible by the rule, no difference is taken.
    expect(cost.value.rules.map(({ rule, hourly }) => [rule, hourly])).toEqual([
      ['m/full-speed', 400_000_000n],
      ['m/small', 0n],
    ]);
    const [first] = cost.value.rules;
    expect(first?.requests.map(({ name, by, without }) => [name, plannedInWords(by), plannedInWords(without)])).toEqual(
      [
        ['web', '0.6 USD/h: 2 x large in lab r1', '0.2 USD/h: 2 x small in lab r1'],
        ['tight', 'nothing fits', '0.1 USD/h: small in lab r1'],
      ],
    );
  });

  it('are told where other rules change them, with the edit that did it', () => {
    const strict = programOf({
      format: 1,
      module: 'm',
      rules: {
        'full-speed': { summary: 's', when: { 'type.burstable': true }, forbid: true, waivable: true },
        small: { summary: 'other words', when: { 'type.cores': { above: 8 } }, forbid: true, waivable: true },
      },
    });
    const diff = diffRequests(requests, policy, strict);
    if (!diff.ok) throw new Error(diff.diagnostics[0]!.message);
    expect(diff.value.requests).toBe(4);
    expect(diff.value.changes.map(({ name, cause }) => [name, cause])).toEqual([
      ['test', { rule: 'm/full-speed', kind: 'changed' }],
    ]);
  });

  it('may be requests and no problems; what is wrong is told where it stands', () => {
    const read = (text: string) => {
      const document = parseDocument(text);
      return savedRequest(document, { ...inputs, catalog: () => ({ ok: true, value: catalogOf(lab) }) }, DAY).plan(
        policy,
      );
    };
    expect(read('constraints: cores=2')).toMatchObject({ ok: true, value: { machines: ['small in lab r1'] } });
    expect(read('request: {attributes: {env: production}}')).toMatchObject({
      ok: true,
      value: { machines: ['large in lab r1'] },
    });
    const wrong = read('constraints: cores=2\nplacment: kvm');
    expect(wrong.ok ? [] : wrong.diagnostics.map(({ span, hint }) => [span?.start, hint])).toEqual([
      [21, 'did you mean placement?'],
    ]);
  });
});

function parseDocument(text: string) {
  const document = readDocument('request.yaml', text);
  if (!document.ok) throw new Error(document.diagnostics[0]!.message);
  return document.value;
}
