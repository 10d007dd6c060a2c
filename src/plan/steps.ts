import { textAt } from '../catalog/column.ts';
import type { Attribute } from '../catalog/value.ts';
import { MAAS } from '../match/machines.ts';
import type { Query } from '../match/query.ts';
import { canonicalConstraints, textOf } from '../request/constraints.ts';
import { hostRootDisk, passedOn, zonesOf } from '../request/request.ts';
import { fillIn, type ProvenCapability } from '../rules/proof.ts';
import type { Via } from '../rules/rule.ts';
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

/** A text as one word of a shell: as it is where it is plain, else in single quotes. */
export function word(text: string): string {
  return /^[\w@%+=:,./^-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Constraints as an option: in double quotes, as Juju's own examples have them, unless the shell would act on them. */
export function constraintsOption(constraints: readonly string[]): string {
  const text = constraints.filter((one) => one !== '').join(' ');
  if (text === '') return '';
  return ` --constraints ${/["$`\\!]/.test(text) ? word(text) : `"${text}"`}`;
}

/** A word that the user fills in: `<machine>`, or `<machine 2>` where there are several. */
const blank = (word: string, machine: number, of: number): string =>
  of === 1 ? `<${word}>` : `<${word} ${machine + 1}>`;

/** What is asked for in words that only Juju reads, and that are lost where Juju does not launch the machine. */
export function lostWithoutJuju(query: Query): readonly string[] {
  const { placement } = query.request;
  // The cloud's own command carries the image and the zone.
  const keys = [...passedOn(query.request).byKey.keys()].filter((key) => key !== 'image-id' && key !== 'zones');
  return placement.kind === 'directive' && placement.key !== 'zone' ? [placement.key, ...keys] : keys;
}

/** Whether the cloud's own tool has to launch the machine. */
export function needsCloudTool(machine: Pick<Machine, 'market' | 'capabilities'>): boolean {
  return machine.market === 'spot' || Object.values(machine.capabilities).some((one) => one.via === 'launch-option');
}

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
  const { request, derivation } = query;
  const site = query.site(row, image);
  const factsAt = (attribute: Attribute) => derivation.factAt(attribute, site);
  const providers = [...new Set(proven.flatMap((one) => one.providers))];
  const stepsVia = (via: Via): readonly string[] =>
    providers
      .filter((provider) => provider.action.via === via)
      .flatMap((provider) => provider.action.steps.map((step) => fillIn(step, derivation, factsAt)));
  const base = `--base ${request.base.os}@${request.base.release}`;
  const steps: string[] = [];
  if (needsCloudTool(machine)) {
    steps.push(...launchSteps(query, machine, stepsVia('launch-option')));
    steps.push(`juju add-machine ${base} ssh:ubuntu@${blank('address', number, of)}`);
  } else {
    const arch = textAt(query.images.table, 'image.arch', image);
    const rootDisk = hostRootDisk(request);
    const { placement } = request;
    const region = query.space.offers.region[row]!;
    const given = placement.kind === 'directive' ? word(`${placement.key}=${placement.value}`) : undefined;
    const isOwn = placement.kind === 'directive' && placement.key !== 'zone' && placement.key !== 'system-id';
    // MAAS has no instance types: a machine is asked for by its name, in the place of any other directive.
    const byName = textAt(query.space.regions, 'offer.provider', region) === MAAS && !isOwn;
    const constraints = [
      arch === undefined || arch === 'amd64' || byName ? '' : `arch=${arch}`,
      byName ? '' : `instance-type=${machine.type}`,
      rootDisk === 0 ? '' : `root-disk=${rootDisk}M`,
      canonicalConstraints(passedOn(request)),
    ];
    const directive = byName ? word(machine.type) : given;
    steps.push(
      `juju add-machine${directive === undefined ? '' : ` ${directive}`} ${base}${constraintsOption(constraints)}`,
    );
  }
  for (const step of stepsVia('after-launch')) steps.push(`juju ssh ${blank('machine', number, of)} -- ${step}`);
  for (const container of machine.containers) {
    if (!JUJU_CONTAINERS.includes(container.type)) continue;
    const { cores, mem, 'root-disk': disk } = container;
    const sizes = [
      cores === undefined ? '' : `cores=${cores}`,
      mem === undefined ? '' : `mem=${mem}M`,
      disk === undefined ? '' : `root-disk=${disk}M`,
    ];
    steps.push(`juju add-machine ${container.type}:${blank('machine', number, of)} ${base}${constraintsOption(sizes)}`);
  }
  return steps;
}

/**
 * The cloud's own command, with the options that rules give. A step of a rule that begins with a dash is an option of
 * the launching command; any other is a step of its own.
 */
function launchSteps(query: Query, machine: Machine, given: readonly string[]): readonly string[] {
  const { request } = query;
  const options = given.filter((step) => step.startsWith('-'));
  const own = given.filter((step) => !step.startsWith('-')).map((step) => `# ${step}`);
  const launcher = LAUNCHERS[machine.cloud];
  if (launcher === undefined) {
    const what = machine.market === 'spot' ? 'a spot machine' : 'a machine';
    const how = options.length === 0 ? '' : `, with ${options.join(' ')}`;
    return [`# launch ${what} of type ${machine.type} in ${machine.region} with the cloud's own tool${how}`, ...own];
  }
  const sold = machine.zones;
  const wanted = zonesOf(request);
  const zone =
    wanted.find((one) => sold === undefined || sold.includes(one)) ?? (machine.cloud === 'gcp' ? sold?.[0] : undefined);
  const rootDisk = hostRootDisk(request);
  const image = textOf(request.constraints, 'image-id') ?? machine.image?.id;
  const words = launcher({
    region: machine.region,
    zone,
    type: word(machine.type),
    image: image === undefined ? '<image>' : word(image),
    spot: machine.market === 'spot',
    rootDisk: rootDisk === 0 ? undefined : Math.ceil(rootDisk / 1024),
    options,
  });
  return [words.filter((one) => one !== undefined).join(' '), ...own];
}

/** Containers of a plan that Juju does not make by itself. */
export function notMadeByJuju(machine: Machine): readonly string[] {
  return [...new Set(machine.containers.map((container) => container.type))].filter(
    (type) => !JUJU_CONTAINERS.includes(type),
  );
}
