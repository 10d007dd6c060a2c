import { formatValue } from '../catalog/decode.ts';
import type { Vocabulary } from '../catalog/value.ts';
import type { Result } from '../diagnostic/diagnostic.ts';
import { canonicalConstraints } from './constraints.ts';
import { type CompatMode, dialectOf } from './dialect.ts';
import type { Guest } from './guest.ts';
import { DEFAULT_BASE, type MachineRequest, parseRequest } from './request.ts';

/** A machine request in the words of a problem file. */
export interface RequestInput {
  /** `kvm`, `kvm>=1.1`, `zone=us-east-1a`; none for a plain machine. */
  readonly placement?: string;
  readonly constraints?: string;
  /** `ubuntu@24.04` unless given. */
  readonly base?: string;
  readonly count?: number;
  /** Facts for rules: `{ env: 'production' }`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** `[Nx ][TYPE:]cores=2 mem=4G`, each. */
  readonly guests?: readonly string[];
  readonly reserve?: boolean;
  /** Ids of rules that are waived: `safety/deprecated`. Only rules that say they are waivable can be. */
  readonly waive?: readonly string[];
  /** Whose constraint keys and names are known: ours beside Juju's, unless given. */
  readonly compat?: CompatMode;
}

/** A request from its texts, or every fault in them. */
export function readRequest(input: RequestInput, vocabulary: Vocabulary): Result<MachineRequest> {
  const text = (source: string, value: string) => ({ source, text: value });
  return parseRequest(
    {
      ...(input.placement === undefined ? {} : { placement: text('placement', input.placement) }),
      constraints: input.constraints === undefined ? [] : [text('constraints', input.constraints)],
      ...(input.base === undefined ? {} : { base: text('base', input.base) }),
      count: input.count ?? 1,
      attributes: Object.entries(input.attributes ?? {}).map(([name, value]) =>
        text('attributes', `${name}=${String(value)}`),
      ),
      ...(input.guests === undefined ? {} : { guests: input.guests.map((guest) => text('guests', guest)) }),
      reserve: input.reserve ?? true,
      waived: (input.waive ?? []).map((rule) => text('waive', rule)),
    },
    vocabulary,
    dialectOf(input.compat ?? 'none', vocabulary),
  );
}

function writePlacement({ placement }: MachineRequest): string | undefined {
  switch (placement.kind) {
    case 'none':
      return undefined;
    case 'directive':
      return `${placement.key}=${placement.value}`;
    case 'host':
      return placement.name;
    case 'container':
    case 'existing': {
      const { capability, atLeast } = placement.need;
      const kind = `${capability}${atLeast === undefined ? '' : `>=${atLeast}`}`;
      return placement.kind === 'existing' ? `${kind}:${placement.machine}` : kind;
    }
  }
}

/** A guest as `parseGuest` reads it. */
export function writeGuest({ kind, count, cores, mem, rootDisk }: Guest): string {
  const sizes = [
    cores === 0 ? '' : `cores=${cores}`,
    mem === 0 ? '' : `mem=${mem}M`,
    rootDisk === 0 ? '' : `root-disk=${rootDisk}M`,
  ];
  return `${count === 1 ? '' : `${count}x `}${kind}:${sizes.filter((size) => size !== '').join(' ')}`;
}

/**
 * A request written out: reading it again gives the same request. What is left at its default is left out.
 *
 * @example writeRequest(request, vocabulary) // { placement: 'kvm', constraints: 'cores=2 mem=4096M' }
 */
export function writeRequest(request: MachineRequest, vocabulary: Vocabulary): RequestInput {
  const constraints = canonicalConstraints(request.constraints);
  const placement = writePlacement(request);
  const base = `${request.base.os}@${request.base.release}`;
  const attributes = [...request.attributes].map(([name, value]) => {
    const attribute = vocabulary.attributes.get(name)!;
    return [name.slice('request.'.length), formatValue(attribute, value)] as const;
  });
  return {
    ...(placement === undefined ? {} : { placement }),
    ...(constraints === '' ? {} : { constraints }),
    ...(base === DEFAULT_BASE ? {} : { base }),
    ...(request.count === 1 ? {} : { count: request.count }),
    ...(attributes.length === 0 ? {} : { attributes: Object.fromEntries(attributes) }),
    ...(request.guests === undefined ? {} : { guests: request.guests.map(writeGuest) }),
    ...(request.reserve ? {} : { reserve: false }),
    ...(request.waived.length === 0 ? {} : { waive: request.waived }),
  };
}
