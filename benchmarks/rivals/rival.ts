import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/storage/files.ts';
import type { OfferFacts } from '../offer-facts.ts';
import type { Wanted } from '../wanted.ts';

/** One way of finding the cheapest offer, ready to be asked. */
export interface Finder {
  readonly name: string;
  /** Turns a request into a question, before anything is timed. */
  prepare(wanted: Wanted): Question;
  close?(): void;
}

/** The row of the cheapest offer, -1 where none fits. */
export type Question = () => number | Promise<number>;

export type MakeFinder = (facts: OfferFacts) => Finder | Promise<Finder>;

/** The folder whose package.json lists the libraries that stowage is compared with. */
export const RIVALS_ROOT: string = join(PACKAGE_ROOT, 'benchmarks');

/** A library of benchmarks/package.json. Its types are declared where it is used, so that nothing else needs it. */
export const loadLibrary = createRequire(join(RIVALS_ROOT, 'package.json')) as (name: string) => unknown;
