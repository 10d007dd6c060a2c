import { writeFileSync } from 'node:fs';
import { compile } from '../src/match/compiled.ts';
import { loadCatalog } from '../src/storage/catalogs.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { seeded } from './harness.ts';
import { factsOf, type OfferFacts } from './offer-facts.ts';
import { type Kind, MIX_FILE, type Mix, requestOf, type WrittenQuery } from './queries.ts';
import { countFitting, plainOffers } from './rivals/objects.ts';
import { wantedOf } from './wanted.ts';
import { makeCatalog } from './world.ts';

/**
 * node build/benchmarks/make-queries.js
 *
 * Draws the mix of requests anew. What a request asks for is drawn by the weights below; how many offers meet it, as
 * the plain loop counts them, decides its kind, and requests are taken until each kind has its share.
 */

const SEED = 20130530;
const OFFERS = 100_000;
const REQUESTS = 60;
const SHARES: Readonly<Record<Kind, number>> = { common: 0.7, rare: 0.25, impossible: 0.05 };
/** Up to this part of all offers meets a rare request. */
const RARE = 0.002;

/** How likely a request asks for each thing. */
const WEIGHTS = {
  placement: { lxd: 0.5, kvm: 0.3, none: 0.2 },
  cores: 0.9,
  mem: 0.8,
  /** A third range: one of max-price, cores-baseline, gpus, local-disk. */
  further: 0.4,
  arch: { arm64: 0.25, any: 0.1 },
  region: 0.4,
  zones: 0.15,
  market: { spot: 0.15, any: 0.1 },
  tags: 0.3,
  burstable: 0.1,
  'bare-metal': 0.06,
};

interface Places {
  readonly regions: readonly { readonly name: string; readonly zones: readonly string[] }[];
  readonly clouds: readonly string[];
  readonly tags: readonly string[];
}

function drawer(random: () => number, places: Places) {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  /** One of the names by their weights; undefined for what is left of 1. */
  const weighted = <N extends string>(weights: Readonly<Record<N, number>>): N | undefined => {
    let left = random();
    for (const [name, weight] of Object.entries(weights) as [N, number][]) if ((left -= weight) < 0) return name;
    return undefined;
  };
  return (): Omit<WrittenQuery, 'kind'> => {
    const words: string[] = [];
    const add = (key: string, value: string | undefined): void => {
      if (value !== undefined) words.push(`${key}=${value}`);
    };
    const placement = weighted(WEIGHTS.placement);
    const arch = weighted(WEIGHTS.arch);
    if (arch !== undefined) add('arch', arch === 'any' ? '' : arch);
    if (random() < WEIGHTS['bare-metal']) add('bare-metal', 'true');
    if (random() < WEIGHTS.burstable) add('burstable', 'false');
    const cores = pick([1, 2, 2, 4, 4, 8, 8, 16, 32, 64]);
    if (random() < WEIGHTS.cores) add('cores', String(cores));
    const further =
      random() < WEIGHTS.further ? pick(['max-price', 'max-price', 'cores-baseline', 'gpus', 'local-disk']) : '';
    if (further === 'cores-baseline') add(further, String(Math.max(1, cores / 2)));
    if (further === 'gpus') add(further, pick(['1', '1', '4']));
    if (further === 'local-disk') add(further, pick(['50G', '200G', '1T']));
    add('market', weighted(WEIGHTS.market));
    if (further === 'max-price') add(further, (cores * pick([0.02, 0.04, 0.08])).toFixed(2));
    if (random() < WEIGHTS.mem) add('mem', `${cores * pick([1, 2, 2, 4, 8])}G`);
    const region = pick(places.regions);
    const where = random();
    if (where < WEIGHTS.region)
      add('region', [...new Set(random() < 0.3 ? [region.name, pick(places.regions).name] : [region.name])].join(','));
    else if (places.clouds.length > 1 && random() < 0.3) add('cloud', pick(places.clouds));
    if (places.tags.length > 0 && random() < WEIGHTS.tags)
      add(
        'tags',
        [...new Set(random() < 0.4 ? [pick(places.tags), pick(places.tags)] : [pick(places.tags)])].join(','),
      );
    if (where > 1 - WEIGHTS.zones && region.zones.length > 0) add('zones', pick(region.zones));
    return { ...(placement === 'none' || placement === undefined ? {} : { placement }), constraints: words.join(' ') };
  };
}

function draw(facts: OfferFacts, random: () => number, countOf: (query: Omit<WrittenQuery, 'kind'>) => number) {
  const next = drawer(random, {
    regions: facts.regions.filter(({ restricted }) => !restricted),
    clouds: [...new Set(facts.regions.map(({ cloud }) => cloud))],
    tags: facts.tagNames,
  });
  const left = new Map(Object.entries(SHARES).map(([kind, share]) => [kind as Kind, Math.round(share * REQUESTS)]));
  const drawn: WrittenQuery[] = [];
  while (drawn.length < REQUESTS) {
    const query = next();
    const count = countOf(query);
    const kind: Kind = count === 0 ? 'impossible' : count <= facts.size * RARE ? 'rare' : 'common';
    const wanted = left.get(kind)!;
    if (wanted === 0 || drawn.some((one) => one.constraints === query.constraints)) continue;
    left.set(kind, wanted - 1);
    drawn.push({ kind, ...query });
  }
  // Kinds that fill up last would stand together.
  return drawn
    .map((query) => ({ query, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ query }) => query);
}

const vocabulary = loadVocabulary();
const rules = loadRules(['default'], vocabulary);
const shippedCatalog = loadCatalog({});
if (!rules.ok || !shippedCatalog.ok) throw new Error('the shipped data are damaged');
const random = seeded(SEED);
const lists = [makeCatalog(vocabulary, OFFERS, SEED), shippedCatalog.value].map((catalog) => {
  const facts = factsOf(compile(catalog, rules.value), requestOf({ constraints: '' }, vocabulary));
  const offers = plainOffers(facts);
  return draw(facts, random, (query) => countFitting(offers, wantedOf(requestOf(query, vocabulary))));
});
const mix: Mix = {
  note: `Drawn by make-queries.ts by its weights. Kinds go by how many offers meet a request, in a made-up catalog of ${OFFERS} offers or in the shipped one: rare ones are met by at most ${RARE * 100} % of the offers, impossible ones by none.`,
  seed: SEED,
  shares: SHARES,
  madeUp: lists[0]!,
  shipped: lists[1]!,
};
// A request on one line where it fits, as the formatter would have it.
const text = JSON.stringify(mix, null, 2).replace(
  /^( +)\{\n +("kind"[^}]*?)\n +\}(,?)$/gm,
  (whole, indent, inside, comma) => {
    const line = `${indent}{ ${inside.replace(/\n +/g, ' ')} }${comma}`;
    return line.length <= 120 ? line : whole;
  },
);
writeFileSync(MIX_FILE, `${text}\n`);
