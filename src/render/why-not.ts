import type { WhyNot } from '../plan/why-not-schema.ts';
import { type Block, type Item, list, paragraph } from './blocks.ts';
import { commandOf } from './command.ts';
import { marks } from './explanation.ts';
import { grouped } from './table.ts';

/** Why types and images are not the answer, for people. */

type Subject = WhyNot['subjects'][number];
type Miss = Subject['misses'][number];
type Failed = NonNullable<Miss['proof']>[number];

const MOST_RULES = 3;

/** A rule that stands between a machine and a capability, and what would have to be otherwise. */
export function failedItem({ rule, place, how, summary, missing }: Failed): Item {
  const verb = { provides: 'would give it', withholds: 'withholds it', version: 'gives it' }[how];
  const unless = how === 'withholds' ? 'unless' : 'if';
  const facts = missing.map(({ needs, has, unknown }) => `${needs} (${unknown ? 'unknown' : `it is ${has}`})`);
  const condition =
    how === 'version'
      ? `, in ${missing[0]?.has ?? 'a version that is not known'}`
      : `, ${unless} ${facts.join(' and ')}`;
  return {
    text: `rule ${rule} ${verb}${facts.length === 0 ? '' : condition} (${place})`,
    items: how === 'withholds' ? [{ text: summary }] : [],
  };
}

/** How far off, where an amount decides. */
function marginText(need: string, margin: string | undefined): string {
  if (margin === undefined) return '';
  if (!margin.startsWith('-')) return `, ${margin.replace(/^\+/, '')} to spare`;
  return `, ${margin.slice(1)} ${need === 'max-price' || need === 'budget' ? 'too much' : 'short'}`;
}

function missItem({ need, text, from, has, margin, unknown, why, proof = [] }: Miss): Item {
  const amount = marginText(need, margin);
  const known = unknown === true ? `${has}, not known for certain` : has;
  const had = has === 'unknown' ? 'not known' : `has ${known}`;
  const more = proof.length - MOST_RULES;
  return {
    text: `${text}: ${had}${amount} (${from})`,
    items: [
      ...(proof.length > 0 || why === text || why === `${text}: not known` ? [] : [{ text: why }]),
      ...proof.slice(0, MOST_RULES).map(failedItem),
      ...(more > 0 ? [{ text: `${more} more ${more === 1 ? 'rule' : 'rules'} could give it (--format json)` }] : []),
    ],
  };
}

/** What it costs against the answer. */
function difference(subject: Subject): string {
  const more = subject['costs-more'];
  const month = subject['costs-more-per-month'];
  if (more === undefined || month === undefined) return '';
  if (more === '0') return ', at the same price';
  return more.startsWith('-')
    ? `, ${more.slice(1)} USD/h (${month.slice(1)} a month) cheaper than the answer`
    : `, ${more} USD/h (${month} a month) dearer than the answer`;
}

function subjectBlocks(subject: Subject, needs: number, more: readonly string[] | undefined): readonly Block[] {
  const { subject: name, kind, verdict, offer, elsewhere, misses, ways } = subject;
  const where =
    offer === undefined ? '' : `${kind === 'image' ? ` on ${offer.type}` : ''} in ${offer.cloud} ${offer.region}`;
  const price = offer?.price ?? undefined;
  const named = `${name}${where}${offer === undefined || price === undefined ? '' : ` at ${price}${marks({ ...offer, price })}`}`;
  const known =
    elsewhere === undefined
      ? ''
      : `; its lowest known price is ${elsewhere.price} in ${elsewhere.cloud} ${elsewhere.region}`;
  switch (verdict) {
    case 'chosen':
      return [paragraph(`${named} is the answer.`)];
    case 'fits':
      return [paragraph(`${named} fits${difference(subject)}.`)];
    case 'no-price':
      return [paragraph(`${name}${where} would fit, but no price of it is known there${known}.`)];
    case 'elsewhere':
      return [paragraph(`${name} is not sold in the regions asked for${known}.`)];
    case 'misspelt':
      return [
        paragraph(
          `No type or image is called ${name}; the nearest ${subject.nearest!.length === 1 ? 'name is' : 'names are'} ${subject.nearest!.join(', ')}.`,
        ),
      ];
    case 'not-in-catalog':
      return [paragraph(`${name} is not in this catalog, nor is a name like it.`)];
    case 'misses': {
      const unpriced = offer !== undefined && price === undefined ? `, and no price of it is known there${known}` : '';
      const title = `${named} misses ${grouped(misses.length)} of ${grouped(needs)} needs${difference(subject)}${unpriced}:`;
      const asked = list(title, misses.map(missItem));
      if (more === undefined) return asked;
      const items = ways.map(
        (way): Item => ({ text: way.changes.join(', '), commands: [commandOf(way.request, more)] }),
      );
      return [
        ...asked,
        ...(ways.length > 0
          ? list(`To have it, ${ways.length === 1 ? 'this' : 'one of these'}:`, items)
          : price === undefined
            ? []
            : [paragraph(`No change of the request alone would let ${name} fit.`)]),
      ];
    }
  }
}

/**
 * @param more options of the command line beside the request, for the commands that are shown; undefined where no command
 *   asks what was asked here, and ways out are not told
 */
export function whyNotBlocks(
  { answer, needs, subjects }: WhyNot,
  more: readonly string[] | undefined,
): readonly Block[] {
  const chosen =
    answer === null
      ? 'Nothing fits at all: stowage add-machine tells what clashes.'
      : `The answer is ${answer.type} at ${answer.price}${marks(answer)} in ${answer.cloud} ${answer.region}.`;
  return [...subjects.flatMap((subject) => subjectBlocks(subject, needs, more)), paragraph(chosen)];
}
