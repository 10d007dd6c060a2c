import { textAt, valueAt } from '../catalog/column.ts';
import { formatValue } from '../catalog/decode.ts';
import { priceEditSteps } from '../catalog/prices.ts';
import type { Attribute } from '../catalog/value.ts';
import { namedMachine } from '../match/machines.ts';
import type { Query } from '../match/query.ts';
import { listOf, numberOf, textOf } from '../request/constraints.ts';
import { fillIn } from '../rules/proof.ts';
import type { Rule } from '../rules/rule.ts';
import { TRUE, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { areUnknown, unknownFacts } from './nearest.ts';
import type { Machine, Note } from './schema.ts';
import { lostWithoutJuju, needsCloudTool, notMadeByJuju } from './steps.ts';
import type { Unpriced } from './unpriced.ts';

/** What an answer has to say beside its numbers: each note a sentence, true for this answer. */

/** Whether a rule that cannot be decided is told of: one that warns on unknown, or that would only warn anyway. */
function undecidedIsTold(rule: Rule): boolean {
  return rule.onUnknown === 'warn' || (rule.effect === 'warn' && rule.onUnknown !== 'allow');
}

/** Rules that are told but not enforced, at the chosen offer and image. */
function warnings(query: Query, row: number, image: number): readonly Note[] {
  const site = query.site(row, image);
  const factsAt = (attribute: Attribute) => query.derivation.factAt(attribute, site);
  return query.derivation.program.refusals.flatMap((rule, index): Note[] => {
    const violated = query.derivation.violated(index, site);
    const told = violated === TRUE ? rule.effect === 'warn' : violated === UNKNOWN_TRUTH && undecidedIsTold(rule);
    if (!told) return [];
    const summary = fillIn(rule.summary, query.derivation, factsAt);
    if (violated === TRUE) return [{ code: 'warning', text: `${summary} (rule ${rule.id})` }];
    return [
      { code: 'undecided', text: `rule ${rule.id} could not be checked: ${areUnknown(unknownFacts([rule], factsAt))}` },
    ];
  });
}

/** Facts of the chosen type, region and image that the catalog does not state, and rules set: those the same rule sets together. */
function setFacts(query: Query, type: string, row: number, image: number): readonly Note[] {
  const site = query.site(row, image);
  const { derivation } = query;
  const byRule = new Map<string, string[]>();
  for (const { attribute } of derivation.program.sets) {
    const rule = derivation.setterOf(attribute, site);
    if (rule === undefined) continue;
    const fact = `${attribute.name} ${formatValue(attribute, derivation.factAt(attribute, site))}`;
    byRule.set(rule, [...(byRule.get(rule) ?? []), fact]);
  }
  return [...byRule].map(([rule, facts]) => ({
    code: 'set-fact',
    text: `of ${type} the catalog does not state what rule ${rule} sets: ${facts.join(', ')}`,
  }));
}

/** Notes on one chosen machine. */
export function machineNotes(query: Query, machine: Machine, row: number, image: number): readonly Note[] {
  const { types, offers } = query.space;
  const type = offers.type[row]!;
  const notes: Note[] = [];
  notes.push(...setFacts(query, machine.type, row, image));
  const basis = machine['price-basis'];
  const edits = priceEditSteps(query.compiled.catalog, row);
  if (edits.length > 0) {
    const list = machine['list-price'];
    const from = edits[0]!.sets || list === null ? 'is set' : `is the list price of ${list} changed`;
    const how = edits.map(({ text, place }) => `${text} (${place})`).join(', then ');
    notes.push({
      code: 'own-price',
      text: `the price of ${machine.type} in ${machine.region} ${from} by one's own price file: ${how}`,
    });
  }
  if (basis === 'derived' || basis === 'estimate') {
    const how = basis === 'derived' ? "worked out from the family's price in proportion to size" : 'an estimate';
    notes.push({
      code: 'price-basis',
      text: `the price of ${machine.type} in ${machine.region} stands in no list: it is ${how}`,
    });
  }
  if (machine.tenancy === 'dedicated')
    notes.push({
      code: 'dedicated',
      text: `the price of ${machine.type} is for dedicated tenancy, the only one listed`,
    });
  if (valueAt(types, 'type.previous-generation', type) === true)
    notes.push({ code: 'previous-generation', text: `${machine.type} is of a previous generation` });
  if (machine.market === 'spot')
    notes.push({
      code: 'spot',
      text: 'a spot machine can be taken back by the cloud at any time, and Juju cannot ask for one',
    });
  if (numberOf(query.request.constraints, 'cpu-power') > 0 && valueAt(types, 'type.cpu-power', type) === undefined) {
    notes.push({
      code: 'cpu-power-unknown',
      text: `the cpu-power of ${machine.type} is not known; as in Juju, that passes`,
    });
  }
  return [...notes, ...warnings(query, row, image)];
}

/** Notes on how the request was read. */
export function requestNotes(query: Query, machines: readonly Machine[]): readonly Note[] {
  const { request } = query;
  const notes: Note[] = [];
  for (const alias of request.constraints.aliases)
    notes.push({ code: 'alias', text: `"${alias}" is the old name of "cores"` });
  const container = textOf(request.constraints, 'container');
  if (container !== undefined && container !== 'none') {
    notes.push({
      code: 'container-key',
      text: `container=${container} is read as containers=${container}; juju add-machine itself drops the key`,
    });
  }
  const isNamedHere = namedMachine(request, query.compiled.catalog) !== undefined;
  if (request.placement.kind === 'directive' && request.placement.key !== 'zone' && !isNamedHere) {
    notes.push({
      code: 'directive',
      text: `${request.placement.key}=${request.placement.value} is passed on to Juju; whether the cloud can follow it is not known here`,
    });
  }
  const lost = machines.some(needsCloudTool) ? lostWithoutJuju(query) : [];
  if (lost.length > 0) {
    notes.push({
      code: 'not-passed-on',
      text: `${lost.join(', ')}: only Juju follows these, and it does not launch this machine`,
    });
  }
  const other = machines[0] === undefined ? [] : notMadeByJuju(machines[0]);
  if (other.length > 0)
    notes.push({
      code: 'not-made-by-juju',
      text: `Juju makes no ${other.join(' or ')} containers itself: make them on the machine`,
    });
  return notes;
}

/** Why no offer was considered at all. */
export function scopeNotes(query: Query): readonly Note[] {
  if (query.inScope.includes(1))
    return [{ code: 'nothing-priced', text: 'no price of the regions asked for is known on that day' }];
  const named = listOf(query.request.constraints, 'region')
    .concat(listOf(query.request.constraints, 'cloud'))
    .join(', ');
  return [
    { code: 'no-region', text: `no region is meant by ${named}; restricted regions count only when named in full` },
  ];
}

/**
 * What the catalog does not know, said so that it is not mistaken for "no".
 *
 * @param date the day that the request is judged by: a later list is not spoken of
 */
export function unpricedNotes(
  query: Query,
  { fit, types, examples }: Unpriced,
  date: string | undefined,
): readonly Note[] {
  if (fit === 0) return [];
  const { regions } = query.space;
  const inScope = Array.from({ length: regions.size }, (_, row) => row).filter((row) => query.inScope[row] === 1);
  const spot = textOf(query.request.constraints, 'market') === 'spot' ? ' spot' : '';
  const known = (example: (typeof examples)[number]): string =>
    example['lowest-elsewhere'] === null
      ? example.type
      : `${example.type} (${example['lowest-elsewhere']} ${spot === '' ? 'elsewhere' : 'on demand'})`;
  const named = `${examples.map(known).join(', ')}${types > examples.length ? ', …' : ''}`;
  const byName = listOf(query.request.constraints, 'region').some((pattern) => !pattern.includes('*'));
  if (inScope.length !== 1 && !byName) {
    const pairs = `${fit} ${fit === 1 ? 'pair' : 'pairs'} of a type and a region (${types} ${types === 1 ? 'type' : 'types'})`;
    const text = `${pairs} would fit but ${fit === 1 ? 'has' : 'have'} no known${spot} price there, for example ${named}`;
    return [{ code: 'unpriced', text }];
  }
  const dates = new Set(inScope.map((row) => textAt(regions, 'offer.list-date', row)));
  const [only] = dates;
  const list =
    dates.size === 1 && only !== undefined && (date === undefined || only <= date) ? ` (list of ${only})` : '';
  const where = inScope.map((row) => textAt(regions, 'offer.region', row)).join(', ');
  const verb = types === 1 ? 'type would fit but has' : 'types would fit but have';
  return [{ code: 'unpriced', text: `${types} more ${verb} no known${spot} price in ${where}${list}: ${named}` }];
}

/** What no price in a list includes. */
export const NOT_INCLUDED: Note = {
  code: 'not-included',
  text: 'prices are without tax; disks, public addresses, traffic and licences are not included',
};
