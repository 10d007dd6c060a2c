import { buildCatalog } from '../catalog/catalog.ts';
import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Value, Vocabulary } from '../catalog/value.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import { parseMoney } from '../quantity/money.ts';
import { fillTable } from '../rules/fill.ts';
import type { Program } from '../rules/program.ts';
import { PRICE, type RequestFacts, type Site, type Space } from '../rules/space.ts';
import { FACT_GROUPS, type FactsText } from './test-schema.ts';

/** The facts of a test: what they say, and the smallest catalog in which they are so. */

/** What is known. An attribute that is absent is unknown. */
export interface Facts {
  readonly values: ReadonlyMap<string, Value>;
  /** How many guests of each kind the host holds. */
  readonly guests: ReadonlyMap<string, number>;
}

/** What every row of a catalog says of itself, whatever its source: no machine is without them. */
export const KEYS: ReadonlyMap<string, Value> = new Map([
  ['type.cloud', 'lab'],
  ['type.name', 't1'],
  ['offer.region', 'r1'],
]);

/** What a request has where nothing is asked for: the program works it out, and it is never unknown. */
const ASKED: readonly (readonly [name: string, value: Value])[] = [
  ['request.gpus', 0],
  ['request.root-disk', 8],
];

/** Facts that a test has where it states nothing: names, and the defaults of requests. */
export function presetFacts(vocabulary: Vocabulary): ReadonlyMap<string, Value> {
  const values = new Map([...KEYS, ...ASKED.filter(([name]) => vocabulary.attributes.has(name))]);
  for (const { name, default: value } of vocabulary.attributes.values())
    if (value !== undefined) values.set(name, value);
  return values;
}

/** Later facts over earlier ones. */
export function mergeFacts(...several: readonly Facts[]): Facts {
  return {
    values: new Map(several.flatMap(({ values }) => [...values])),
    guests: new Map(several.flatMap(({ guests }) => [...guests])),
  };
}

const decoded = (attribute: Attribute, raw: unknown): ReturnType<typeof decodeValue> => {
  if (attribute.name !== PRICE) return decodeValue(attribute, raw);
  const price = parseMoney(String(raw));
  return price === undefined ? { problem: `must be USD an hour, not "${String(raw)}"` } : { value: price };
};

/** Facts with the region's cloud, which is its machine's unless they say otherwise. */
export function withRegionCloud(facts: Facts): Facts {
  const cloud = facts.values.get('type.cloud');
  if (cloud === undefined || facts.values.has('offer.cloud')) return facts;
  return { ...facts, values: new Map([...facts.values, ['offer.cloud', cloud]]) };
}

/** Reads facts that stand at a path of a document. */
export function readFacts(
  document: Document,
  path: Path,
  text: FactsText,
  vocabulary: Vocabulary,
  faults: Diagnostic[],
): Facts {
  const values = new Map<string, Value>();
  for (const group of FACT_GROUPS) {
    for (const [key, raw] of Object.entries(text[group] ?? {})) {
      const name = `${group}.${key}`;
      const at = [...path, group, key];
      const attribute = vocabulary.attributes.get(name);
      if (attribute === undefined) {
        const known = [...vocabulary.attributes.keys()].filter((one) => one.startsWith(`${group}.`));
        const hint = didYouMean(
          key,
          known.map((one) => one.slice(group.length + 1)),
        );
        faults.push({
          code: 'unknown-attribute',
          message: `"${name}" is no attribute`,
          ...placeIn(document, at, 'key'),
          ...(hint === undefined ? {} : { hint }),
        });
        continue;
      }
      const value = decoded(attribute, raw);
      if ('problem' in value) {
        faults.push({
          code: 'test-value',
          message: `${name} ${value.problem}`,
          ...placeIn(document, at),
          ...(value.hint === undefined ? {} : { hint: value.hint }),
        });
      } else values.set(name, value.value);
    }
  }
  for (const kind of Object.keys(text.guests ?? {})) {
    if (vocabulary.capabilities.has(kind)) continue;
    const hint = didYouMean(kind, vocabulary.capabilities.keys());
    faults.push({
      code: 'unknown-capability',
      message: `"${kind}" is no declared capability`,
      ...placeIn(document, [...path, 'guests', kind], 'key'),
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return { values, guests: new Map(Object.entries(text.guests ?? {})) };
}

/** One machine in one place, with one image, and what is asked of it. */
export interface Scene {
  readonly space: Space;
  readonly request: RequestFacts;
}

/** Where the only machine of a scene is. */
export const ONLY: Site = { type: 0, region: 0, image: 0, offer: 0 };

/** The smallest rows in which facts are so, as they are stated. */
export function sceneOf(vocabulary: Vocabulary, { values }: Facts): Scene {
  const builder = buildCatalog(vocabulary);
  const request = new Map<string, Value>();
  const keyed = (name: string): string => String(values.get(name) ?? KEYS.get(name));
  builder.type(keyed('type.cloud'), keyed('type.name'));
  builder.region(keyed('type.cloud'), keyed('offer.region'));
  builder.image();
  builder.offer(0, 0, Number(values.get(PRICE) ?? Number.NaN), Number.POSITIVE_INFINITY);
  for (const [name, value] of values) {
    const attribute = vocabulary.attributes.get(name);
    if (attribute === undefined || name === PRICE) continue;
    if (attribute.scope === 'request') request.set(name, value);
    else builder.fact(attribute, 0, value);
  }
  const { types, regions, images, offers, listedUnpriced } = builder.finish({ gapsAreUnknown: false, digest: '' });
  // To rules, an offer without a price is one whose price is unknown.
  return { space: { types, regions, images, offers: offers.size > 0 ? offers : listedUnpriced }, request };
}

/** The scene with the facts that rules set where none are stated. */
export function filledScene(program: Program, { space, request }: Scene): Scene {
  if (program.sets.length === 0) return { space, request };
  const [types, regions, images] = (
    [
      ['type', space.types],
      ['region', space.regions],
      ['image', space.images],
    ] as const
  ).map(([scope, table]) => fillTable(program, scope, table).table);
  return { space: { ...space, types: types!, regions: regions!, images: images! }, request };
}
