import type { Alternative, Answer, ConflictText, Machine, RelaxationText } from '../plan/schema.ts';
import { divideHalfEven, formatDecimal } from '../quantity/decimal.ts';
import { formatPercent, readMoney } from '../quantity/money.ts';
import { type Block, type Item, list, paragraph } from './blocks.ts';
import { commandOf } from './command.ts';
import { grouped } from './table.ts';

/** The explanation of an answer: what clashes, what would help, why this one and nothing cheaper. */

export function marks(offer: Alternative): string {
  const words = [
    offer['price-basis'] === 'derived' ? 'derived price' : offer['price-basis'] === 'estimate' ? 'estimated price' : '',
    offer.tenancy === 'dedicated' ? 'dedicated-tenancy price' : '',
    offer['sustained-cores'] === undefined ? '' : `${offer['sustained-cores']} cores sustained`,
    offer.market === 'spot' ? 'spot' : '',
  ];
  const told = words.filter((word) => word !== '');
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

export function offerText(offer: Alternative, chosen: Machine | undefined): string {
  const elsewhere =
    chosen !== undefined && (offer.region !== chosen.region || offer.cloud !== chosen.cloud)
      ? ` in ${offer.cloud} ${offer.region}`
      : '';
  return `${offer.type} ${offer.price}${elsewhere}${marks(offer)}`;
}

/** `+5.3 %` of one price against another, or `38.7 times the price` where percents stop telling anything. */
export function compared(price: string, to: string): string {
  const [own, other] = [readMoney(price), readMoney(to)];
  if (other === 0n) return '';
  if (own >= 2n * other) return `${formatDecimal(divideHalfEven(own * 10n, other), 1)} times the price`;
  return own >= other ? `+${formatPercent(own - other, other)} %` : `-${formatPercent(other - own, other)} %`;
}

const ORDINALS = ['the first', 'the second', 'the third'];

/** How near those come that meet all the other needs of a conflict. */
function closestText(need: ConflictText['needs'][number], alone: boolean): string {
  const others = need['meet-others'];
  const rest = alone
    ? 'all'
    : others === 1
      ? 'the one that meets the rest'
      : `the ${grouped(others)} that meet the rest`;
  return need.need === 'max-price' || need.need === 'budget'
    ? `; the cheapest of ${rest}: ${need.closest}`
    : `; the most ${need.need.replace('guest-', '')} of ${rest}: ${need.closest}`;
}

/** What clashes: a line for each conflict, with how many offers meet each need, and how near the others come. */
export function clashes(answer: Answer): readonly Block[] {
  const items = (answer.conflicts ?? []).map(({ needs }): Item => {
    const [only] = needs;
    const last = needs.findLast(({ closest }) => closest !== undefined);
    const best = last === undefined ? '' : closestText(last, needs.length === 1);
    if (needs.length === 1) return { text: `${only!.text}: no offer meets it${best}` };
    const met = needs
      .map(({ meet }, index) => `${grouped(meet)} ${meet === 1 ? 'meets' : 'meet'} ${ORDINALS[index] ?? 'the next'}`)
      .join(', ');
    const none = needs.length === 2 ? 'none both' : 'none all';
    return { text: `${needs.map(({ text }) => text).join(' × ')}: ${met}, ${none}${best}` };
  });
  const more = answer['more-exist']?.includes('conflicts') === true ? [{ text: 'and more' }] : [];
  return list(`What clashes (of ${grouped(answer.considered.offers)} offers):`, [...items, ...more]);
}

/** How a request is asked: by a command, or by the section of a problem file where there is no command for it. */
function asked(request: RelaxationText['request'], more: readonly string[] | undefined): string {
  return more === undefined ? `request: ${JSON.stringify(request)}` : commandOf(request, more);
}

const MOST_WAYS = 4;

/** The cheapest way of each set of changes first, then what is left, then what more changes would save. */
function shownWays(answer: Answer): readonly RelaxationText[] {
  const kindOf = (one: RelaxationText): string =>
    one.changes.map((change) => change.replace(/ → .*/, '').split(' ')[0]).join(' ');
  const all = answer.relaxations ?? [];
  const distinct = all.filter((one, index) => all.findIndex((other) => kindOf(other) === kindOf(one)) === index);
  const cheaper = (answer.front ?? []).filter((one) => !all.some((other) => kindOf(other) === kindOf(one)));
  return [...distinct.slice(0, MOST_WAYS), ...cheaper.slice(0, Math.max(0, MOST_WAYS - distinct.length))];
}

/** What it would take: changes, what one gets, and the command that asks for it. */
export function waysOut(answer: Answer, more: readonly string[] | undefined): readonly Block[] {
  const ways = shownWays(answer);
  if (answer.relaxations === undefined) return [];
  if (ways.length === 0) return [paragraph('No change of the request alone would help.')];
  const { length } = answer.machines;
  const items = ways.map((way): Item => {
    const got = `${offerText(way, undefined)}${length > 1 ? ', …' : ''}, ${way['per-month']} USD a month`;
    return { text: `${way.changes.join(', ')}: ${got}`, commands: [asked(way.request, more)] };
  });
  const left = answer.relaxations.length - ways.filter((way) => answer.relaxations!.includes(way)).length;
  const orMore = answer['more-exist']?.includes('relaxations') === true ? ' or more' : '';
  const rest = left > 0 ? [{ text: `and ${left}${orMore} other ways (--format json)` }] : [];
  return list('Ways out, each with the least change that does it:', [...items, ...rest]);
}

/** How many offers miss each need, and what the chosen machine has of it; columns only where they say something. */
function needsTable(answer: Answer): Block {
  const { needs } = answer.explanation;
  const unknown = needs.some((need) => need.unknown > 0);
  const had = needs.some((need) => need.has !== undefined);
  const head = [
    'Need',
    ...(had ? ['Has', 'Margin'] : []),
    'Offers that miss it',
    ...(unknown ? ['(fact unknown)'] : []),
    'Left after it',
    'From',
  ];
  const rows = needs.map((need) => [
    need.text,
    ...(had ? [need.has ?? '', need.margin ?? ''] : []),
    grouped(need.misses),
    ...(unknown ? [need.unknown === 0 ? '' : grouped(need.unknown)] : []),
    grouped(need.left),
    need.from,
  ]);
  const right = head.flatMap((name, column) => (['Need', 'Has', 'From'].includes(name) ? [] : [column]));
  const { offers, fit } = answer.considered;
  return { kind: 'table', title: `Of ${grouped(offers)} offers considered, ${grouped(fit)} fit:`, head, rows, right };
}

const MOST_GROUPS = 8;

/** Every cheaper offer, by all that it misses. */
function certificate(answer: Answer): readonly Block[] {
  const { cheaper } = answer.explanation;
  const total = cheaper.reduce((sum, one) => sum + one.offers, 0);
  // Juju's own choice need not be the cheapest.
  if (total === 0 && (answer.machines.length === 0 || answer.proof?.startsWith('juju-') === true)) return [];
  // Under preferences what comes before it need not be cheaper.
  const isRanked = answer['rank-cost'] !== undefined;
  if (total === 0) return [paragraph(`No considered offer ${isRanked ? 'ranks before it' : 'is cheaper'}.`)];
  const items = cheaper.slice(0, MOST_GROUPS).map(({ misses, offers, lowest, example }): Item => {
    const names = misses.map(({ need, unknown }) => `${need}${unknown === true ? ' (unknown)' : ''}`).join(', ');
    return { text: `${grouped(offers)} ${offers === 1 ? 'misses' : 'miss'} ${names} (from ${lowest}: ${example})` };
  });
  const rest = cheaper.slice(MOST_GROUPS);
  const others = rest.reduce((sum, one) => sum + one.offers, 0);
  const more =
    rest.length > 0 ? [{ text: `${grouped(others)} miss other sets of needs (${rest.length} more sets)` }] : [];
  const which = isRanked ? 'offers that rank before it' : 'cheaper offers';
  return list(`Each of the ${grouped(total)} ${which} misses something:`, [...items, ...more]);
}

function savings(answer: Answer, more: readonly string[] | undefined): readonly Block[] {
  const items = answer.explanation.savings.map((one): Item => {
    const got = `${offerText(one, answer.machines[0])}, saving ${one.saves ?? '0'} USD a month`;
    return { text: `${one.changes.join(', ')}: ${got}`, commands: [asked(one.request, more)] };
  });
  return list('It would be cheaper with one change:', items);
}

type Step = Answer['explanation']['proofs'][string][number];

/** A step of a proof, with the steps that it rests on down to a depth. */
export function stepItem(step: Step, depth: number): Item {
  const { rule, place, source, facts, because } = step;
  const told = facts
    .map((fact) => {
      const by = fact['set-by'];
      return `${fact.attribute} = ${fact.value}${by === undefined ? '' : ` (set by rule ${by})`}`;
    })
    .join('; ');
  const below = because.map((inner) => stepItem(inner, depth - 1));
  return {
    text: step.summary,
    items: [
      { text: `rule ${rule} (${place})${source === undefined ? '' : `, source: ${source}`}` },
      ...(told === '' ? [] : [{ text: `facts: ${told}` }]),
      ...(below.length === 0
        ? []
        : depth > 1
          ? [{ text: 'because:', items: below }]
          : [{ text: `because of ${grouped(below.length)} more ${below.length === 1 ? 'step' : 'steps'} (--depth)` }]),
    ],
  };
}

function proofs(answer: Answer, depth: number): readonly Block[] {
  return Object.entries(answer.explanation.proofs).flatMap(([capability, steps]) =>
    list(
      `Why it can host ${capability}:`,
      steps.map((step) => stepItem(step, depth)),
    ),
  );
}

/** From the list price to the billed one. */
function waterfall(answer: Answer): readonly Block[] {
  const chosen = answer.machines[0];
  const steps = answer.explanation['price-steps'];
  if (chosen === undefined) return [];
  const preferences = (answer.explanation.preferences ?? []).map(({ rule, percent, summary }) => ({
    text: `${percent} % to rank by, not billed: ${summary} (rule ${rule})`,
  }));
  const rank = chosen['rank-price'];
  const ranked = preferences.length === 0 ? [] : [...preferences, { text: `= ${rank ?? chosen.price} to rank by` }];
  if (steps.length === 0 && ranked.length > 0) return list(`Price: ${chosen.price} USD/h, billed as listed`, ranked);
  if (steps.length === 0) return [paragraph(`Price: ${chosen.price} USD/h, billed as listed`)];
  const listed = chosen['list-price'] === null ? 'unknown' : `${chosen['list-price']} USD/h`;
  return list(`Price: list ${listed}`, [
    ...steps.map(({ change, component, rule, reason }) => ({
      text: `${signed(change)} ${component}, ${reason === undefined ? `rule ${rule}` : `${reason} (${rule})`}`,
    })),
    { text: `= ${chosen.price} billed` },
    ...ranked,
  ]);
}

const signed = (change: string): string => (change.startsWith('-') ? change : `+${change}`);

/** What the answer was made of. */
export function sourcesOf({ inputs }: Answer): Block {
  return {
    kind: 'pairs',
    pairs: [
      ['Catalog', inputs.catalog],
      ['Rules', inputs.rules],
    ],
  };
}

/** Why, in full. */
export function whyBlocks(answer: Answer, more: readonly string[] | undefined, depth: number): readonly Block[] {
  return [
    ...proofs(answer, depth),
    ...waterfall(answer),
    ...(answer.explanation.needs.length === 0 ? [] : [needsTable(answer)]),
    ...certificate(answer),
    ...savings(answer, more),
    sourcesOf(answer),
  ];
}
