import type { Answer, Machine } from '../plan/schema.ts';
import { needsCloudTool } from '../plan/steps.ts';
import { formatMonthly, formatPercent, readMoney } from '../quantity/money.ts';
import { formatSize } from '../quantity/size.ts';
import { type Block, list, paragraph } from './blocks.ts';
import { clashes, compared, marks, offerText, sourcesOf, waysOut, whyBlocks } from './explanation.ts';
import { isModelAnswer, modelBlocks } from './model.ts';
import { grouped } from './table.ts';

/** An answer for people: the first screen answers, `verbose` tells the rest. */

export interface AnswerTextOptions {
  /** Tell why as well: proofs, counts, inputs. */
  readonly verbose?: boolean;
  /** How many steps deep proofs are told; all unless given. */
  readonly depth?: number;
  /**
   * Options of the command line beside the request, for the commands that are shown: `--rules acme.yaml`. Without any,
   * requests are shown as a problem file has them.
   */
  readonly more?: readonly string[];
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

function remarks(answer: Answer): readonly (readonly [string, string])[] {
  const chosen = answer.machines[0];
  // Where Juju chooses, nothing else was looked at.
  if (chosen === undefined || answer.proof?.startsWith('juju-')) return [];
  const rows: [string, string][] = [];
  const runnerUp = answer['runner-up'];
  if (runnerUp !== null) {
    const [wins, price] = [readMoney(runnerUp['wins-below']), readMoney(runnerUp['rank-price'] ?? runnerUp.price)];
    const drop =
      price === wins
        ? `the same ${runnerUp['rank-price'] === undefined ? 'price' : 'rank'}; it comes second by name`
        : `it wins if its price falls by more than ${formatPercent(price - wins, price)} %`;
    const rank = runnerUp['rank-price'];
    const ranked = rank === undefined || rank === runnerUp.price ? '' : `ranked by ${rank} for preferences`;
    const told =
      price === wins
        ? [ranked, drop].filter((text) => text !== '')
        : [compared(runnerUp.price, chosen.price), ranked, drop].filter((text) => text !== '');
    rows.push(['Runner-up', `${offerText(runnerUp, chosen)}, ${told.join('; ')}`]);
  }
  const ranked = chosen['rank-price'];
  if (ranked !== undefined && ranked !== chosen.price) {
    const rules = (answer.explanation.preferences ?? []).map(({ rule, percent }) => `${percent} % by rule ${rule}`);
    rows.push([
      'Preferred',
      `ranked by ${ranked} instead of ${chosen.price}: ${rules.join(', ')}; billed as listed above`,
    ]);
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

function infeasible(answer: Answer, { verbose, more }: AnswerTextOptions): readonly Block[] {
  if (answer.status === 'error')
    return list(
      'No answer, for the question is at fault:',
      (answer.diagnostics ?? []).map(({ message, place, path, hint }) => ({
        text: message,
        items: [place ?? path, hint === undefined ? undefined : `hint: ${hint}`].flatMap((text) =>
          text === undefined ? [] : [{ text }],
        ),
      })),
    );
  const error = answer.notes.find((note) => note.code === 'juju-error');
  if (error !== undefined) return [paragraph(`Juju finds nothing: ${error.text}`)];
  const { offers, fit } = answer.considered;
  const { needs } = answer.explanation;
  if (fit > 0)
    return [
      paragraph(
        `Not enough: ${grouped(fit)} of ${grouped(offers)} offers fit, but not all that is asked for can be had.`,
      ),
      ...waysOut(answer, more),
    ];
  if (offers === 0) return [paragraph('Nothing fits: no offer with a known price was considered.')];
  const which = offers === 1 ? 'the one offer' : `each of the ${grouped(offers)} offers`;
  const nearest = answer.nearest ?? [];
  const shown = verbose === true ? nearest : nearest.slice(0, 1);
  return [
    paragraph(`Nothing fits: ${which} considered misses at least one of ${needs.length} needs.`),
    ...clashes(answer),
    ...waysOut(answer, more),
    ...list(
      shown.length === 1 ? 'Nearest miss:' : 'Nearest misses:',
      shown.map((offer) => ({
        text: `${offer.type} ${offer.price} in ${offer.cloud} ${offer.region}${marks(offer)} misses`,
        items: offer.misses.map(({ text }) => ({ text })),
      })),
    ),
  ];
}

// Said in the last line of every answer, or in the first.
const QUIET_NOTES: readonly string[] = ['not-included', 'juju-error'];

/** The machines, how they compare with others, and how to get them. */
function feasible(answer: Answer, verbose: boolean): readonly Block[] {
  const { offers, fit } = answer.considered;
  const listed = answer.machines.slice(0, MOST_LISTED);
  const first = answer['rank-cost'] === undefined ? 'cheapest' : 'first';
  const verdict = answer.status === 'optimal' ? first : answer.status;
  const juju = answer.proof?.startsWith('juju-') ? answer.proof.replace('juju-', 'Juju ') : undefined;
  const proof =
    juju === undefined
      ? `${verdict} of ${grouped(fit)} that fit, ${grouped(offers)} considered`
      : `${juju}'s choice of ${grouped(fit)} that match, ${grouped(offers)} for sale`;
  const blocks: Block[] = [
    {
      kind: 'table',
      head: ['Machine', 'Type', 'Image', 'Cores', 'Mem', 'Region', '$/hour', '$/month', 'Proof'],
      rows: listed.flatMap((machine, index) => machineRows(machine, index === 0 ? proof : '')),
      right: [3, 4, 6, 7],
    },
  ];
  const rest = answer.machines.length - listed.length;
  if (rest > 0) blocks.push(paragraph(`and ${grouped(rest)} more machines`));
  if (answer.machines.length > 1) {
    const cost = answer.cost ?? '0';
    blocks.push(paragraph(`Total: ${answer.machines.length} machines, ${cost} USD/h, ${perMonth(cost)} USD a month`));
  }
  if (answer.proof === 'linear-program')
    blocks.push(paragraph(`Linear program: cost ${answer.cost}, dual bound ${answer.bound}, gap ${answer.gap}`));
  const pairs = remarks(answer);
  if (pairs.length > 0) blocks.push({ kind: 'pairs', pairs });
  if (answer.top !== undefined)
    blocks.push({
      kind: 'table',
      head: ['Rank', 'Type', 'Region', '$/hour', '$/month', ''],
      rows: answer.top.map((offer, index) => [
        String(index + 1),
        offer.type,
        `${offer.cloud} ${offer.region}`,
        offer.price,
        perMonth(offer.price),
        marks(offer).trim(),
      ]),
      right: [0, 3, 4],
    });
  if (answer.steps.length > 0) {
    const shown = verbose ? answer.steps : answer.steps.slice(0, MOST_LISTED);
    const models = [...new Set(answer.machines.map(({ cloud, region }) => `${cloud}/${region}`))].join(' and ');
    blocks.push({ kind: 'commands', title: `To get it, in a Juju model of ${models}:`, commands: shown });
    const hidden = answer.steps.length - shown.length;
    if (hidden > 0) blocks.push(paragraph(`… ${hidden} more commands (--verbose)`));
  }
  return blocks;
}

/** The answer for people. */
export function answerBlocks(answer: Answer, options: AnswerTextOptions = {}): readonly Block[] {
  const { verbose = false, depth = Number.POSITIVE_INFINITY, more } = options;
  const isModel = isModelAnswer(answer);
  const blocks = isModel
    ? [...modelBlocks(answer, verbose, more)]
    : answer.machines.length === 0
      ? [...infeasible(answer, options)]
      : [...feasible(answer, verbose)];
  const notes = answer.notes.filter((note) => !QUIET_NOTES.includes(note.code));
  if (notes.length > 0) blocks.push(paragraph(...notes.map(({ text }) => `Note: ${text}.`)));
  // What runs costs what it is said to cost.
  const bought = answer.machines.filter((machine) => machine.running !== true);
  const dates = [...new Set(bought.map((machine) => machine['as-of']).filter((date) => date !== null))];
  const own = answer.notes.some((note) => note.code === 'own-price');
  if (dates.length > 0) {
    const what = own ? 'Own prices on the list' : `List price${dates.length > 1 ? 's' : ''}`;
    const apart = 'disks, public addresses, traffic, licences and tax are not included.';
    // Of Juju's own choice there is no more to tell.
    const tellsMore = !verbose && answer.proof?.startsWith('juju-') !== true;
    blocks.push(paragraph(`${what} of ${dates.join(', ')}, USD; ${apart}${tellsMore ? ' --verbose tells why.' : ''}`));
  }
  if (!verbose) return blocks;
  return [...blocks, ...(isModel ? [sourcesOf(answer)] : whyBlocks(answer, more, depth))];
}
