/** What must be done again after files were saved: nothing is asked of the files themselves. */

/** Files that a module and its tests were read from. */
export interface WatchedModule {
  readonly module: string;
  readonly rules: string;
  readonly tests: string;
  /** Files of the rules that its tests use beside its own. */
  readonly uses: readonly string[];
}

export interface Rerun {
  /** Modules to test again, in order. */
  readonly modules: readonly string[];
  /** Whether saved requests are to be planned again. */
  readonly plans: boolean;
  /** Whether files may have come or gone, so that all is to be read anew. */
  readonly all: boolean;
}

/**
 * Tests of a module are run again when its rules, its tests or rules that it uses were saved; saved requests are planned
 * again when rules or they themselves were.
 *
 * @param saved paths of files that were saved
 * @param requests paths of saved requests
 */
export function rerunAfter(
  saved: readonly string[],
  modules: readonly WatchedModule[],
  requests: readonly string[],
): Rerun {
  const known = new Set(modules.flatMap(({ rules, tests }) => [rules, tests]));
  const strange = saved.filter((path) => !known.has(path) && !requests.includes(path));
  const all = strange.some((path) => path.endsWith('.yaml'));
  const touched = modules.filter(({ rules, tests }) => all || saved.includes(rules) || saved.includes(tests));
  const changed = new Set(modules.filter(({ rules }) => all || saved.includes(rules)).map(({ rules }) => rules));
  // Rules that are used by rules that are used count as well.
  for (let size = -1; size !== changed.size; ) {
    size = changed.size;
    for (const { rules, uses } of modules) if (uses.some((use) => changed.has(use))) changed.add(rules);
  }
  const again = modules.filter((module) => touched.includes(module) || changed.has(module.rules));
  return {
    modules: again.map(({ module }) => module),
    plans: all || changed.size > 0 || saved.some((path) => requests.includes(path)),
    all,
  };
}
