import { factsOfMachine } from '../definition/facts.ts';
import { type Fit, fitsByDefinition } from '../definition/machine.ts';
import type { Compiled } from '../match/compiled.ts';
import { imagesOf } from '../match/images.ts';
import type { Answer } from '../plan/schema.ts';
import { formatMoney, HOURS_PER_MONTH } from '../quantity/money.ts';
import type { MachineRequest } from '../request/request.ts';
import { differences } from './compare.ts';

/**
 * What is wrong with an answer to a machine request; nothing when it holds.
 *
 * @example verifyAnswer(answer, compiled, request, undefined).length === 0
 */
export function verifyAnswer(
  answer: Answer,
  compiled: Compiled,
  request: MachineRequest,
  at: string | undefined,
): readonly string[] {
  const { catalog, program } = compiled;
  const faults: string[] = [];
  if (answer.inputs.catalog !== catalog.digest) faults.push('the answer was made from another catalog');
  if (answer.inputs.rules !== program.digest) faults.push('the answer was made with other rules');
  const fits = fitsByDefinition(compiled, request, at);
  const expected: Fit[] = [];
  for (const fit of fits) {
    for (let taken = 0; taken < catalog.offers.limit[fit.offer]! && expected.length < request.count; taken += 1)
      expected.push(fit);
    if (expected.length === request.count) break;
  }
  if (answer.considered.fit !== fits.length)
    faults.push(`${fits.length} offers fit, the answer says ${answer.considered.fit}`);
  const cost = expected.reduce((sum, fit) => sum + BigInt(fit.price), 0n);
  const budget = request.constraints.byKey.get('budget')?.value;
  const isTooDear = typeof budget === 'number' && cost * BigInt(HOURS_PER_MONTH) > BigInt(budget);
  if (expected.length < request.count || isTooDear) {
    if (answer.status !== 'infeasible')
      faults.push(
        `the status is ${answer.status}, but there are not ${request.count} machines that fit and can be paid`,
      );
    const isCosted = answer.cost !== null || answer.bound !== null || answer['rank-cost'] !== undefined;
    if (answer.machines.length > 0 || isCosted) faults.push('an answer without machines has neither cost nor bound');
    return faults;
  }
  if (answer.status !== 'optimal') faults.push(`the status is ${answer.status}, but ${request.count} machines fit`);
  if (answer.machines.length !== request.count)
    faults.push(`${request.count} machines were asked for, the answer has ${answer.machines.length}`);
  const rank = formatMoney(expected.reduce((sum, fit) => sum + BigInt(fit.rank), 0n));
  const isRanked = program.rules.some(({ action }) => action.verb === 'prefer');
  faults.push(
    ...differences({ cost: formatMoney(cost), 'rank-cost': isRanked ? rank : undefined, bound: rank }, answer),
  );
  const images = imagesOf(compiled, request.base);
  for (const [index, { offer, image, price, rank: own }] of expected.entries()) {
    const machine = answer.machines[index];
    if (machine === undefined) break;
    const facts = {
      ...factsOfMachine(catalog, images.table, request.base, offer, image),
      id: `new-${index}`,
      price: formatMoney(price),
      'rank-price': isRanked ? formatMoney(own) : undefined,
    };
    faults.push(...differences(facts, machine).map((text) => `machine ${machine.id}: ${text}`));
    for (const { capability } of request.containers)
      if (machine.capabilities[capability] === undefined)
        faults.push(`the answer does not say how ${machine.id} hosts ${capability}`);
  }
  return faults;
}

/**
 * What is wrong with an answer that follows Juju, held against the one that Juju's algorithm gives when it is run again:
 * machines with their images and prices, cost, inputs, and the error where there is none.
 */
export function verifyAsJuju(answer: Answer, again: Answer): readonly string[] {
  const compared = ({ status, proof, cost, bound, gap, machines, inputs, notes }: Answer): object => {
    const error = notes.find(({ code }) => code === 'juju-error')?.text;
    return { status, proof, cost, bound, gap, machines, inputs, error };
  };
  return differences(compared(again), compared(answer)).map((text) => `by Juju's algorithm ${text}`);
}
