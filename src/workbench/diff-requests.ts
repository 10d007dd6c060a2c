import { ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Program } from '../rules/program.ts';
import { causeOf, type Edit, editsBetween, replay } from './edits.ts';
import { type Planned, planAll, plannedInWords, type SavedRequest, samePlan } from './saved-requests.ts';

/** What other rules make of saved requests. */

export interface RequestChange {
  readonly name: string;
  readonly before: Planned;
  readonly after: Planned;
  /** The edit that did it; undefined where there were too many to try. */
  readonly cause: Pick<Edit, 'rule' | 'kind'> | undefined;
}

export interface RequestsDiff {
  /** How many were planned. */
  readonly requests: number;
  readonly changes: readonly RequestChange[];
}

// Each edit is tried on each request that changes.
const MOST_EDITS = 40;

/** A request that cannot be asked by one of the two is a fault. */
export function diffRequests(requests: readonly SavedRequest[], before: Program, after: Program): Result<RequestsDiff> {
  const [old, now] = [planAll(requests, before), planAll(requests, after)];
  if (!old.ok) return old;
  if (!now.ok) return now;
  const edits = editsBetween(before, after);
  const steps = edits.length <= MOST_EDITS ? replay(before, edits) : [];
  const changes = old.value.flatMap(({ request, planned }, index): readonly RequestChange[] => {
    const other = now.value[index]!.planned;
    if (samePlan(planned, other)) return [];
    const values = steps.map(({ edit, program }) => {
      const step = request.plan(program);
      return { edit, value: step.ok ? plannedInWords(step.value) : 'cannot be asked' };
    });
    const cause = causeOf(plannedInWords(planned), values);
    return [
      {
        name: request.name,
        before: planned,
        after: other,
        cause: cause && { rule: cause.rule, kind: cause.kind },
      },
    ];
  });
  return ok({ requests: requests.length, changes });
}
