import type { Catalog } from '../src/catalog/catalog.ts';
import { setAt, textAt } from '../src/catalog/column.ts';
import { imagesOf } from '../src/match/images.ts';
import { requestFacts } from '../src/match/request-facts.ts';
import type { MachineRequest } from '../src/request/request.ts';
import { passesLevel } from '../src/rules/capability.ts';
import { derive } from '../src/rules/derive.ts';
import { readRules } from '../src/rules/parse.ts';
import { ANY_VERSION, compileRules } from '../src/rules/program.ts';
import { hasCapability, referenceCapabilities, referenceRefusals } from '../src/rules/reference.ts';
import { factAt, type Site, type Space } from '../src/rules/space.ts';
import { TRUE, UNKNOWN_TRUTH } from '../src/rules/tri.ts';
import { loadVocabulary } from '../src/storage/packs.ts';
import { rowsAgainstFirst, type Section } from './harness.ts';
import { type Contender, checkAnswers, type Effort, measure } from './measure.ts';
import type { Options } from './options.ts';
import { compileAll, type Hosting } from './ours.ts';
import { requestOf } from './queries.ts';
import { makeRules } from './rules.ts';
import { makeCatalog } from './world.ts';

/** "From rules as text to all that they say of every offer": what has to be done when rules or a catalog are new. */

const RULES = 200;
const SIZES = [10_000, 100_000];
const SEED = 20130530;
const EFFORT: Effort = { budget: 6_000_000, fewest: 3, most: 9 };
/** Of so many offers, spread over the catalog, the rules are also read word by word. */
const SAMPLE = 300;

/**
 * Every offer with every image, one after the other.
 *
 * @param sample of how many offers the rules are read word by word as well
 */
function offerByOffer(text: string, catalog: Catalog, request: MachineRequest, sample: number): Hosting {
  const { vocabulary, types, regions, offers } = catalog;
  const rules = readRules('made-up.yaml', text, vocabulary);
  const program = rules.ok ? compileRules(vocabulary, rules.value, '') : rules;
  if (!program.ok) throw new Error(program.diagnostics[0]!.message);
  const images = imagesOf({ catalog, program: program.value }, request.base).table;
  const space: Space = { types, regions, images, offers };
  const given = requestFacts({ catalog, program: program.value }, request, undefined);
  const derivation = derive(program.value, space, given);
  const facts = (site: Site) => (name: string) => {
    const { scope } = vocabulary.attributes.get(name)!;
    return scope === 'request' ? given.get(name) : factAt(space, name, scope, site);
  };
  const names = [...vocabulary.capabilities.keys()];
  const { refusals } = program.value;
  const counts: Record<string, number> = {};
  const step = sample === 0 ? 0 : Math.max(1, Math.floor(offers.size / sample));
  for (let image = 0; image < images.size; image += 1) {
    const arch = textAt(images, 'image.arch', image)!;
    let usable = 0;
    const hosting = names.map(() => 0);
    for (let offer = 0; offer < offers.size; offer += 1) {
      const site: Site = { type: offers.type[offer]!, region: offers.region[offer]!, image, offer };
      const refusing = refusals.filter(({ onUnknown }, index) => {
        const violated = derivation.violated(index, site);
        return violated === TRUE || (violated === UNKNOWN_TRUTH && onUnknown === 'refuse');
      });
      const boots = setAt(types, 'type.arch', site.type)?.includes(arch) === true;
      const isUsable = boots && refusing.length === 0;
      if (isUsable) usable += 1;
      const has = names.map((name) => passesLevel(derivation.capability(name, site), ANY_VERSION) === TRUE);
      for (const [at, one] of has.entries()) if (one && isUsable) hosting[at]! += 1;
      if (step === 0 || offer % step !== 0) continue;
      const capabilities = referenceCapabilities(program.value, facts(site));
      const same =
        referenceRefusals(program.value, facts(site), capabilities).join() === refusing.map(({ id }) => id).join() &&
        names.every((name, at) => {
          const found = capabilities.get(name);
          return has[at] === (found !== undefined && hasCapability(found, undefined) === TRUE);
        });
      if (!same) throw new Error(`offer ${offer} is not what the rules say word by word`);
    }
    counts[`${arch} usable`] = usable;
    for (const [at, name] of names.entries()) counts[`${arch} ${name}`] = hosting[at]!;
  }
  return counts;
}

export async function compileSection({ sizes = SIZES }: Options): Promise<Section> {
  const vocabulary = loadVocabulary();
  const text = makeRules(RULES, SEED);
  const request = requestOf({ constraints: '' }, vocabulary);
  const rows: (readonly string[])[] = [];
  const timings: Section['timings'][number][] = [];
  let told: Hosting = {};
  for (const size of sizes) {
    const catalog = makeCatalog(vocabulary, size, SEED);
    const contenders: readonly Contender<null>[] = [
      { name: 'offer by offer', run: () => offerByOffer(text, catalog, request, 0) },
      { name: 'ours: rules read, all bitmaps', run: () => compileAll(text, catalog, request) },
    ];
    offerByOffer(text, catalog, request, SAMPLE);
    await checkAnswers(contenders, [null], () => 'what the rules say');
    told = compileAll(text, catalog, request);
    const taken = await measure(contenders, [null], EFFORT);
    timings.push(...taken.map((timing) => ({ ...timing, size })));
    rows.push(...rowsAgainstFirst(size, taken));
  }
  return {
    title: `Compile ${RULES} rules`,
    head: ['offers', 'how', 'median', 'spread over rounds', 'against offer by offer'],
    rows,
    note: [
      `${RULES} made-up rules and catalogs (seed ${SEED}), from the text of the rules to which offers each image boots on without being refused, and what these can host. At the largest size: ${Object.entries(
        told,
      )
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}.`,
      `The counts were the same before anything was timed, and ${SAMPLE} offers were what the rules say word by word.`,
    ].join('\n'),
    timings,
  };
}
