import { type Draft, enablePatches, Immer, type Patch } from 'immer';
import { z } from 'zod';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { isDate } from '../quantity/date.ts';
import { KEYS } from '../request/keys.ts';
import { faultIn, type SourceText } from '../request/source-text.ts';

/**
 * A scenario: a small document of edits that are laid over a catalog, its rules and a request. It names what it changes
 * and never holds columns, so an edit of it is small, and what two scenarios have in common they share.
 */
export const scenarioSchema = z
  .strictObject({
    prices: z.record(z.string(), z.string()).meta({
      description: 'By selector, as in price files: a price, an amount with a sign, or a percentage with a sign.',
    }),
    withdrawn: z
      .record(z.string(), z.literal(true))
      .meta({ description: 'Selectors of offers that are sold no more, on demand and spot.' }),
    added: z.record(z.string(), z.string()).meta({
      description: 'Offers that are sold on demand as well, [cloud:]type@region in full, with their prices.',
    }),
    rules: z.record(z.string(), z.string()).meta({
      description: 'Rules by id: "off" leaves one out, a rule in YAML stands in its place.',
    }),
    constraints: z.record(z.string(), z.string()).meta({ description: 'Constraints that are written otherwise.' }),
    number: z.int().positive().optional().meta({ description: 'How many machines.' }),
    date: z.string().optional().meta({ description: 'The day that prices and rules are judged by.' }),
  })
  .meta({ id: 'stowage-scenario-1', title: 'stowage scenario' });

export type Scenario = Readonly<z.infer<typeof scenarioSchema>>;

export const NO_EDITS: Scenario = { prices: {}, withdrawn: {}, added: {}, rules: {}, constraints: {} };

/** One edit of a scenario, and what takes it back. */
interface Edit {
  readonly patches: readonly Patch[];
  readonly inverse: readonly Patch[];
}

/** A scenario with the edits that made it, each of which can be taken back and made again. */
export interface Timeline {
  readonly now: Scenario;
  readonly past: readonly Edit[];
  readonly future: readonly Edit[];
}

enablePatches();
const immer = new Immer();

/** @example const timeline = edit(begin(), (draft) => { draft.rules['hosting/nested-kvm'] = 'off'; }) */
export function begin(scenario: Scenario = NO_EDITS): Timeline {
  return { now: scenario, past: [], future: [] };
}

/** The scenario after an edit. What the edit does not touch is the same object as before; without effect, all of it is. */
export function edit(timeline: Timeline, change: (draft: Draft<Scenario>) => void): Timeline {
  const [now, patches, inverse] = immer.produceWithPatches(timeline.now, (draft) => {
    change(draft);
  });
  if (patches.length === 0) return timeline;
  return { now, past: [...timeline.past, { patches, inverse }], future: [] };
}

/** The scenario before its last edit; itself where there is none. */
export function undo({ now, past, future }: Timeline): Timeline {
  const last = past.at(-1);
  if (last === undefined) return { now, past, future };
  return { now: immer.applyPatches(now, last.inverse), past: past.slice(0, -1), future: [last, ...future] };
}

/** The scenario with the edit made again that was taken back last. */
export function redo({ now, past, future }: Timeline): Timeline {
  const [next] = future;
  if (next === undefined) return { now, past, future };
  return { now: immer.applyPatches(now, next.patches), past: [...past, next], future: future.slice(1) };
}

const FORMS =
  '"price SELECTOR=CHANGE", "offer SELECTOR=off", "offer TYPE@REGION=PRICE", "rule ID=off", "date=2026-12-01", "number=3", or a constraint such as "mem=8G"';

/**
 * An edit from a text: `price aws:m8i*=+10%`, `offer t4g.*@us-east-1=off`, `offer aws:t4g.small@eu-west-1=0.02`,
 * `rule nested-kvm=off`, `rule nested-kvm={when: {type.cloud: aws}, provide: {kvm: any}, …}`, `date=2026-12-01`,
 * `number=3`, `mem=8G`. What the names stand for is seen when the scenario is laid over a catalog.
 */
export function parseEdit(text: SourceText): Result<(draft: Draft<Scenario>) => void> {
  const bad = (message: string, hint = `write ${FORMS}`) => fail(faultIn(text, 'bad-edit', message, hint));
  const [, verb, subject = '', to = ''] = /^\s*(price|offer|rule)\s+([^=]*[^=\s])\s*=(.*)$/s.exec(text.text) ?? [];
  const value = to.trim();
  if (verb === 'price')
    return ok((draft) => {
      draft.prices[subject] = value;
    });
  if (verb === 'offer')
    return ok((draft) => {
      if (value === 'off') draft.withdrawn[subject] = true;
      else draft.added[subject] = value;
    });
  if (verb === 'rule') {
    if (value !== 'off' && !value.startsWith('{'))
      return bad(`a rule is set to off or to a rule in braces, not to "${value}"`);
    return ok((draft) => {
      draft.rules[subject] = value;
    });
  }
  const [, key = '', given = ''] = /^\s*([a-z-]+)=(.*)$/s.exec(text.text) ?? [];
  if (key === 'number') {
    const number = Number(given);
    if (!/^\d+$/.test(given) || !Number.isSafeInteger(number) || number < 1)
      return bad(`"${given}" is no number of machines`, 'write a whole number of at least 1');
    return ok((draft) => {
      draft.number = number;
    });
  }
  if (key === 'date') {
    if (!isDate(given)) return bad(`"${given}" is no date`, 'write it as 2026-11-22');
    return ok((draft) => {
      draft.date = given;
    });
  }
  if (key === 'container' || key === 'containers')
    return bad('what is hosted is the question itself', 'ask for other containers as the placement');
  if (!KEYS.has(key)) return bad(`"${text.text}" is nothing that can be set`);
  return ok((draft) => {
    draft.constraints[key] = given;
  });
}
