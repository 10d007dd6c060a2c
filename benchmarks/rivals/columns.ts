import { codeOfFlag, type OfferFacts } from '../offer-facts.ts';
import type { Wanted } from '../wanted.ts';
import type { Finder } from './rival.ts';

/** A request in the codes of the columns: what rivals that know no texts compare with. */
export interface Coded {
  /** By region: 1 where it is asked for. */
  readonly regions: Uint8Array;
  /** By region: the zones asked for as bits; undefined where any will do. */
  readonly zones: Uint32Array | undefined;
  /** -1: any. */
  readonly market: number;
  /** Row of `archs`, -1: any; undefined where no image has the architecture asked for. */
  readonly arch: number | undefined;
  /** Bits of `hosts` that must all be there. */
  readonly hosts: number;
  readonly tags: number;
  /** Whether a tag is asked for that no type has. */
  readonly strangeTag: boolean;
  /** 0: either. */
  readonly burstable: number;
  readonly bareMetal: number;
}

export function coded(facts: OfferFacts, wanted: Wanted): Coded {
  const asked = (names: readonly string[], name: string): boolean => names.length === 0 || names.includes(name);
  const regions = Uint8Array.from(facts.regions, ({ cloud, name, restricted }) =>
    asked(wanted.clouds, cloud) && asked(wanted.regions, name) && (!restricted || wanted.regions.includes(name))
      ? 1
      : 0,
  );
  const zones = Uint32Array.from(facts.regions, (region) =>
    region.zones.reduce((bits, zone, at) => (wanted.zones.includes(zone) ? bits | (1 << at) : bits), 0),
  );
  const arch = wanted.arch === undefined ? -1 : facts.archs.indexOf(wanted.arch);
  const tags = wanted.tags.map((tag) => facts.tagNames.indexOf(tag));
  return {
    regions,
    zones: wanted.zones.length === 0 ? undefined : zones,
    market: wanted.market === undefined ? -1 : facts.markets.indexOf(wanted.market),
    arch: wanted.arch !== undefined && arch === -1 ? undefined : arch,
    hosts: wanted.capabilities.reduce((bits, name) => bits | (2 << facts.capabilities.indexOf(name)), 1),
    tags: tags.reduce((bits, tag) => bits | (1 << tag), 0),
    strangeTag: tags.includes(-1),
    burstable: codeOfFlag(wanted.burstable),
    bareMetal: codeOfFlag(wanted.bareMetal),
  };
}

/** A scan of typed arrays in the order of prices, written by hand, that ends with the first offer that fits. */
export function columnScan(facts: OfferFacts): Finder {
  const { size, price, region, market, cores, mem, gpus, localDisk, sustained, burstable, bareMetal, tags, zones } =
    facts;
  const { hosts } = facts;
  return {
    name: 'columns, early exit',
    prepare(wanted) {
      const code = coded(facts, wanted);
      const { regions, zones: askedZones } = code;
      if (code.arch === undefined || code.strangeTag) return () => -1;
      const ofArch = code.arch === -1 ? undefined : hosts[code.arch]!;
      return () => {
        for (let row = 0; row < size; row += 1) {
          if (cores[row]! < wanted.cores || mem[row]! < wanted.mem) continue;
          if (code.market !== -1 && market[row] !== code.market) continue;
          if (regions[region[row]!] === 0) continue;
          if (ofArch !== undefined) {
            if ((ofArch[row]! & code.hosts) !== code.hosts) continue;
          } else if (!hosts.some((column) => (column[row]! & code.hosts) === code.hosts)) continue;
          if (wanted.gpus > 0 && gpus[row]! < wanted.gpus) continue;
          if (wanted.localDisk > 0 && localDisk[row]! < wanted.localDisk) continue;
          if (wanted.sustained > 0 && sustained[row]! < wanted.sustained) continue;
          if (code.burstable !== 0 && burstable[row] !== code.burstable) continue;
          if (code.bareMetal !== 0 && bareMetal[row] !== code.bareMetal) continue;
          if ((tags[row]! & code.tags) !== code.tags) continue;
          if (askedZones !== undefined && (zones[row]! & askedZones[region[row]!]!) === 0) continue;
          // Later offers cost no less.
          return price[row]! <= wanted.most ? row : -1;
        }
        return -1;
      };
    },
  };
}
