import type { WhyCapability } from '../workbench/why.ts';
import { type Block, list, paragraph } from './blocks.ts';
import { stepItem } from './explanation.ts';
import { failedItem } from './why-not.ts';

/** A proof, or a failed one, for people. */

const HOW: Readonly<Record<NonNullable<WhyCapability['via']>, string>> = {
  launch: '',
  image: '',
  'after-launch': ', after a step on the running machine',
  'launch-option': ', with an option at launch that Juju cannot set',
};

// Proofs of rules that people write are seldom deeper.
const DEPTH = 8;

export function whyBlocks(why: WhyCapability): readonly Block[] {
  const { capability, type, cloud, region, image, holds, version, via, steps, proof, missing } = why;
  const least = why['at-least'];
  const asked = least === undefined ? capability : `${capability} >= ${least}`;
  const had = version === undefined ? asked : `${capability} ${version}`;
  const where = `${type} (${cloud}${region === undefined ? '' : ` ${region}`}) with ${image.base}${image.arch === null ? '' : ` ${image.arch}`}`;
  if (holds === 'yes') {
    return [
      paragraph(`${where} can host ${had}${via === undefined ? '' : HOW[via]}.`),
      ...list(
        'Because:',
        proof.map((step) =>
          stepItem(
            { ...step, facts: [...step.facts], because: [...step.because] } as Parameters<typeof stepItem>[0],
            DEPTH,
          ),
        ),
      ),
      ...(steps.length === 0 ? [] : [{ kind: 'commands', title: 'What has to be done:', commands: steps } as const]),
    ];
  }
  const verdict =
    holds === 'no' ? `${where} cannot host ${asked}.` : `Whether ${where} can host ${asked} is not known.`;
  const [nearest, ...others] = missing;
  if (nearest === undefined) return [paragraph(verdict), paragraph(`No rule gives ${capability}.`)];
  return [
    paragraph(verdict),
    ...list('The nearest rule:', [failedItem({ ...nearest, missing: [...nearest.missing] })]),
    ...list(
      'Further rules:',
      others.map((one) => failedItem({ ...one, missing: [...one.missing] })),
    ),
  ];
}
