import type { Answer } from '../plan/schema.ts';
import type { WhatIf } from '../plan/what-if.ts';
import { formatMonthly, readMoney } from '../quantity/money.ts';
import { type Block, list, paragraph } from './blocks.ts';
import { whyNotBlocks } from './why-not.ts';

/** What edits make of an answer, for people. */

/** The machines of an answer in a few words. */
function inShort({ machines, cost }: Answer): string {
  const [first] = machines;
  if (first === undefined || cost === null) return 'nothing fits';
  const types = new Set(machines.map(({ type }) => type));
  const more = types.size > 1 ? ` and ${types.size - 1} more ${types.size > 2 ? 'types' : 'type'}` : '';
  const number = machines.length === 1 ? '' : `${machines.length} machines: `;
  const where = `${first.cloud} ${first.region}${first.market === 'spot' ? ' spot' : ''}`;
  return `${number}${first.type}${more} in ${where}, ${cost} USD/h (${formatMonthly(readMoney(cost))} USD a month)`;
}

function changeText({ before, after, change }: WhatIf): string {
  if (change === null) {
    if (before.cost === null && after.cost === null) return 'nothing fits either way';
    return before.cost === null ? 'something fits now' : 'nothing fits any more';
  }
  const [was, is] = [before.machines[0], after.machines[0]];
  const same = was?.type === is?.type && was?.region === is?.region && was?.market === is?.market;
  const machine = same ? 'the same machine' : 'another machine';
  const amount = readMoney(change);
  if (amount === 0n) return `${machine}, at the same price`;
  const size = amount < 0n ? -amount : amount;
  return `${machine}, ${formatMonthly(size)} USD a month ${amount < 0n ? 'less' : 'more'}`;
}

export function whatIfBlocks(told: WhatIf): readonly Block[] {
  const { before, after, edits, turns } = told;
  const why = told['why-not-before'];
  return [
    {
      kind: 'pairs',
      pairs: [
        ['Before', inShort(before)],
        ['After', inShort(after)],
        ['Change', changeText(told)],
        ...(turns === undefined
          ? []
          : [['Turns', `${turns.edit} at ${turns.at}: from there on another machine is cheapest`] as const]),
      ],
    },
    ...list(
      edits.length > 1 ? 'Each edit alone' : 'The edit',
      edits.map(({ edit, alone }) => ({
        text:
          alone === null
            ? `${edit}: nothing would fit`
            : `${edit}: ${alone.type} in ${alone.cloud} ${alone.region}, ${alone.price} USD/h`,
      })),
    ),
    ...(why === undefined
      ? []
      : [paragraph(`Why it is no longer ${before.machines[0]!.type}:`), ...whyNotBlocks(why, undefined)]),
  ];
}
