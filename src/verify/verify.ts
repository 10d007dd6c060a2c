import { numberAt, setAt, textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import { imagesOf } from '../match/images.ts';
import { type Fit, fitsByDefinition } from '../plan/definition.ts';
import type { Answer } from '../plan/schema.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney } from '../quantity/money.ts';
import type { MachineRequest } from '../request/request.ts';

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
  const { catalog } = compiled;
  const faults: string[] = [];
  if (answer.inputs.catalog !== catalog.digest) faults.push('the answer was made from another catalog');
  if (answer.inputs.rules !== compiled.program.digest) faults.push('the answer was made with other rules');
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
  const tooDear = typeof budget === 'number' && cost * 730n > BigInt(budget);
  if (expected.length < request.count || tooDear) {
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
  const rank = expected.reduce((sum, fit) => sum + BigInt(fit.rank), 0n);
  const isRanked = compiled.program.rules.some(({ action }) => action.verb === 'prefer');
  for (const [name, own, said] of [
    ['cost', formatMoney(cost), answer.cost],
    ['rank-cost', isRanked ? formatMoney(rank) : undefined, answer['rank-cost']],
    ['bound', formatMoney(rank), answer.bound],
  ] as const) {
    if (said !== own) faults.push(`the ${name} is ${own}, the answer says ${said}`);
  }
  const images = imagesOf(compiled, request.base);
  for (const [index, machine] of answer.machines.entries()) {
    const fit = expected[index];
    if (fit === undefined) break;
    const { offer, image, price, rank: own } = fit;
    const type = catalog.offers.type[offer]!;
    const list = (catalog.offers.list ?? catalog.offers.price)[offer]!;
    const baseline = numberAt(catalog.types, 'type.baseline', type);
    const cores = numberAt(catalog.types, 'type.cores', type);
    const stated: readonly (readonly [what: string, own: unknown, said: unknown])[] = [
      ['id', `new-${index}`, machine.id],
      ['type', textAt(catalog.types, 'type.name', type), machine.type],
      ['cloud', textAt(catalog.types, 'type.cloud', type), machine.cloud],
      ['region', textAt(catalog.regions, 'offer.region', catalog.offers.region[offer]!), machine.region],
      ['market', textAt(catalog.offers, 'offer.market', offer) ?? 'on-demand', machine.market],
      ['price', formatMoney(price), machine.price],
      ['rank-price', isRanked ? formatMoney(own) : undefined, machine['rank-price']],
      ['list price', Number.isNaN(list) ? null : formatMoney(list), machine['list-price']],
      ['image', textAt(images.table, 'image.id', image), machine.image?.id],
      ['architecture', textAt(images.table, 'image.arch', image), machine.image?.arch],
      ['memory', numberAt(catalog.types, 'type.mem', type), machine.mem],
      ['cores', cores, machine.cores],
      [
        'sustained cores',
        baseline !== undefined && baseline < 1000 && cores !== undefined
          ? formatDecimal(cores * baseline, 3)
          : undefined,
        machine['sustained-cores'],
      ],
      [
        'zones',
        JSON.stringify(
          setAt(catalog.offers, 'offer.zones', offer) ??
            setAt(catalog.regions, 'offer.region-zones', catalog.offers.region[offer]!),
        ),
        JSON.stringify(machine.zones),
      ],
    ];
    for (const [what, right, said] of stated)
      if (right !== said)
        faults.push(`the ${what} of ${machine.id} is ${String(right)}, the answer says ${String(said)}`);
    for (const need of request.containers) {
      if (machine.capabilities[need.capability] === undefined)
        faults.push(`the answer does not say how ${machine.id} hosts ${need.capability}`);
    }
  }
  return faults;
}

/**
 * What is wrong with an answer that follows Juju, held against the one that Juju's algorithm gives when it is run again:
 * machines with their images and prices, cost, inputs, and the error where there is none.
 */
export function verifyAsJuju(answer: Answer, again: Answer): readonly string[] {
  const error = ({ notes }: Answer): string | undefined => notes.find((note) => note.code === 'juju-error')?.text;
  const compared: readonly (readonly [what: string, own: unknown, said: unknown])[] = [
    ...(['status', 'proof', 'cost', 'bound', 'gap', 'machines', 'inputs'] as const).map(
      (key) => [key, again[key], answer[key]] as const,
    ),
    ['error', error(again), error(answer)],
  ];
  return compared.flatMap(([what, own, said]) => {
    const [expected, found] = [JSON.stringify(own), JSON.stringify(said)];
    return expected === found ? [] : [`by Juju's algorithm ${what} is ${expected}, the answer says ${found}`];
  });
}
