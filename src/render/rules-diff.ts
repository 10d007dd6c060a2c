import { formatMoney, formatMonthly } from '../quantity/money.ts';
import type { RulesCost } from '../workbench/cost.ts';
import type { Change, RulesDiff } from '../workbench/diff.ts';
import type { RequestChange, RequestsDiff } from '../workbench/diff-requests.ts';
import { grouped } from '../workbench/rows.ts';
import type { Planned } from '../workbench/saved-requests.ts';
import { type Block, type Item, list, paragraph } from './blocks.ts';

/** What other rules change, and what rules cost, for people and for programs. */

const several = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;

function changeItem({ what, offers, where, causes }: Change): Item {
  const conditions = where.map(({ tests, offers: of }): Item => {
    if (tests.length === 0) return { text: 'all of them' };
    return { text: `${where.length === 1 ? 'all' : grouped(of)}: ${tests.join(' and ')}` };
  });
  const by = causes.map(({ rule, kind, offers: of }) =>
    causes.length === 1 ? `${rule} (${kind})` : `${rule} (${kind}): ${grouped(of)}`,
  );
  return {
    text: `${several(offers, 'offer')} ${what}`,
    items: [...conditions, ...(by.length === 0 ? [] : [{ text: `by ${by.join(', ')}` }])],
  };
}

const planned = ({ cost, machines }: Planned): string =>
  cost === undefined ? 'nothing fits' : `${machines.join(', ')} ${formatMoney(cost)}`;

function monthly(amount: bigint): string {
  const text = formatMonthly(amount < 0n ? -amount : amount);
  return amount === 0n ? text : `${amount < 0n ? '-' : '+'}${text}`;
}

const difference = ({ before, after }: RequestChange): string =>
  before.cost === undefined || after.cost === undefined ? '' : monthly(after.cost - before.cost);

function requestBlocks({ requests, changes }: RequestsDiff): readonly Block[] {
  if (changes.length === 0)
    return [paragraph(`Saved requests: none of ${requests} ${requests === 1 ? 'changes' : 'change'}.`)];
  const gone = changes.filter(({ after }) => after.cost === undefined).length;
  const come = changes.filter(({ before }) => before.cost === undefined).length;
  const told = [
    `${changes.length} of ${requests} ${changes.length === 1 ? 'changes' : 'change'}`,
    ...(gone === 0 ? [] : [`${gone} ${gone === 1 ? 'becomes' : 'become'} impossible`]),
    ...(come === 0 ? [] : [`${come} ${come === 1 ? 'becomes' : 'become'} possible`]),
  ];
  const total = changes.reduce(
    (sum, { before, after }) =>
      before.cost === undefined || after.cost === undefined ? sum : sum + after.cost - before.cost,
    0n,
  );
  const sum = total === 0n ? '' : ` Together ${monthly(total)} USD a month.`;
  return [
    paragraph(`Saved requests: ${told.join(', ')}.${sum}`),
    {
      kind: 'table',
      head: ['Request', 'Before, USD/h', 'After, USD/h', '$/month', 'By'],
      rows: changes.map((change) => [
        change.name,
        planned(change.before),
        planned(change.after),
        difference(change),
        change.cause === undefined ? '' : `${change.cause.rule} (${change.cause.kind})`,
      ]),
      right: [3],
    },
  ];
}

export function diffBlocks(diff: RulesDiff, requests: RequestsDiff | undefined): readonly Block[] {
  const { edits, changes, offers, undecided } = diff;
  const told = (['added', 'removed', 'changed'] as const).flatMap((kind) => {
    const count = edits.filter((edit) => edit.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  return [
    paragraph(edits.length === 0 ? 'The rules say the same.' : `Rules: ${told.join(', ')}.`),
    ...(edits.length === 0 || changes.length > 0
      ? []
      : [paragraph(`Nothing is said otherwise about the ${several(offers, 'offer')} of this catalog.`)]),
    ...list(`Of ${several(offers, 'offer')}:`, changes.map(changeItem)),
    ...(undecided.length === 0 ? [] : [paragraph(`Too large to be compared: ${undecided.join(', ')}.`)]),
    ...(requests === undefined ? [] : requestBlocks(requests)),
  ];
}

const plan = ({ cost, machines }: Planned) => ({
  cost: cost === undefined ? null : formatMoney(cost),
  machines: [...machines],
});

/** The difference as programs read it: `stowage.rules-diff/1`. */
export function diffValue(diff: RulesDiff, requests: RequestsDiff | undefined) {
  return {
    format: 'stowage.rules-diff/1',
    ...diff,
    ...(requests === undefined
      ? {}
      : {
          requests: {
            planned: requests.requests,
            changes: requests.changes.map(({ name, before, after, cause }) => ({
              request: name,
              before: plan(before),
              after: plan(after),
              ...(cause === undefined ? {} : { cause }),
            })),
          },
        }),
  };
}

export function costBlocks({ requests, rules }: RulesCost): readonly Block[] {
  if (rules.length === 0) return [paragraph('No rule may be waived, so none has a price.')];
  const over = several(requests, 'saved request');
  const told = rules.filter((rule) => rule.requests.length > 0);
  const idle = rules.filter((rule) => rule.requests.length === 0);
  return [
    ...told.map(({ rule, hourly, requests: changed }): Block => {
      const impossible = changed.filter(({ by }) => by.cost === undefined).length;
      const text = [
        `${rule} costs ${formatMonthly(hourly)} USD a month over ${over}`,
        ...(impossible === 0 ? [] : [`and leaves ${impossible} of them without a machine`]),
      ].join(' ');
      return {
        kind: 'table',
        title: text,
        head: ['Request', 'By the rule, USD/h', 'Waived, USD/h', '$/month'],
        rows: changed.map(({ name, by, without }) => [
          name,
          planned(by),
          planned(without),
          by.cost === undefined || without.cost === undefined ? '' : monthly(by.cost - without.cost),
        ]),
        right: [3],
      };
    }),
    ...(idle.length === 0 ? [] : [paragraph(`Cost nothing over ${over}: ${idle.map(({ rule }) => rule).join(', ')}.`)]),
  ];
}

/** Price tags as programs read them: `stowage.rules-cost/1`. */
export function costValue({ requests, rules }: RulesCost) {
  return {
    format: 'stowage.rules-cost/1',
    requests,
    rules: rules.map(({ rule, owner, hourly, requests: changed }) => ({
      rule,
      ...(owner === undefined ? {} : { owner }),
      monthly: formatMonthly(hourly),
      requests: changed.map(({ name, by, without }) => ({ request: name, by: plan(by), without: plan(without) })),
    })),
  };
}
