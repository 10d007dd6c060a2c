/** Runs of a property: few in `npm test`, many in `npm run fuzz`. */
export const FUZZING = process.env.STOWAGE_FUZZ !== undefined;

export function runs(few: number, many: number): { numRuns: number } {
  return { numRuns: FUZZING ? many : few };
}
