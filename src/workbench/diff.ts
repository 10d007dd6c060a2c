import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { bootsBetween } from '../match/boots.ts';
import { type Diagram, UNDECIDED } from '../rules/diagram.ts';
import type { Program } from '../rules/program.ts';
import type { Regions } from '../rules/regions.ts';
import { factAt, NOWHERE, type RowScope, type Site } from '../rules/space.ts';
import { FALSE } from '../rules/tri.ts';
import { aspectNames, aspectOf, numbering } from './aspects.ts';
import { atomsInWords } from './atom-words.ts';
import { changeInWords } from './change-words.ts';
import { valuesIn } from './check-catalog.ts';
import { cubesOf, isIn, type Point } from './cubes.ts';
import { causeOf, type Edit, editsBetween, replay } from './edits.ts';
import { type Meaning, meaningAs, meaningOf } from './meaning.ts';
import { filledBy, rowClasses } from './rows.ts';

/**
 * What other rules say otherwise about the offers of a catalog, with the images that boot on them: each change counted,
 * described by few conjunctions of facts, and put down to the edit that brought it about.
 */

export interface Conjunction {
  /** Tests that hold together, in words; none: everywhere. */
  readonly tests: readonly string[];
  readonly offers: number;
}

export interface Cause {
  readonly rule: string;
  readonly kind: Edit['kind'];
  readonly offers: number;
}

export interface Change {
  /** `can.kvm`, `refusal`, `price`, `reserve`. */
  readonly aspect: string;
  /** `gain kvm 8.2.2`. */
  readonly what: string;
  readonly offers: number;
  readonly where: readonly Conjunction[];
  readonly causes: readonly Cause[];
}

export interface RulesDiff {
  readonly edits: readonly { readonly rule: string; readonly kind: Edit['kind'] }[];
  /** Offers that were compared. */
  readonly offers: number;
  readonly changes: readonly Change[];
  /** Aspects that are too large to be compared. */
  readonly undecided: readonly string[];
}

/** A catalog as its sources state it, and with the facts that each set of rules sets. */
interface Worlds {
  readonly catalog: Catalog;
  readonly old: Catalog;
  readonly now: Catalog;
  readonly steps: readonly Catalog[];
  /** Whether facts may be others after than before. */
  readonly differ: boolean;
}

/** What is told of places, and the variables that tell it. */
interface Difference {
  readonly dimensions: readonly number[];
  readonly changeAt: (old: FactAt, now: FactAt) => number;
}

type FactAt = (attribute: string) => Value | undefined;

/** One combination of facts that rules tell apart, with the offers that have it. */
interface Place {
  readonly at: readonly number[];
  /** Which change there is; -1 for none. */
  change: number;
  /** Classes of offers, by index. */
  readonly offers: Set<number>;
  /** Facts of one of them, as rules see them: before, and after each edit. */
  readonly old: FactAt;
  readonly steps: readonly FactAt[];
}

// More combinations of request facts than this are not looked at: requests are then taken to say nothing.
const MOST_REQUESTS = 512;
const MOST_PLACES = 50_000;

export function diffRules(
  before: Program,
  after: Program,
  catalog: Catalog,
  date: string | undefined,
): RulesDiff | undefined {
  const edits = editsBetween(before, after);
  const told = edits.map(({ rule, kind }) => ({ rule, kind }));
  const offers = catalog.offers.size;
  if (edits.length === 0) return { edits: told, offers, changes: [], undecided: [] };
  const [filledBefore, filledAfter] = [filledBy(catalog, before), filledBy(catalog, after)];
  const spoken = (attribute: Attribute): readonly Value[] => {
    if (attribute.name === 'request.date') return date === undefined ? [] : [date];
    return [...valuesIn(filledBefore, attribute), ...valuesIn(filledAfter, attribute)];
  };
  const old = meaningOf(before, spoken, after.rules);
  if (old === undefined) return undefined;
  const now = meaningAs(old, after);
  const steps = replay(before, edits).map(({ edit, program }) => ({ edit, meaning: meaningAs(old, program) }));
  const worlds: Worlds = {
    catalog,
    old: filledBefore,
    now: filledAfter,
    steps: steps.map(({ meaning }) => filledBy(catalog, meaning.program)),
    differ: edits.some((edit) => [edit.before, edit.after].some((rule) => rule?.action.verb === 'set')),
  };
  const changes: Change[] = [];
  const undecided: string[] = [];
  for (const aspect of aspectNames(after)) {
    const found = changesOf(aspect, old, now, steps, worlds, date);
    if (found === undefined) undecided.push(aspect);
    else changes.push(...found);
  }
  return { edits: told, offers, changes, undecided };
}

function changesOf(
  aspect: string,
  old: Meaning,
  now: Meaning,
  steps: readonly { readonly edit: Edit; readonly meaning: Meaning }[],
  worlds: Worlds,
  date: string | undefined,
): readonly Change[] | undefined {
  const { regions } = old;
  const numbers = numbering();
  const [from, to] = [aspectOf(old, aspect, numbers), aspectOf(now, aspect, numbers)];
  if (from === UNDECIDED || to === UNDECIDED) return undefined;
  if (from === to && !worlds.differ) return [];
  const words = numbering();
  const none = words.numberOf('');
  // Changes that are told alike are one.
  const changeOf = (a: number, b: number): number => {
    if (a === b) return none;
    const isText = aspect !== 'refusal' && aspect !== 'remark';
    const [was, is] = [a, b].map((number) => (isText ? JSON.parse(numbers.textOf(number)) : number));
    return words.numberOf(changeInWords(aspect, was, is));
  };
  const read = readDifference(old, now, from, to, changeOf, worlds.differ);
  if (read === undefined) return undefined;
  const places = placesOf(regions, read, worlds, date);
  if (places === undefined) return undefined;
  const { dimensions, all, counts } = places;
  const totalOf = (some: readonly Place[]): number => {
    const classes = new Set(some.flatMap((place) => [...place.offers]));
    return [...classes].reduce((total, index) => total + counts[index]!, 0);
  };
  const present = dimensions.map((_, dimension) =>
    [...new Set(all.map(({ at }) => at[dimension]!))].sort((a, b) => a - b),
  );
  const replayed = steps.map(({ edit, meaning }) => ({ edit, diagram: aspectOf(meaning, aspect, numbers) }));
  return [...new Set(all.map(({ change }) => change))]
    .filter((change) => change !== none)
    .map((change): Change => {
      const meant = all.filter((place) => place.change === change);
      const points = all.map(
        (place): Point => ({ at: place.at, isMeant: place.change === change, weight: totalOf([place]) }),
      );
      const where = cubesOf(points, dimensions.length).map(
        (cube): Conjunction => ({
          tests: cube.flatMap((values, dimension) =>
            values === undefined
              ? []
              : [atomsInWords(regions.atoms.variables[dimensions[dimension]!]!, values, present[dimension])],
          ),
          offers: totalOf(meant.filter(({ at }) => isIn(cube, at))),
        }),
      );
      return {
        aspect,
        what: words.textOf(change),
        offers: totalOf(meant),
        where,
        causes: causesOf(regions, from, replayed, meant, totalOf),
      };
    })
    .sort((a, b) => b.offers - a.offers || (a.what < b.what ? -1 : 1));
}

/** The edits that brought a change about, each with the offers that it changed. */
function causesOf(
  regions: Regions,
  from: Diagram,
  steps: readonly { readonly edit: Edit; readonly diagram: Diagram }[],
  meant: readonly Place[],
  totalOf: (some: readonly Place[]) => number,
): readonly Cause[] {
  const byEdit = new Map<Edit, Place[]>();
  for (const place of meant) {
    const values = steps.map(({ edit, diagram }, index) => ({ edit, value: regions.at(diagram, place.steps[index]!) }));
    const cause = causeOf(regions.at(from, place.old), values);
    if (cause !== undefined) byEdit.set(cause, [...(byEdit.get(cause) ?? []), place]);
  }
  return [...byEdit].map(([{ rule, kind }, places]) => ({ rule, kind, offers: totalOf(places) }));
}

/** What tells offers and images apart, and whether they go together: see `bootsBetween`. */
const PAIRING = [
  'type.arch',
  'type.virt',
  'offer.cloud',
  'offer.region',
  'image.cloud',
  'image.region',
  'image.arch',
  'image.virt',
];

/**
 * What tells two outcomes apart. Where both are of the same facts, only what their difference depends on; where rules set
 * other facts, all that either depends on, and all that facts are set by.
 */
function readDifference(
  old: Meaning,
  now: Meaning,
  from: Diagram,
  to: Diagram,
  changeOf: (a: number, b: number) => number,
  differ: boolean,
): Difference | undefined {
  const { regions } = old;
  const { diagrams } = regions;
  if (!differ) {
    const differing = diagrams.combine(from, to, changeOf);
    if (differing === UNDECIDED) return undefined;
    return { dimensions: diagrams.dependsOn(differing), changeAt: (facts) => regions.at(differing, facts) };
  }
  const setting = [...old.program.sets, ...now.program.sets];
  const conditions = setting.flatMap(({ rules }) => rules.map(({ applies }) => regions.of(applies)));
  if (conditions.includes(UNDECIDED)) return undefined;
  const read = new Set([from, to, ...conditions].flatMap((one) => [...diagrams.dependsOn(one)]));
  return {
    dimensions: [...read].sort((a, b) => a - b),
    changeAt: (before, after) => changeOf(regions.at(from, before), regions.at(to, after)),
  };
}

function placesOf(
  regions: Regions,
  { dimensions: all, changeAt }: Difference,
  worlds: Worlds,
  date: string | undefined,
) {
  // Rows are alike by the facts that dimensions are of.
  const catalog = worlds.differ ? worlds.catalog : worlds.old;
  // The day is the same for all.
  const dimensions = all.filter((variable) => regions.attributeOf(variable).name !== 'request.date');
  const { attributes } = catalog.vocabulary;
  const pairing = PAIRING.flatMap((name) => attributes.get(name) ?? []);
  const byName = new Map(
    dimensions.map((variable) => [regions.attributeOf(variable).name, regions.attributeOf(variable)]),
  );
  const read = [...byName.values()].filter(({ scope }) => scope !== 'request');
  const isOfImage = ({ scope }: Attribute): boolean => scope === 'image';
  const distinct = (some: readonly Attribute[]): readonly Attribute[] => [
    ...new Map(some.map((one) => [one.name, one])).values(),
  ];
  const byRegion = catalog.images.columns.has('image.region');
  const offers = rowClasses(
    catalog,
    'offer',
    distinct(
      [...read, ...pairing].filter(
        (one) => !isOfImage(one) && (byRegion || one.name !== 'offer.region' || read.includes(one)),
      ),
    ),
  );
  const images = rowClasses(catalog, 'image', distinct([...read, ...pairing].filter(isOfImage)));
  // By what is known before or after: an architecture may be set.
  const before = bootsBetween(worlds.old.types, worlds.old.images);
  const after = bootsBetween(worlds.now.types, worlds.now.images);
  const goTogether = (offer: Site, image: Site): boolean => {
    if (image.image === NOWHERE) return true;
    const same = (a: string | undefined, b: string | undefined): boolean =>
      a === undefined || b === undefined || a === b;
    return (
      (before(offer.type, image.image) !== FALSE || after(offer.type, image.image) !== FALSE) &&
      same(textAt(catalog.images, 'image.cloud', image.image), textAt(catalog.regions, 'offer.cloud', offer.region)) &&
      same(textAt(catalog.images, 'image.region', image.image), textAt(catalog.regions, 'offer.region', offer.region))
    );
  };
  const asked = requestsOf(regions, dimensions);
  const found = new Map<string, Place>();
  for (const [index, { site: offer }] of offers.entries()) {
    for (const { site: image } of images.length === 0 ? [{ site: NO_IMAGE }] : images) {
      if (!goTogether(offer, image)) continue;
      const site: Site = { ...offer, image: image.image };
      for (const request of asked) {
        const factIn =
          (of: Catalog): FactAt =>
          (name) => {
            const attribute = attributes.get(name)!;
            if (name === 'request.date') return date;
            if (attribute.scope === 'request') return request.get(name) ?? attribute.default;
            return factAt(of, name, attribute.scope as RowScope, site);
          };
        const stated = factIn(catalog);
        const at = dimensions.map((variable) => regions.indexOf(variable, stated(regions.attributeOf(variable).name)));
        const key = at.join();
        let place = found.get(key);
        if (place === undefined) {
          const [old, now] = [factIn(worlds.old), factIn(worlds.now)];
          place = { at, change: changeAt(old, now), offers: new Set(), old, steps: worlds.steps.map(factIn) };
          found.set(key, place);
          if (found.size > MOST_PLACES) return undefined;
        }
        place.offers.add(index);
      }
    }
  }
  return { dimensions, all: [...found.values()], counts: offers.map(({ count }) => count) };
}

const NO_IMAGE: Site = { type: NOWHERE, region: NOWHERE, image: NOWHERE, offer: NOWHERE };

/** The combinations of request facts that dimensions tell apart; requests that say nothing where they are too many. */
function requestsOf(
  { atoms, attributeOf }: Regions,
  dimensions: readonly number[],
): readonly ReadonlyMap<string, Value>[] {
  let result: ReadonlyMap<string, Value>[] = [new Map()];
  for (const variable of dimensions) {
    const { name, scope } = attributeOf(variable);
    if (scope !== 'request') continue;
    const { kind, values } = atoms.variables[variable]!;
    if (kind !== 'value' || result.length * values.length > MOST_REQUESTS) return [new Map()];
    result = result.flatMap((one) =>
      values.flatMap((value) => (value === undefined ? [] : [new Map([...one, [name, value]])])),
    );
  }
  return result;
}
