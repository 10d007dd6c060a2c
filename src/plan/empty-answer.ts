import type { Answer } from './schema.ts';

/** What an answer holds where nothing was found, or looked for; to be filled in. */
export function emptyAnswer(): Omit<Answer, 'format' | 'status' | 'inputs' | 'stats'> {
  return {
    cost: null,
    bound: null,
    gap: null,
    proof: null,
    machines: [],
    considered: { offers: 0, fit: 0, 'unpriced-fit': 0 },
    'runner-up': null,
    'juju-launchable': null,
    'full-speed': null,
    'without-reserve': null,
    'other-arch': null,
    'juju-pick': null,
    steps: [],
    notes: [],
    explanation: { needs: [], proofs: {}, 'price-steps': [], cheaper: [], savings: [], unpriced: [] },
  };
}
