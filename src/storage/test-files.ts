import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { isFile, isFolder, namesIn, readText } from './files.ts';
import { filesOf, shippedPacks } from './places.ts';

/** Where the tests of rules are: `X.test.yaml` beside `X.yaml`. */

/** A rule file with the file of its tests, by path and by what people call them. */
export interface TestedFile {
  readonly rules: { readonly path: string; readonly source: string };
  readonly tests: { readonly path: string; readonly source: string };
  /** Whether the file of tests is there. */
  readonly isTested: boolean;
}

const RULES = /(?<!\.test)\.yaml$/;
const TESTS = /\.test\.yaml$/;

const besides = (rules: { readonly path: string; readonly source: string }): TestedFile => {
  const [path, source] = [rules.path, rules.source].map((name) => name.replace(RULES, '.test.yaml')) as [
    string,
    string,
  ];
  return { rules, tests: { path, source }, isTested: isFile(path) };
};

/** Whether a file says of itself that it is one of rules: folders hold vocabularies and problem files as well. */
function isRules(path: string): boolean {
  const text = readText(path);
  return text.ok && /^["']?module["']?\s*:/m.test(text.value);
}

function filesBelow(folder: string, source: string): readonly TestedFile[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const called = source === '.' ? name : `${source.replace(/\/$/, '')}/${name}`;
    if (isFolder(path)) return name === 'node_modules' || name.startsWith('.') ? [] : filesBelow(path, called);
    return RULES.test(name) && isRules(path) ? [besides({ path, source: called })] : [];
  });
}

/**
 * Rule files with their tests. Without targets: all that are shipped.
 *
 * @param targets files of rules or of tests, folders (with all below them), names of shipped packs
 */
export function testedFiles(targets: readonly string[]): Result<readonly TestedFile[]> {
  const found = new Map<string, TestedFile>();
  const add = (files: readonly TestedFile[]): void => {
    for (const file of files) found.set(file.rules.path, file);
  };
  for (const target of targets.length === 0 ? shippedPacks() : targets) {
    if (isFolder(target)) {
      const below = filesBelow(target, target);
      if (below.length === 0)
        return fail({
          code: 'no-rules',
          message: `there are no rule files in ${target}`,
          path: target,
          hint: 'a rule file ends in .yaml and names its module',
        });
      add(below);
      continue;
    }
    const named = TESTS.test(target) ? target.replace(TESTS, '.yaml') : target;
    const files = filesOf(named);
    if (files === undefined || files.length === 0) {
      const hint = TESTS.test(target)
        ? `the rules that it tests are expected in ${named}`
        : didYouMean(target, shippedPacks());
      return fail({
        code: 'unknown-pack',
        message: `"${named}" is neither a rule file, nor a folder of them, nor a shipped pack`,
        path: target,
        ...(hint === undefined ? {} : { hint }),
      });
    }
    add(files.map(besides));
  }
  return ok([...found.values()]);
}

/** A pack that a file of tests uses: a shipped one by name, or a file beside it. */
export function usedPack(tests: string, name: string): string {
  const beside = join(dirname(tests), name);
  return isFile(beside) ? beside : name;
}
