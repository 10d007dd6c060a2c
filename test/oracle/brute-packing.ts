import type { PackingModel } from '../../src/solve/packing.ts';

/** The cheapest packing of a very small model, by trying everything; undefined where there is none. */
export function brutePacking(model: PackingModel): number | undefined {
  const { rows, bins, supplies, evenly } = model;
  const fillings: {
    readonly price: number;
    readonly supply: number | undefined;
    readonly counts: readonly number[];
  }[] = [];
  for (const { price, capacity, sizes, supply, most: own } of bins) {
    const visit = (row: number, counts: readonly number[]): void => {
      if (row === rows.length) {
        if (counts.some((count) => count > 0)) fillings.push({ price, supply, counts });
        return;
      }
      const { demand, most, apart } = rows[row]!;
      for (let count = 0; count <= Math.min(demand + 1, most, own?.[row] ?? Number.POSITIVE_INFINITY); count += 1) {
        const next = [...counts, count];
        const holds = capacity.every(
          (room, dimension) =>
            next.reduce((sum, each, one) => sum + (each === 0 ? 0 : each * (sizes[one]?.[dimension] ?? 0)), 0) <= room,
        );
        if (count > 0 && (sizes[row] === undefined || !holds || apart.some((other) => (next[other] ?? 0) > 0)))
          continue;
        visit(row + 1, next);
      }
    };
    visit(0, []);
  }
  const known = new Map<string, number>();
  const least = (demand: readonly number[], left: readonly number[]): number => {
    if (demand.every((count) => count === 0)) return 0;
    const key = `${demand.join()}|${left.join()}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const first = demand.findIndex((count) => count > 0);
    let best = Number.POSITIVE_INFINITY;
    for (const { price, supply, counts } of fillings) {
      if (counts[first] === 0 || (supply !== undefined && left[supply] === 0)) continue;
      const rest = demand.map((count, row) => Math.max(0, count - counts[row]!));
      const still = left.map((count, one) => count - (one === supply ? 1 : 0));
      best = Math.min(best, price + least(rest, still));
    }
    known.set(key, best);
    return best;
  };
  let demands: readonly (readonly number[])[] = [rows.map((row) => row.demand)];
  for (const { rows: lot, extra } of evenly) {
    const choices: number[][] = [];
    const choose = (from: number, chosen: number[]): void => {
      if (chosen.length === extra) choices.push(chosen);
      else for (let at = from; at < lot.length; at += 1) choose(at + 1, [...chosen, lot[at]!]);
    };
    choose(0, []);
    demands = demands.flatMap((demand) =>
      choices.map((chosen) => demand.map((count, row) => count + (chosen.includes(row) ? 1 : 0))),
    );
  }
  const best = Math.min(...demands.map((demand) => least(demand, supplies)));
  return Number.isFinite(best) ? best : undefined;
}
