import { visible } from '../diagnostic/visible.ts';
import type { Alternative, Answer, Machine } from '../plan/schema.ts';
import { needsCloudTool } from '../plan/steps.ts';
import { divideHalfEven, formatDecimal } from '../quantity/decimal.ts';
import { formatMonthly, formatPercent, readMoney } from '../quantity/money.ts';
import { formatSize } from '../quantity/size.ts';
import { grouped, table } from './table.ts';

/** An answer for people: the first screen answers, `verbose` tells the rest. */

export interface TabularOptions {
  /** Tell why as well: proofs, counts, inputs. */
  readonly verbose?: boolean;
}

const perMonth = (money: string): string => formatMonthly(readMoney(money));

/** How many machines are listed one by one before the rest is only counted. */
const MOST_LISTED = 20;

function machineRows(machine: Machine, proof: string): string[][] {
  const image =
    machine.image === undefined
      ? ''
      : [`${machine.image.os}@${machine.image.release}`, machine.image.arch ?? ''].join(' ').trim();
  const where = `${machine.cloud} ${machine.region}${machine.market === 'spot' ? ' spot' : ''}`;
  const rows = [
    [
      machine.id.replace('new-', ''),
      machine.type,
      image,
      String(machine.cores ?? '?'),
      machine.mem === undefined ? '?' : formatSize(machine.mem),
      where,
      machine.price,
      perMonth(machine.price),
      proof,
    ],
  ];
  for (const container of machine.containers) {
    const capability = machine.capabilities[container.type];
    const version = capability === undefined || capability.version === 'any' ? '' : ` ${capability.version}`;
    rows.push([
      container.id.replace('new-', ''),
      'container',
      `${container.type}${version}`,
      container.cores === undefined ? '-' : String(container.cores),
      container.mem === undefined ? '-' : formatSize(container.mem),
      '',
      '',
      '',
      '',
    ]);
  }
  return rows;
}

function marks(offer: Alternative): string {
  const words = [
    offer['price-basis'] === 'derived' ? 'derived price' : offer['price-basis'] === 'estimate' ? 'estimated price' : '',
    offer.tenancy === 'dedicated' ? 'dedicated-tenancy price' : '',
    offer['sustained-cores'] === undefined ? '' : `${offer['sustained-cores']} cores sustained`,
    offer.market === 'spot' ? 'spot' : '',
  ];
  const told = words.filter((word) => word !== '');
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

function offerText(offer: Alternative, chosen: Machine | undefined): string {
  const elsewhere =
    chosen !== undefined && (offer.region !== chosen.region || offer.cloud !== chosen.cloud)
      ? ` in ${offer.cloud} ${offer.region}`
      : '';
  return `${offer.type} ${offer.price}${elsewhere}${marks(offer)}`;
}

/** `+5.3 %` of one price against another, or `38.7 times the price` where percents stop telling anything. */
function compared(price: string, to: string): string {
  const [own, other] = [readMoney(price), readMoney(to)];
  if (other === 0n) return '';
  if (own >= 2n * other) return `${formatDecimal(divideHalfEven(own * 10n, other), 1)} times the price`;
  return own >= other ? `+${formatPercent(own - other, other)} %` : `-${formatPercent(other - own, other)} %`;
}

function remarks(answer: Answer): string[][] {
  const chosen = answer.machines[0];
  // Where Juju chooses, nothing else was looked at.
  if (chosen === undefined || answer.proof?.startsWith('juju-')) return [];
  const rows: string[][] = [];
  const runnerUp = answer['runner-up'];
  if (runnerUp !== null) {
    const [wins, price] = [readMoney(runnerUp['wins-below']), readMoney(runnerUp.price)];
    const drop =
      price === wins
        ? 'the same price; it comes second by name'
        : `it wins if its price falls by more than ${formatPercent(price - wins, price)} %`;
    const told = price === wins ? [drop] : [compared(runnerUp.price, chosen.price), drop].filter((text) => text !== '');
    rows.push(['Runner-up', `${offerText(runnerUp, chosen)}, ${told.join('; ')}`]);
  }
  if (chosen['sustained-cores'] !== undefined) {
    const full = answer['full-speed'];
    const instead =
      full === null
        ? 'no full-speed type fits'
        : `cheapest at full speed: ${offerText(full, chosen)}, ${compared(full.price, chosen.price)}`;
    rows.push(['Speed', `${chosen['sustained-cores']} of ${chosen.cores} cores sustained; ${instead}`]);
  }
  const launchable = answer['juju-launchable'];
  if (needsCloudTool(chosen)) {
    const instead =
      launchable === null
        ? 'nothing that fits can be launched by Juju alone'
        : `${offerText(launchable, chosen)}, ${compared(launchable.price, chosen.price)}`;
    rows.push(['Juju alone', instead]);
  }
  const bare = answer['without-reserve'];
  if (bare !== null)
    rows.push(['No reserve', `${offerText(bare, chosen)} with --no-reserve: nothing kept back for the host`]);
  const other = answer['other-arch'];
  if (other !== null)
    rows.push(['Other arch', `${offerText(other, chosen)} with arch=, ${compared(other.price, chosen.price)}`]);
  const juju = answer['juju-pick'];
  if (juju !== null) rows.push([`Juju ${juju.version}`, jujuText(juju, answer, chosen)]);
  return rows;
}

/** What Juju itself would pick, and what of the request that does not meet. */
function jujuText(pick: NonNullable<Answer['juju-pick']>, answer: Answer, chosen: Machine): string {
  const needs = pick.needs ?? [];
  const isSame = pick.type === chosen.type && pick.region === chosen.region && pick.market === chosen.market;
  const which = isSame
    ? 'the same type'
    : [offerText(pick, chosen), compared(pick.price, chosen.price)].filter((text) => text !== '').join(', ');
  const missed = answer.explanation.needs.filter(({ need }) => needs.includes(need)).map(({ text }) => text);
  const but = missed.length > 0 ? `, which misses: ${missed.join('; ')}` : '';
  // What is missed anyway need not be launched in another way.
  const launch = needs.includes('launcher') && but === '' ? ', but launch it without the options that this needs' : '';
  return `would pick ${which}${but}${launch}`;
}

/** How many offers miss each need; a column for unknown facts only where some are. */
function needsTable(needs: Answer['explanation']['needs']): string {
  const unknown = needs.some((need) => need.unknown > 0);
  const head = ['Need', 'Offers that miss it', ...(unknown ? ['(fact unknown)'] : []), 'Left after it'];
  const rows = needs.map((need) => [
    need.text,
    grouped(need.misses),
    ...(unknown ? [need.unknown === 0 ? '' : grouped(need.unknown)] : []),
    grouped(need.left),
  ]);
  return table(head, rows, [1, 2, 3]);
}

function infeasible(answer: Answer): string[] {
  const error = answer.notes.find((note) => note.code === 'juju-error');
  if (error !== undefined) return [`Juju finds nothing: ${error.text}`];
  const { offers } = answer.considered;
  const { needs } = answer.explanation;
  if (answer.considered.fit > 0)
    return [
      `Not enough: ${grouped(answer.considered.fit)} of ${grouped(offers)} offers fit, but not all that is asked for can be had.`,
    ];
  if (offers === 0) return ['Nothing fits: no offer with a known price was considered.'];
  const lines = [
    `Nothing fits: ${offers === 1 ? 'the one offer' : `each of the ${grouped(offers)} offers`} considered misses at least one of ${needs.length} needs.`,
    '',
  ];
  lines.push(needsTable(needs.filter((need) => need.misses > 0)));
  if (answer.nearest !== undefined && answer.nearest.length > 0) {
    lines.push('', 'Nearest misses:');
    for (const offer of answer.nearest) {
      lines.push(`  ${offer.type} ${offer.price} in ${offer.cloud} ${offer.region}${marks(offer)} misses`);
      lines.push(...offer.misses.map((missed) => `    ${missed.text}`));
    }
  }
  const ways = [
    ['--no-reserve', answer['without-reserve']] as const,
    ['another arch', answer['other-arch']] as const,
  ].flatMap(([how, offer]) =>
    offer === null ? [] : [`With ${how}: ${offerText(offer, undefined)} in ${offer.cloud} ${offer.region}`],
  );
  return ways.length === 0 ? lines : [...lines, '', ...ways];
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

function verboseLines(answer: Answer): string[] {
  const lines = proofLines(answer);
  const chosen = answer.machines[0];
  const steps = answer.explanation['price-steps'];
  if (chosen !== undefined && steps.length > 0) {
    lines.push('', `Price: list ${chosen['list-price']} USD/h`);
    for (const step of steps) lines.push(`  ${nanoSign(step.change)} ${step.component}, rule ${step.rule}`);
    lines.push(`  = ${chosen.price} billed`);
  }
  if (answer.machines.length > 0 && answer.explanation.needs.length > 0) {
    lines.push('', `Of ${grouped(answer.considered.offers)} offers considered, ${grouped(answer.considered.fit)} fit:`);
    lines.push(needsTable(answer.explanation.needs));
  }
  lines.push('', `Catalog ${answer.inputs.catalog}`, `Rules   ${answer.inputs.rules}`);
  return lines;
}

const nanoSign = (change: string): string => (change.startsWith('-') ? change : `+${change}`);

// Said in the last line of every answer, or in the first.
const QUIET_NOTES: readonly string[] = ['not-included', 'juju-error'];

/** The answer as text, without a newline at its end. */
export function renderTabular(answer: Answer, { verbose = false }: TabularOptions = {}): string {
  const lines: string[] = [];
  if (answer.machines.length === 0) {
    lines.push(...infeasible(answer));
  } else {
    const { offers, fit } = answer.considered;
    const listed = answer.machines.slice(0, MOST_LISTED);
    const verdict = answer.status === 'optimal' ? 'cheapest' : answer.status;
    const juju = answer.proof?.startsWith('juju-') ? answer.proof.replace('juju-', 'Juju ') : undefined;
    const proof =
      juju === undefined
        ? `${verdict} of ${grouped(fit)} that fit, ${grouped(offers)} considered`
        : `${juju}'s choice of ${grouped(fit)} that match, ${grouped(offers)} for sale`;
    lines.push(
      table(
        ['Machine', 'Type', 'Image', 'Cores', 'Mem', 'Region', '$/hour', '$/month', 'Proof'],
        listed.flatMap((machine, index) => machineRows(machine, index === 0 ? proof : '')),
        [3, 4, 6, 7],
      ),
    );
    const rest = answer.machines.length - listed.length;
    if (rest > 0) lines.push(`and ${grouped(rest)} more machines`);
    if (answer.machines.length > 1)
      lines.push(
        `Total: ${answer.machines.length} machines, ${answer.cost} USD/h, ${perMonth(answer.cost ?? '0')} USD a month`,
      );
    if (answer.proof === 'linear-program')
      lines.push(`Linear program: cost ${answer.cost}, dual bound ${answer.bound}, gap ${answer.gap}`);
    const told = remarks(answer);
    if (told.length > 0) lines.push('', ...told.map(([label = '', text = '']) => `${label.padEnd(12)}${text}`));
    if (answer.top !== undefined) {
      lines.push(
        '',
        table(
          ['Rank', 'Type', 'Region', '$/hour', '$/month', ''],
          answer.top.map((offer, index) => [
            String(index + 1),
            offer.type,
            `${offer.cloud} ${offer.region}`,
            offer.price,
            perMonth(offer.price),
            marks(offer).trim(),
          ]),
          [0, 3, 4],
        ),
      );
    }
    if (answer.steps.length > 0) {
      const shown = verbose ? answer.steps : answer.steps.slice(0, MOST_LISTED);
      lines.push(
        '',
        `To get it, in a Juju model of ${[...new Set(answer.machines.map((machine) => `${machine.cloud}/${machine.region}`))].join(' and ')}:`,
      );
      lines.push(...shown.map((step) => `  ${step}`));
      if (shown.length < answer.steps.length)
        lines.push(`  … ${answer.steps.length - shown.length} more commands (--verbose)`);
    }
  }
  const notes = answer.notes.filter((note) => !QUIET_NOTES.includes(note.code));
  if (notes.length > 0) lines.push('', ...notes.map((note) => `Note: ${note.text}.`));
  const dates = [...new Set(answer.machines.map((machine) => machine['as-of']).filter((date) => date !== null))];
  if (dates.length > 0)
    lines.push(
      '',
      `List price${dates.length > 1 ? 's' : ''} of ${dates.join(', ')}, USD; disks, public addresses, traffic, licences and tax are not included.${verbose ? '' : ' --verbose tells why.'}`,
    );
  if (verbose) lines.push(...verboseLines(answer));
  return lines
    .flatMap((line) => line.split('\n'))
    .map(visible)
    .join('\n');
}
