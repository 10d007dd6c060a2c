import type { Alternative, Answer, Machine, RelaxationText } from '../plan/schema.ts';
import { divideHalfEven, formatDecimal } from '../quantity/decimal.ts';
import { formatPercent, readMoney } from '../quantity/money.ts';
import { commandOf } from './command.ts';
import { grouped, table } from './table.ts';

/** The explanation of an answer as lines of text: what clashes, what would help, why this one and nothing cheaper. */

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

/** What clashes: a line for each conflict, with how many offers meet each need, and how near the others come. */
export function clashes(answer: Answer): string[] {
  const conflicts = answer.conflicts ?? [];
  if (conflicts.length === 0) return [];
  const lines = ['', `What clashes (of ${grouped(answer.considered.offers)} offers):`];
  for (const { needs } of conflicts) {
    const [only] = needs;
    const last = needs.findLast(({ closest }) => closest !== undefined);
    const rest = needs.length === 1 ? 'all' : `the ${grouped(last?.['meet-others'] ?? 0)} that meet the rest`;
    const best = last === undefined ? '' : `; the best ${last.need} of ${rest} is ${last.closest}`;
    if (needs.length === 1) {
      lines.push(`  ${only!.text}: no offer meets it${best}`);
      continue;
    }
    const met = needs.map(({ meet }, index) => `${grouped(meet)} meet ${ORDINALS[index] ?? 'the next'}`).join(', ');
    const none = needs.length === 2 ? 'none both' : 'none all';
    lines.push(`  ${needs.map(({ text }) => text).join(' × ')}: ${met}, ${none}${best}`);
  }
  if (answer['more-exist']?.includes('conflicts') === true) lines.push('  and more');
  return lines;
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
export function waysOut(answer: Answer, more: readonly string[] = []): string[] {
  const ways = shownWays(answer);
  if (answer.relaxations === undefined) return [];
  if (ways.length === 0) return ['', 'No change of the request alone would help.'];
  const lines = ['', 'Ways out, each with the least change that does it:'];
  for (const way of ways) {
    const { length } = answer.machines;
    const got = `${offerText(way, undefined)}${length > 1 ? ', …' : ''}, ${way['per-month']} USD a month`;
    lines.push(`  ${way.changes.join(', ')}: ${got}`, `    ${commandOf(way.request, more)}`);
  }
  const left = answer.relaxations.length - ways.filter((way) => answer.relaxations!.includes(way)).length;
  if (left > 0)
    lines.push(
      `  and ${left}${answer['more-exist']?.includes('relaxations') === true ? ' or more' : ''} other ways (--format json)`,
    );
  return lines;
}

/** How many offers miss each need, and what the chosen machine has of it; columns only where they say something. */
function needsTable(needs: Answer['explanation']['needs']): string {
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
  const numbers = head.flatMap((title, column) => (['Need', 'Has', 'From'].includes(title) ? [] : [column]));
  return table(head, rows, numbers);
}

const MOST_GROUPS = 8;

/** Every cheaper offer, by all that it misses. */
function certificate(answer: Answer): string[] {
  const { cheaper } = answer.explanation;
  const total = cheaper.reduce((sum, one) => sum + one.offers, 0);
  if (total === 0) return answer.machines.length === 0 ? [] : ['', 'No considered offer is cheaper.'];
  const lines = ['', `Each of the ${grouped(total)} cheaper offers misses something:`];
  const shown = cheaper.slice(0, MOST_GROUPS);
  for (const { misses, offers, lowest, example } of shown) {
    const names = misses.map(({ need, unknown }) => `${need}${unknown === true ? ' (unknown)' : ''}`).join(', ');
    lines.push(`  ${grouped(offers)} ${offers === 1 ? 'misses' : 'miss'} ${names} (from ${lowest}: ${example})`);
  }
  const rest = cheaper.slice(MOST_GROUPS);
  if (rest.length > 0)
    lines.push(
      `  ${grouped(rest.reduce((sum, one) => sum + one.offers, 0))} miss other sets of needs (${rest.length} more sets)`,
    );
  return lines;
}

function savings(answer: Answer, more: readonly string[]): string[] {
  const { savings: all } = answer.explanation;
  if (all.length === 0) return [];
  const lines = ['', 'It would be cheaper with one change:'];
  for (const one of all)
    lines.push(
      `  ${one.changes.join(', ')}: ${offerText(one, answer.machines[0])}, saving ${one.saves ?? '0'} USD a month`,
      `    ${commandOf(one.request, more)}`,
    );
  return lines;
}

function proofLines(answer: Answer): string[] {
  const lines: string[] = [];
  type Step = Answer['explanation']['proofs'][string][number];
  const tell = (step: Step, depth: number): void => {
    const pad = '  '.repeat(depth);
    lines.push(`${pad}- ${step.summary}`);
    lines.push(
      `${pad}  rule ${step.rule} (${step.place})${step.source === undefined ? '' : `, source: ${step.source}`}`,
    );
    if (step.facts.length > 0)
      lines.push(`${pad}  facts: ${step.facts.map((fact) => `${fact.attribute} = ${fact.value}`).join('; ')}`);
    for (const inner of step.because) tell(inner, depth + 1);
  };
  for (const [capability, steps] of Object.entries(answer.explanation.proofs)) {
    lines.push('', `Why it can host ${capability}:`);
    for (const step of steps) tell(step, 0);
  }
  return lines;
}

/** Why, in full. */
export function whyLines(answer: Answer, more: readonly string[] = []): string[] {
  const lines = proofLines(answer);
  const chosen = answer.machines[0];
  const steps = answer.explanation['price-steps'];
  if (chosen !== undefined && steps.length > 0) {
    lines.push('', `Price: list ${chosen['list-price'] === null ? 'unknown' : `${chosen['list-price']} USD/h`}`);
    for (const step of steps) lines.push(`  ${nanoSign(step.change)} ${step.component}, rule ${step.rule}`);
    lines.push(`  = ${chosen.price} billed`);
  }
  if (answer.explanation.needs.length > 0) {
    lines.push('', `Of ${grouped(answer.considered.offers)} offers considered, ${grouped(answer.considered.fit)} fit:`);
    lines.push(needsTable(answer.explanation.needs));
  }
  lines.push(...certificate(answer), ...savings(answer, more));
  lines.push('', `Catalog ${answer.inputs.catalog}`, `Rules   ${answer.inputs.rules}`);
  return lines;
}

const nanoSign = (change: string): string => (change.startsWith('-') ? change : `+${change}`);
