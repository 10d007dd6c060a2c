import { textAt } from '../catalog/column.ts';
import type { Attribute } from '../catalog/value.ts';
import type { Query } from '../match/query.ts';
import { numberOf } from '../request/constraints.ts';
import { passedOn, zonesOf } from '../request/request.ts';
import { fillIn } from '../rules/proof.ts';
import type { ProvenCapability } from './describe.ts';
import type { Machine } from './schema.ts';

/** The commands that carry a plan out, in order. Words in angle brackets are for the user to fill in. */

/** What each cloud's own tool is told, to launch one machine. */
interface Launch {
  readonly region: string;
  readonly zone: string | undefined;
  readonly type: string;
  readonly image: string;
  readonly spot: boolean;
  /** GiB, where a size was asked for. */
  readonly rootDisk: number | undefined;
  /** Options that rules give. */
  readonly options: readonly string[];
}

const LAUNCHERS: Readonly<Record<string, (launch: Launch) => readonly (string | undefined)[]>> = {
  aws: ({ region, zone, type, image, spot, rootDisk, options }) => [
    'aws ec2 run-instances',
    `--region ${region}`,
    `--instance-type ${type}`,
    `--image-id ${image}`,
    ...options,
    spot ? '--instance-market-options MarketType=spot' : undefined,
    zone === undefined ? undefined : `--placement AvailabilityZone=${zone}`,
    // The root device of Ubuntu's images.
    rootDisk === undefined ? undefined : `--block-device-mappings 'DeviceName=/dev/sda1,Ebs={VolumeSize=${rootDisk}}'`,
    '--key-name <key>',
  ],
  gcp: ({ region, zone, type, image, spot, rootDisk, options }) => {
    const [, project, family] = /^projects\/([^/]+)\/global\/images\/family\/(.+)$/.exec(image) ?? [];
    return [
      'gcloud compute instances create <name>',
      `--zone=${zone ?? `<zone of ${region}>`}`,
      `--machine-type=${type}`,
      ...(family === undefined ? [`--image=${image}`] : [`--image-family=${family}`, `--image-project=${project}`]),
      ...options,
      spot ? '--provisioning-model=SPOT' : undefined,
      rootDisk === undefined ? undefined : `--boot-disk-size=${rootDisk}GB`,
    ];
  },
  azure: ({ region, zone, type, image, spot, rootDisk, options }) => [
    'az vm create --resource-group <group> --name <name>',
    `--location ${region}`,
    zone === undefined ? undefined : `--zone ${zone.slice(zone.lastIndexOf('-') + 1)}`,
    `--size ${type}`,
    `--image ${image}`,
    ...options,
    spot ? '--priority Spot' : undefined,
    rootDisk === undefined ? undefined : `--os-disk-size-gb ${rootDisk}`,
    '--admin-username ubuntu --generate-ssh-keys',
  ],
};

/** What Juju 3 makes containers of by itself. */
const JUJU_CONTAINERS: readonly string[] = ['lxd', 'kvm'];

const quote = (constraints: string): string => (constraints === '' ? '' : ` --constraints "${constraints}"`);

/** A word that the user fills in: `<machine>`, or `<machine 2>` where there are several. */
const blank = (word: string, machine: number, of: number): string =>
  of === 1 ? `<${word}>` : `<${word} ${machine + 1}>`;

/** The steps to one machine: launch it, give it to Juju, make what it is to hold. */
export function stepsFor(
  query: Query,
  machine: Machine,
  row: number,
  image: number,
  proven: readonly ProvenCapability[],
  number: number,
  of: number,
): readonly string[] {
  const { request } = query;
  const site = query.site(row, image);
  const factsAt = (attribute: Attribute) => query.derivation.factAt(attribute, site);
  const stepsVia = (via: string): readonly string[] =>
    proven
      .filter(({ provider }) => provider.action.via === via)
      .flatMap(({ provider }) => provider.action.steps.map((step) => fillIn(step, query.derivation, factsAt)));
  const atLaunch = stepsVia('launch-option');
  const steps: string[] = [];
  const rootDisk = numberOf(request.constraints, 'root-disk');
  const zone = zonesOf(request)[0];
  const base = `${request.base.os}@${request.base.release}`;
  if (atLaunch.length > 0 || machine.market === 'spot') {
    // A step that begins with a dash is an option of the launching command; any other is a step of its own.
    const launcher = LAUNCHERS[machine.cloud];
    if (launcher !== undefined) {
      const words = launcher({
        region: machine.region,
        zone: zone ?? (machine.cloud === 'gcp' ? machine.zones?.[0] : undefined),
        type: machine.type,
        image: machine.image?.id ?? '<image>',
        spot: machine.market === 'spot',
        rootDisk: rootDisk === 0 ? undefined : Math.ceil(rootDisk / 1024),
        options: atLaunch.filter((step) => step.startsWith('-')),
      });
      steps.push(words.filter((word) => word !== undefined).join(' '));
    } else {
      steps.push(
        `# launch a ${machine.market} machine of type ${machine.type} in ${machine.region} with the cloud's own tool`,
      );
    }
    steps.push(...atLaunch.filter((step) => !step.startsWith('-')).map((step) => `# ${step}`));
    steps.push(`juju add-machine --base ${base} ssh:ubuntu@${blank('address', number, of)}`);
  } else {
    const arch = textAt(query.images.table, 'image.arch', image);
    const constraints = [
      arch === undefined || arch === 'amd64' ? '' : `arch=${arch}`,
      `instance-type=${machine.type}`,
      rootDisk === 0 ? '' : `root-disk=${rootDisk}M`,
      passedOn(request),
    ];
    const { placement } = request;
    const directive = placement.kind === 'directive' ? ` ${placement.key}=${placement.value}` : '';
    steps.push(
      `juju add-machine${directive} --base ${base}${quote(constraints.filter((text) => text !== '').join(' '))}`,
    );
  }
  for (const step of stepsVia('after-launch')) steps.push(`juju ssh ${blank('machine', number, of)} -- ${step}`);
  for (const container of machine.containers) {
    if (!JUJU_CONTAINERS.includes(container.type)) continue;
    const sizes = [
      container.cores === undefined ? '' : `cores=${container.cores}`,
      container.mem === undefined ? '' : `mem=${container.mem}M`,
    ];
    steps.push(
      `juju add-machine ${container.type}:${blank('machine', number, of)} --base ${base}${quote(sizes.filter((text) => text !== '').join(' '))}`,
    );
  }
  return steps;
}

/** Containers of a plan that Juju does not make by itself. */
export function notMadeByJuju(machine: Machine): readonly string[] {
  return [...new Set(machine.containers.map((container) => container.type))].filter(
    (type) => !JUJU_CONTAINERS.includes(type),
  );
}
