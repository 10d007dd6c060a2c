import { formatDecimal } from './decimal.ts';

/** Sizes are integer MiB. Two grammars exist: Juju's for constraints, and `64 GiB` for rules and catalogs. */

const JUJU_MULTIPLIERS: Readonly<Record<string, number>> = { M: 1, G: 1024, T: 1024 ** 2, P: 1024 ** 3 };

// Go's strconv.ParseFloat without infinities, NaN and hexadecimal: underscores are not allowed there in base 10 text
// by default, but Juju's notes accept them between digits.
const GO_FLOAT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?$/;
const LARGEST = 2 ** 64;

/**
 * MiB of a size in Juju's constraint grammar, or undefined. A number (as Go reads floats) with an optional upper-case
 * suffix M, G, T or P; no suffix means M; rounded up. The double arithmetic is Juju's own: multiplying by a power of
 * two is exact, so only the reading of the digits rounds, exactly as in Go.
 *
 * @example parseJujuSize('1.5G') // 1536n
 */
export function parseJujuSize(text: string): bigint | undefined {
  const multiplier = JUJU_MULTIPLIERS[text.slice(-1)];
  const digits = multiplier === undefined ? text : text.slice(0, -1);
  if (!GO_FLOAT.test(digits)) return undefined;
  const value = Number(digits.replaceAll('_', ''));
  if (value < 0) return undefined;
  const mebibytes = Math.ceil(value * (multiplier ?? 1));
  return mebibytes < LARGEST ? BigInt(mebibytes) : undefined;
}

/** Units of sizes in rules, vocabularies and catalogs, in bytes. */
export const SIZE_UNITS: Readonly<Record<string, number>> = {
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  MB: 10 ** 6,
  GB: 10 ** 9,
  TB: 10 ** 12,
};

/** MiB for people: GiB with at most one decimal where that is exact (`4G`, `7.5G`), else MiB (`512M`, `1025M`). */
export function formatSize(mebibytes: number): string {
  const exact = mebibytes >= 1024 && (mebibytes * 10) % 1024 === 0;
  return exact ? `${formatDecimal((mebibytes * 10) / 1024, 1)}G` : `${mebibytes}M`;
}
