import { join } from 'node:path';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Document, readDocument } from '../document/read.ts';
import { isFile, isFolder, namesIn, readText } from './files.ts';

/** Reads folders of saved requests: problem files and request files, YAML or JSON. */

const isRequest = (name: string): boolean => /\.(ya?ml|json)$/.test(name) && !name.endsWith('.test.yaml');

const LIMITS = { maxLength: 64_000_000, maxNodes: 2_000_000 };

/** The documents of a folder, or of one file, in order of their names; every fault of every file. */
export function savedDocuments(path: string): Result<readonly Document[]> {
  const names = isFolder(path) ? namesIn(path).filter(isRequest) : [];
  const paths = isFile(path) ? [path] : names.map((name) => join(path, name)).filter(isFile);
  if (paths.length === 0) {
    return fail({
      code: 'no-requests',
      message: `there are no saved requests in ${path}`,
      path: '--requests',
      hint: 'name a folder of problem files, such as "stowage snapshot" writes, or of requests in YAML or JSON',
    });
  }
  const faults: Diagnostic[] = [];
  const documents = paths.flatMap((file): readonly Document[] => {
    const text = readText(file);
    const document = text.ok ? readDocument(file, text.value, LIMITS) : text;
    if (document.ok) return [document.value];
    faults.push(...document.diagnostics);
    return [];
  });
  return faults.length > 0 ? fail(...faults) : ok(documents);
}
