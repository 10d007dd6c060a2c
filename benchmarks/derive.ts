import { textAt } from '../src/catalog/column.ts';
import { imagesOf } from '../src/match/images.ts';
import { requestFacts } from '../src/match/request-facts.ts';
import { passesLevel } from '../src/rules/capability.ts';
import { derive } from '../src/rules/derive.ts';
import { ANY_VERSION } from '../src/rules/program.ts';
import { hasCapability, referenceCapabilities, referenceRefusals } from '../src/rules/reference.ts';
import { factAt, type Site, type Space } from '../src/rules/space.ts';
import { TRUE, UNKNOWN_TRUTH } from '../src/rules/tri.ts';
import { loadCatalog } from '../src/storage/catalogs.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { formatRatio, formatTime, type Section } from './harness.ts';
import { type Contender, checkAnswers, type Effort, measure } from './measure.ts';
import type { Options } from './options.ts';
import { type Facts, outcomesOf, type Plain } from './outcomes.ts';
import { requestOf } from './queries.ts';
import { cedar } from './rivals/cedar.ts';
import { rulesEngine } from './rivals/rules-engine.ts';

/** "What can each type host with each image, and what is refused?": the shipped rules over the shipped catalog. */

const EFFORT: Effort = { budget: 8_000_000, fewest: 3, most: 15 };

export async function deriveCapabilities({ libraries }: Options): Promise<Section> {
  const vocabulary = loadVocabulary();
  const loaded = loadCatalog({});
  const rules = loadRules(['default'], vocabulary);
  if (!loaded.ok || !rules.ok) throw new Error('the shipped data are damaged');
  const [catalog, program] = [loaded.value, rules.value];
  const request = requestOf({ constraints: '' }, vocabulary);
  const given = requestFacts({ catalog, program }, request, undefined);
  const { types, regions, offers } = catalog;
  const images = imagesOf({ catalog, program }, request.base);
  const space: Space = { types, regions, images: images.table, offers };
  const sites = Array.from({ length: types.size }, (_, type): readonly Site[] =>
    (images.byCloud.get(textAt(types, 'type.cloud', type) ?? '') ?? []).map((image) => ({
      type,
      image,
      region: -1,
      offer: -1,
    })),
  ).flat();

  const versions =
    images.table.columns
      .get('image.release')
      ?.values.flatMap((value) => value ?? [])
      .map(String) ?? [];
  const { outcomes, reads, encode } = outcomesOf(program, versions);
  const plain = sites.map((site): Facts => {
    const facts: Record<string, Plain> = {};
    for (const attribute of reads) {
      const { name, scope } = attribute;
      const value = scope === 'request' ? given.get(name) : factAt(space, name, scope, site);
      if (value !== undefined) facts[name] = encode(attribute, value);
    }
    return facts;
  });

  const capabilities = program.strata.flatMap((stratum) => stratum.capabilities);
  const refusals = program.refusals.flatMap((rule, index) => (rule.effect === 'enforce' ? [{ rule, index }] : []));
  const ours = (): readonly number[] => {
    const derivation = derive(program, space, given);
    return sites.map((site) => {
      let bits = 0;
      for (const [at, name] of capabilities.entries())
        if (passesLevel(derivation.capability(name, site), ANY_VERSION) === TRUE) bits |= 1 << at;
      for (const [at, { rule, index }] of refusals.entries()) {
        const violated = derivation.violated(index, site);
        if (violated === TRUE || (violated === UNKNOWN_TRUTH && rule.onUnknown === 'refuse'))
          bits |= 1 << (capabilities.length + at);
      }
      return bits;
    });
  };
  const wordByWord = (): readonly number[] =>
    sites.map((site) => {
      const facts = (name: string) => {
        const { scope } = vocabulary.attributes.get(name)!;
        return scope === 'request' ? given.get(name) : factAt(space, name, scope, site);
      };
      const derived = referenceCapabilities(program, facts);
      const refusing = referenceRefusals(program, facts, derived);
      const holds = [
        ...capabilities.map((name) => derived.has(name) && hasCapability(derived.get(name)!, undefined) === TRUE),
        ...refusals.map(({ rule }) => refusing.includes(rule.id)),
      ];
      return holds.reduce((bits, one, at) => (one ? bits | (1 << at) : bits), 0);
    });

  const contenders: Contender<null>[] = [];
  if (libraries) {
    const [engine, policies] = [rulesEngine(outcomes), cedar(outcomes)];
    contenders.push(
      {
        name: 'json-rules-engine',
        run: async () => {
          const results: number[] = [];
          for (const facts of plain) results.push(await engine(facts));
          return results;
        },
      },
      { name: 'Cedar (WebAssembly)', run: () => plain.map(policies) },
    );
  }
  contenders.push(
    { name: 'ours, each by itself (reference)', run: wordByWord },
    { name: 'ours, by classes', run: ours },
  );
  await checkAnswers(contenders, [null], () => 'what the rules say');
  const measured = await measure(contenders, [null], EFFORT);
  const own = measured.at(-1)!.median;
  const held = ours();
  const count = (at: number): number => held.filter((bits) => ((bits >>> at) & 1) === 1).length;
  return {
    title: 'Derive what can be hosted',
    head: ['how', 'whole catalog', 'spread over rounds (how many)', 'per type and image', 'against ours'],
    rows: measured.map(({ name, median, fastest, slowest, rounds }) => [
      name,
      formatTime(median),
      `${formatTime(fastest)} to ${formatTime(slowest)} (${rounds})`,
      formatTime(median / sites.length),
      formatRatio(median / own),
    ]),
    note: [
      `The shipped rules over ${sites.length} pairs of a type with an image of ${request.base.os}@${request.base.release}, which decide for ${offers.size} offers: ${outcomes.map(({ name }, at) => `${name} ${count(at)}`).join(', ')}.`,
      'All outcomes were the same for every pair before anything was timed. The conditions of the rules were translated by program; rivals have facts and versions as plain values beforehand and answer whether a capability is certainly there, ours works out versions, launch options and what is unknown as well, from nothing each time.',
    ].join('\n'),
    timings: measured.map((timing) => ({ ...timing, size: 0 })),
  };
}
