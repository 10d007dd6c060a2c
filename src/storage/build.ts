/** Stands for all code of the program: set by whatever bundles it. */
declare const STOWAGE_BUILD: string | undefined;

/**
 * A digest of the code that runs, so that nothing is kept from one build to the next; undefined where the code was not
 * bundled, and may change at any time.
 */
export const BUILD: string | undefined = typeof STOWAGE_BUILD === 'string' ? STOWAGE_BUILD : undefined;
