import { z } from 'zod';
import { ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney, readMoney } from '../quantity/money.ts';
import type { MachineRequest } from '../request/request.ts';
import type { SourceText } from '../request/source-text.ts';
import { parsePriceChange } from '../sources/prices.ts';
import { type AnswerOptions, answerRequest } from './answer.ts';
import { applyScenario } from './apply-scenario.ts';
import { begin, edit, NO_EDITS, parseEdit, type Scenario, scenarioSchema, type Timeline } from './scenario.ts';
import { alternative, answerSchema, money } from './schema.ts';
import { type Found, type Watch, watch } from './watch.ts';
import { whyNot } from './why-not.ts';
import { whyNotSchema } from './why-not-schema.ts';

/** What edits make of an answer (`stowage.what-if/1`): before, after, and why. */

export const whatIfSchema = z
  .strictObject({
    format: z.literal('stowage.what-if/1'),
    scenario: scenarioSchema,
    before: answerSchema,
    after: answerSchema,
    change: money
      .nullable()
      .meta({ description: 'USD per hour that all machines cost more after; null where one has none.' }),
    edits: z
      .array(z.strictObject({ edit: z.string(), alone: alternative.nullable() }))
      .meta({ description: 'Each edit, with the cheapest machine if it were the only one; null where nothing fits.' }),
    turns: z
      .strictObject({ edit: z.string(), at: z.string() })
      .optional()
      .meta({ description: 'Of a percentage that makes another machine the cheapest: the least that does.' }),
    'why-not-before': whyNotSchema
      .optional()
      .meta({ description: 'Where another type is chosen after: why that from before is not.' }),
  })
  .meta({ id: 'stowage-what-if-1', title: 'stowage what-if' });

export type WhatIf = z.infer<typeof whatIfSchema>;

/** The scenario that edits make, each a text such as `price aws:m8i*=+10%`, or every fault in them. */
export function scenarioOf(texts: readonly SourceText[]): Result<Timeline> {
  const read = texts.map(parseEdit);
  const faults = read.flatMap((one) => (one.ok ? [] : one.diagnostics));
  if (faults.length > 0) return { ok: false, diagnostics: faults };
  return ok(read.reduce((timeline, one) => (one.ok ? edit(timeline, one.value) : timeline), begin()));
}

const sameOffer = (a: Found | undefined, b: Found | undefined): boolean =>
  a?.offer.type === b?.offer.type &&
  a?.offer.cloud === b?.offer.cloud &&
  a?.offer.region === b?.offer.region &&
  a?.offer.market === b?.offer.market;

/**
 * The least percentage, in the direction of the one edit that there is, at which another offer is the cheapest. As one
 * percentage of many prices grows, these stay in order, so there is one such point.
 */
function turningPoint(watched: Watch, scenario: Scenario): WhatIf['turns'] {
  const [only, second] = Object.entries(scenario.prices);
  const rest = [scenario.withdrawn, scenario.added, scenario.rules, scenario.constraints].flatMap((part) =>
    Object.keys(part),
  );
  if (only === undefined || second !== undefined || rest.length > 0 || scenario.date !== undefined) return undefined;
  const [selector, text] = only;
  const change = parsePriceChange(text);
  if ('problem' in change || change.kind !== 'percent') return undefined;
  const sign = change.millionths < 0 ? -1 : 1;
  const percent = (size: number): string => `${sign < 0 ? '-' : '+'}${formatDecimal(size, 4)}%`;
  const at = (size: number): Found | undefined => {
    const found = watched.cheapest({ ...scenario, prices: { [selector]: percent(size) } });
    return found.ok ? found.value : undefined;
  };
  const before = at(0);
  let low = 0;
  let high = Math.abs(change.millionths);
  if (sameOffer(before, at(high))) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (sameOffer(before, at(middle))) low = middle;
    else high = middle;
  }
  return { edit: `price ${selector}`, at: percent(high) };
}

/**
 * What edits make of the answer to a request; faults where they say what cannot be.
 *
 * @param texts the edits, in order; a later one of the same thing replaces the earlier
 * @example whatIf(compiled, request, [{ source: '--set', text: 'price aws:m8i*=+10%' }])
 */
export function whatIf(
  compiled: Compiled,
  request: MachineRequest,
  texts: readonly SourceText[],
  options: AnswerOptions = {},
): Result<WhatIf> {
  const timeline = scenarioOf(texts);
  if (!timeline.ok) return timeline;
  const scenario = timeline.value.now;
  const applied = applyScenario(compiled, request, scenario, options.at);
  if (!applied.ok) return applied;
  const before = answerRequest(compiled, request, options);
  const { at } = applied.value;
  const after = answerRequest(applied.value.compiled, applied.value.request, { ...options, at });
  const watched = watch(compiled, request, options.at);
  const edits = texts.map((text) => {
    const alone = scenarioOf([text]);
    const found = alone.ok ? watched.cheapest(alone.value.now) : alone;
    return { edit: text.text.trim(), alone: found.ok ? (found.value?.offer ?? null) : null };
  });
  const turns = scenario === NO_EDITS ? undefined : turningPoint(watched, scenario);
  const [was, is] = [before.machines[0], after.machines[0]];
  const isOther = was !== undefined && (is?.type !== was.type || is.cloud !== was.cloud);
  return ok({
    format: 'stowage.what-if/1',
    scenario: { ...scenario },
    before,
    after,
    change:
      before.cost === null || after.cost === null
        ? null
        : formatMoney(Number(readMoney(after.cost)) - Number(readMoney(before.cost))),
    edits,
    ...(turns === undefined ? {} : { turns }),
    ...(isOther ? { 'why-not-before': whyNot(applied.value.compiled, applied.value.request, [was.type], at) } : {}),
  });
}
