import { boundOf, grainOf, isCoarse, PARTS, partsOf, roundedUp } from './bound.ts';
import { type Generation, generate } from './columns.ts';
import { searchCover } from './cover-search.ts';
import { dive } from './dive.ts';
import { fillingsAbove } from './filling.ts';
import { greedy, settled, shareValues } from './greedy.ts';
import type { IntegerEngine } from './integer.ts';
import { linearProgram, type Master } from './master.ts';
import {
  type Bin,
  ceilingsOf,
  isHeld,
  isPacking,
  type Packing,
  type PackingModel,
  type Pattern,
  type Use,
} from './packing.ts';
import { undominated } from './prune.ts';

/**
 * The cheapest packing, with a proof or with a bound: greedy packings, column generation for the bound, diving, whole
 * numbers of the patterns found, and of all patterns that a cheaper packing could be made of.
 */

export interface Progress {
  readonly phase: 'greedy' | 'columns' | 'dive' | 'integer' | 'proof';
  readonly cost: bigint | undefined;
  readonly bound: bigint;
  /** The packing, when it is a new one. */
  readonly packing?: Packing;
  /** What the bound rests on, when it is a new one. */
  readonly multipliers?: readonly bigint[];
}

export interface SolveLimits {
  /** Seconds that are left; Infinity where nothing limits them. */
  remaining(): number;
  /** Scales all limits on work: 1 unless given. */
  readonly effort?: number;
  readonly seed?: number;
  /** Only packings cheaper than this are of interest. */
  readonly cutoff?: bigint | undefined;
  report?(progress: Progress): void;
}

export interface PackingAnswer {
  /**
   * optimal: cost and bound are equal. feasible: there may be something cheaper. infeasible: proved. unknown: nothing
   * was found, and nothing proved. cut: proved that nothing is cheaper than the cutoff.
   */
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown' | 'cut';
  readonly packing: Packing | undefined;
  readonly bound: bigint;
  /** What the bound rests on: multipliers alone, or the search through all patterns that could be part of a cheaper one. */
  readonly proof: 'multipliers' | 'enumeration';
  /** By row, in thousandths; see `boundOf`. */
  readonly multipliers: readonly bigint[];
  /** Seconds are not told: they would differ from run to run. */
  readonly rounds: number;
  readonly patterns: number;
}

/** Patterns that the proof may need, at the most; and branches in looking for them. */
const MOST_PATTERNS = 20_000;
/** Patterns that whole numbers are looked for of, where not all can be. */
const MOST_PROMISING = 2_000;
/** Of the time that there is, so much may go into the bound. */
const SHARE_OF_COLUMNS = 0.6;

export function solvePacking(
  whole: PackingModel,
  integer: IntegerEngine,
  limits: SolveLimits,
  master: Master = linearProgram,
): PackingAnswer {
  const { remaining, effort = 1, seed = 0, cutoff, report } = limits;
  const kept = undominated(whole);
  const model: PackingModel = { ...whole, bins: kept.map((bin) => whole.bins[bin]!) };
  const grain = grainOf(model);
  let best: Packing | undefined;
  let bound = 0n;
  /** What a packing has to be cheaper than. */
  const toBeat = (): bigint | undefined =>
    best === undefined ? cutoff : cutoff === undefined || best.cost < cutoff ? best.cost : cutoff;
  const original = ({ uses, cost }: Packing): Packing => ({
    cost,
    uses: uses.map(({ pattern, times }) => ({ pattern: { ...pattern, bin: kept[pattern.bin]! }, times })),
  });
  const tell = (phase: Progress['phase'], packing?: Packing): void =>
    report?.({ phase, cost: best?.cost, bound, ...(packing === undefined ? {} : { packing: original(packing) }) });
  const offer = (uses: readonly Use[] | undefined, phase: Progress['phase']): void => {
    if (uses === undefined || !isPacking(model, uses)) return;
    const better = settled(model, uses);
    const packing = isPacking(model, better.uses) ? better : undefined;
    if (packing !== undefined && (best === undefined || packing.cost < best.cost)) {
      best = packing;
      tell(phase, packing);
    }
  };
  const expired = (): boolean => remaining() <= 0;
  const nothing = (status: 'infeasible' | 'unknown'): PackingAnswer => ({
    status,
    packing: undefined,
    bound,
    proof: 'enumeration',
    multipliers: model.rows.map(() => 0n),
    rounds: 0,
    patterns: 0,
  });

  if (!isHeldSomewhere(model)) return nothing('infeasible');
  const shares = shareValues(model);
  offer(greedy(model, shares), 'greedy');
  offer(greedy(model, new Float64Array(shares.length).fill(1)), 'greedy');
  if (best === undefined) {
    // Supplies may not suffice. Whether they do is a packing problem of its own.
    const {
      status,
      packing,
      bound: least,
    } = solvePacking(withSpares(model), integer, { remaining, effort, seed }, master);
    const enough = BigInt(spareOf(model));
    if (packing !== undefined && packing.cost < enough) offer(packing.uses, 'greedy');
    else return nothing(status === 'optimal' && least >= enough ? 'infeasible' : 'unknown');
  }
  const spent = remaining() * (1 - SHARE_OF_COLUMNS);
  const generation: Generation = generate(
    model,
    master,
    (best as Packing | undefined)?.uses.map(({ pattern }) => pattern) ?? [],
    {
      nodes: 400 * effort,
      rounds: 400,
      expired: () => remaining() < spent || expired(),
      enough: toBeat() ?? 0n,
    },
  );
  const least = roundedUp(generation.bound, grain);
  if (least > bound) bound = least;
  report?.({ phase: 'columns', cost: (best as Packing | undefined)?.cost, bound, multipliers: generation.multipliers });
  /** Whether nothing can be cheaper than what is known. */
  const isProved = (): boolean => bound >= (toBeat() ?? bound + 1n);
  const finish = (proof: PackingAnswer['proof']): PackingAnswer => ({
    status:
      cutoff !== undefined && bound >= cutoff && (best === undefined || best.cost >= cutoff)
        ? 'cut'
        : best === undefined
          ? 'unknown'
          : best.cost <= bound
            ? 'optimal'
            : 'feasible',
    packing: best === undefined ? undefined : original(best),
    bound: best !== undefined && bound > best.cost ? best.cost : bound,
    proof,
    multipliers: generation.multipliers,
    rounds: generation.rounds,
    patterns: generation.patterns.length,
  });
  if (isProved()) return finish('multipliers');

  /** Whether the best packing is proved to be the cheapest one, or a cheaper one is found that is. */
  const proveByEnumeration = (): boolean => {
    if (expired()) return false;
    // The dearest of what is cheaper, and a multiple of the grain, which a cutoff need not be.
    const most = (): bigint => (grain > 0n ? ((toBeat()! - 1n) / grain) * grain : toBeat()! - 1n);
    const { patterns, complete } = patternsBelow(model, generation, most(), 40_000 * effort, MOST_PATTERNS);
    if (!complete || patterns.length > MOST_PATTERNS) return false;
    const { multipliers, surplus } = generation;
    const search = searchCover(model, { multipliers, surplus, patterns, most: most(), nodes: 100_000 * effort });
    offer(search.uses, 'proof');
    if (!search.complete) {
      const answer = integer.cover(model, patterns, {
        seconds: remaining(),
        nodes: 2_000 * effort,
        seed,
        below: toBeat()!,
      });
      offer(answer.uses, 'proof');
      if (!answer.proved || !isCoarse(model, toBeat()!)) return false;
    }
    bound = toBeat()!;
    return true;
  };

  /** Of each bin the patterns that a much cheaper packing would be made of: as many as an engine can weigh. */
  const promising = (): readonly Pattern[] => {
    const slack = toBeat()! - boundOf(model, generation.multipliers, generation.surplus);
    const mostOfBin = Math.ceil(MOST_PROMISING / model.bins.length);
    return model.bins.flatMap((_, bin) => {
      for (let share = 1n; ; share *= 2n) {
        const most = toBeat()! - slack + slack / share;
        const { patterns, complete } = patternsBelow(model, generation, most, 2_000 * effort, mostOfBin, [bin]);
        if (complete || share > 64n) return patterns;
      }
    });
  };

  const duals = Float64Array.from(generation.multipliers, (each) => Number(each) / Number(PARTS));
  offer(greedy(model, duals), 'greedy');
  if (!expired())
    offer(dive(model, master, generation.patterns, { nodes: 200 * effort, rounds: 6, expired, enough: 0n }), 'dive');
  if (isProved()) return finish('multipliers');
  if (proveByEnumeration()) return finish('enumeration');
  if (!expired()) {
    const answer = integer.cover(model, [...generation.patterns, ...promising()], {
      seconds: remaining(),
      nodes: 1_000 * effort,
      seed,
      below: toBeat()!,
    });
    const before = (best as Packing | undefined)?.cost;
    offer(answer.uses, 'integer');
    if ((best as Packing | undefined)?.cost !== before && !isProved() && proveByEnumeration())
      return finish('enumeration');
  }
  return finish('multipliers');
}

/** Whether some kind of bin can hold each row that is demanded. */
function isHeldSomewhere(model: PackingModel): boolean {
  return (
    model.rows.every(({ demand }, row) => demand === 0 || isHeld(model, row)) &&
    model.evenly.every((lot) => lot.rows.filter((row) => isHeld(model, row)).length >= lot.extra)
  );
}

/** More than any packing of bins at a price of 1 can cost: at the most each unit has a bin of its own. */
function spareOf({ rows, evenly }: PackingModel): number {
  const units = rows.reduce((sum, { demand }) => sum + demand, 0);
  return evenly.reduce((sum, { extra }) => sum + extra, units) + 1;
}

/** The model at a price of 1 for each bin, and of more than all of them for spare ones, which hold any one unit. */
function withSpares(model: PackingModel): PackingModel {
  const spares = model.rows.flatMap((_, row): Bin[] => {
    const size = model.bins.find((bin) => bin.sizes[row] !== undefined)?.sizes[row];
    if (size === undefined) return [];
    const sizes = model.rows.map((_, other) => (other === row ? size : undefined));
    return [{ price: spareOf(model), capacity: size, sizes, supply: undefined }];
  });
  return { ...model, bins: [...model.bins.map((bin) => ({ ...bin, price: 1 })), ...spares] };
}

/**
 * All patterns that a packing of at most `cost` could be made of: none of them may be worth less than its price by more
 * than such a packing costs beyond the bound of the multipliers (reduced cost fixing).
 */
function patternsBelow(
  model: PackingModel,
  { multipliers, surplus }: Generation,
  cost: bigint,
  nodes: number,
  mostOfBin: number,
  bins: Iterable<number> = model.bins.keys(),
): { readonly patterns: readonly Pattern[]; readonly complete: boolean } {
  // Doubles err by less than one.
  const slack = Number((cost * PARTS - partsOf(model, multipliers, surplus)) / PARTS) + 1;
  if (slack < 0) return { patterns: [], complete: true };
  const values = Float64Array.from(multipliers, (each) => Number(each) / Number(PARTS));
  const most = ceilingsOf(model);
  const patterns: Pattern[] = [];
  let isComplete = true;
  for (const index of bins) {
    const bin = model.bins[index]!;
    const over = bin.supply === undefined ? 0 : Number(surplus[bin.supply]!) / Number(PARTS);
    const threshold = bin.price + over - slack - 1;
    const { counts, complete } = fillingsAbove(model, bin, values, { threshold, nodes, most }, mostOfBin);
    isComplete &&= complete;
    for (const each of counts) patterns.push({ bin: index, counts: each });
  }
  return { patterns, complete: isComplete };
}
