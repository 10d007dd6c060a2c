import type { PackAnswer } from '../plan/pack-bundle.ts';
import { formatPercent, readMoney } from '../quantity/money.ts';
import type { AnswerTextOptions } from './answer.ts';
import { type Block, list, paragraph } from './blocks.ts';
import { deployBlocks } from './deploy.ts';

/** A packed bundle for people. */

const percentOf = (share: string): string => formatPercent(readMoney(share), 1_000_000_000n);

type Priced = PackAnswer['author'];

const onMachines = ({ machines }: Priced): string =>
  `${machines.length} ${machines.length === 1 ? 'machine' : 'machines'}`;

/** The two placements side by side, and what is proved of the packed one. */
function comparison({ author, packed, saves, status, bound, gap, model }: PackAnswer): readonly string[] {
  if (packed === null || packed.cost === null) return [];
  const proof =
    status === 'optimal'
      ? 'no packing costs less'
      : `no packing costs less than $${bound}/h (gap ${percentOf(gap ?? '0')} %)`;
  const anew =
    model.cost === packed.cost
      ? []
      : [`Priced anew it is $${packed.cost}/h; the search reckoned with $${model.cost}/h.`];
  if (author.cost === null)
    return [
      `The author's placement is nowhere to be had -> packed $${packed.cost}/h on ${onMachines(packed)}; ${proof}.`,
      ...anew,
    ];
  const place = ({ place: one }: Priced): string => (one === null ? '' : ` in ${one.cloud}/${one.region}`);
  const elsewhere = place(author) === place(packed) ? '' : place(author);
  const isDearer = readMoney(packed.cost) > readMoney(author.cost);
  const change =
    author.cost === packed.cost || saves === null
      ? 'the same'
      : `${isDearer ? '+' : '-'}${percentOf(saves.replace('-', ''))} %`;
  const line = `Author's placement $${author.cost}/h on ${onMachines(author)}${elsewhere} -> packed $${packed.cost}/h on ${onMachines(packed)} (${change}); ${proof}.`;
  // What the author's placement really has room for is a packing too.
  const why =
    isDearer && status === 'optimal'
      ? [
          "The author's is cheaper since it puts more on its machines than they have: containers there share what each may take.",
        ]
      : [];
  return [line, ...why, ...anew];
}

/** Why nothing was found: what the author's own placement misses too, or which units clash. */
function unpacked({ author, model }: PackAnswer, name: string, options: AnswerTextOptions): readonly Block[] {
  if (author.infeasible.length > 0) return deployBlocks(author, name, options);
  const clashes = (model['model-conflicts'] ?? []).map(({ units, text }) => ({ text: `${units.join(', ')}: ${text}` }));
  const notes = model.notes.map(({ text }) => paragraph(`Note: ${text}.`));
  const what =
    model.status === 'unknown'
      ? 'nothing was found in the time given'
      : 'not all of its units fit on any machines of one place';
  return [paragraph(`Bundle ${name} cannot be packed: ${what}.`), ...list('What clashes:', clashes), ...notes];
}

/** `name` is what they call the bundle. */
export function packBlocks(answer: PackAnswer, name: string, options: AnswerTextOptions = {}): readonly Block[] {
  const { packed } = answer;
  if (packed === null) return unpacked(answer, name, options);
  return [...deployBlocks(packed, `${name}, packed`, options), paragraph(...comparison(answer))];
}
