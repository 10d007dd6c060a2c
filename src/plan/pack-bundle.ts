import { z } from 'zod';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { readMoney } from '../quantity/money.ts';
import { placeUnits } from '../request/bundle-placement.ts';
import type { Constraints } from '../request/constraints.ts';
import { type BundleSource, readBundle } from './bundle-file.ts';
import type { BundleModel } from './bundle-model.ts';
import { deployBundle } from './deploy.ts';
import { ASSUMED_PLACE, type DeploySettings } from './deploy-requests.ts';
import { type DeployAnswer, deploySchema } from './deploy-schema.ts';
import { type ChosenMachine, packedOverlay } from './packed-bundle.ts';
import { told } from './problem.ts';
import { type Answer, answerSchema, money } from './schema.ts';

/** A bundle on machines that the solver chose, beside the placement of its author (`stowage.pack/1`). */

export const packSchema = z
  .strictObject({
    format: z.literal('stowage.pack/1'),
    status: answerSchema.shape.status,
    author: deploySchema.meta({ description: "The author's own placement, priced." }),
    packed: deploySchema
      .nullable()
      .meta({ description: 'The bundle with the overlay, priced anew; null where nothing was found.' }),
    saves: z.string().nullable().meta({
      description:
        "Of what the author's placement costs, from 0 to 1; null where either costs nothing or is not to be had.",
    }),
    bound: money.nullable().meta({ description: 'USD per hour: no packing costs less.' }),
    gap: z.string().nullable(),
    overlay: z.string().nullable().meta({ description: 'The overlay that Juju is told of, as YAML.' }),
    model: answerSchema.meta({ description: 'What the solver was asked and found, with its certificate.' }),
  })
  .meta({ id: 'stowage-pack-1', title: 'stowage pack' });

export type PackAnswer = z.infer<typeof packSchema>;

/** The machines of a solved model, with what of the bundle is on them. */
function chosenMachines({ machines }: Answer, { pods }: BundleModel): readonly ChosenMachine[] {
  return machines.map((machine) => ({
    type: machine.type,
    arch: machine.image?.arch === 'amd64' ? undefined : machine.image?.arch,
    rootDisk: machine['root-disk'],
    zone: machine.zone,
    pods: (machine.units ?? []).map((unit) => pods.get(unit)!),
  }));
}

/** The model's constraints, in one place. */
function within(model: Constraints, cloud: string, region: string): Constraints {
  const byKey = new Map(model.byKey);
  byKey.set('cloud', { key: 'cloud', value: [cloud], span: ASSUMED_PLACE });
  byKey.set('region', { key: 'region', value: [region], span: ASSUMED_PLACE });
  return { byKey, aliases: model.aliases };
}

/**
 * What a solved model makes of its bundle: the overlay, and its price found anew from the bundle's own files.
 *
 * @param files the bundle and its overlays
 * @param author the answer to the author's own placement
 * @param answer the answer to `model.request`
 */
export function packBundle(
  compiled: Compiled,
  files: readonly BundleSource[],
  author: DeployAnswer,
  model: BundleModel,
  answer: Answer,
  settings: DeploySettings,
  at: string | undefined,
): Result<PackAnswer> {
  const common = {
    format: 'stowage.pack/1',
    status: answer.status,
    author,
    bound: answer.bound,
    gap: answer.gap,
    model: answer,
  } as const;
  const [first] = answer.machines;
  if (first === undefined) {
    const isBound = model.request.units.some(({ constraints }) => constraints.byKey.has('containers'));
    const text =
      'for units that are put into containers only machines were looked at whose containers others are known to reach; --with container-network=provider says that they are';
    const notes = isBound ? [...answer.notes, { code: 'unreachable', text }] : answer.notes;
    return ok({ ...common, model: { ...answer, notes }, packed: null, saves: null, overlay: null });
  }
  const overlay = packedOverlay(chosenMachines(answer, model));
  const bundle = readBundle([...files, { source: 'the packed overlay', text: overlay }], compiled.catalog.vocabulary);
  const placement = bundle.ok ? placeUnits(bundle.value) : bundle;
  if (!bundle.ok || !placement.ok)
    return fail(...[bundle, placement].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  const here = { ...settings, model: within(settings.model, first.cloud, first.region) };
  const priced = deployBundle(compiled, { bundle: bundle.value, placement: placement.value }, here, { at });
  const warnings: readonly Diagnostic[] = model.warnings;
  const packed = { ...priced, warnings: [...priced.warnings, ...warnings.map(told)] };
  const [before, after] = [readMoney(author.cost ?? '0'), readMoney(packed.cost ?? '0')];
  const saves =
    before > 0n && author.cost !== null && packed.cost !== null
      ? formatDecimal(((before - after) * 1000n) / before, 3)
      : null;
  return ok({ ...common, packed, saves, overlay });
}
