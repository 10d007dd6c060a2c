import { Command } from 'commander';
import type { Vocabulary } from '../catalog/value.ts';
import { fail } from '../diagnostic/diagnostic.ts';
import { visible } from '../diagnostic/visible.ts';
import type { Line } from '../document/lines.ts';
import {
  type Constraints,
  canonicalConstraint,
  canonicalConstraints,
  parseConstraints,
} from '../request/constraints.ts';
import { type CompatMode, type Dialect, dialectOf } from '../request/dialect.ts';
import { KEYS } from '../request/keys.ts';
import { loaderFor } from '../storage/loader.ts';
import { compatOption } from './options.ts';
import { EXIT, type Process, report } from './process.ts';
import { answerLines, type LineAnswer, lineFault } from './stream.ts';

/** What differs between two sets of constraints, a line a key; empty when they mean the same. */
function differences(left: Constraints, right: Constraints): readonly string[] {
  const of = (constraints: Constraints, key: string): string => {
    const found = [...constraints.byKey.values()].find((constraint) => constraint.key === key);
    return found === undefined ? 'not given' : canonicalConstraint(found);
  };
  return [...KEYS.keys()]
    .filter((key) => of(left, key) !== of(right, key))
    .map((key) => `${key}: ${of(left, key)} | ${of(right, key)}`);
}

/** The longest accepted line, in bytes. */
const LONGEST_LINE = 1_000_000;

/** An empty line is a text without constraints. */
function canonicalLine(line: Line, vocabulary: Vocabulary, dialect: Dialect): LineAnswer {
  const parsed =
    line.text === undefined
      ? fail(lineFault('<stdin>', line, LONGEST_LINE))
      : parseConstraints([{ source: '<stdin>', text: line.text }], vocabulary, dialect);
  if (parsed.ok) return { text: JSON.stringify({ canonical: canonicalConstraints(parsed.value) }), exit: EXIT.answer };
  const { code, message } = parsed.diagnostics[0]!;
  return { text: JSON.stringify({ error: { code, message } }), exit: EXIT.badInput };
}

/** `stowage constraints`: constraint texts parsed, written canonically, compared. */
export function constraintsCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('constraints')
    .description("parse constraints in Juju's grammar and print them canonically; compare two texts")
    .argument(
      '<text>',
      'constraints, such as "mem=4G cores=2"; -: a text a line from standard input, a JSON object a line out',
    )
    .argument('[other]', 'constraints to compare with: exit code 1 when they differ')
    .addOption(compatOption().default('none'))
    .action(async (text: string, other: string | undefined, { compat }: { readonly compat: CompatMode }) => {
      const vocabulary = await loaderFor(process.env).vocabulary();
      const dialect = dialectOf(compat, vocabulary);
      if (text === '-') {
        const stream = { path: undefined, output: undefined, longest: LONGEST_LINE, eager: false };
        return exit(await answerLines(process, stream, (line) => canonicalLine(line, vocabulary, dialect)));
      }
      const parsed = parseConstraints([{ source: 'text', text }], vocabulary, dialect);
      if (!parsed.ok) return exit(report(process, parsed.diagnostics));
      if (other === undefined) {
        process.out(`${visible(canonicalConstraints(parsed.value))}\n`);
        return exit(EXIT.answer);
      }
      const against = parseConstraints([{ source: 'other', text: other }], vocabulary, dialect);
      if (!against.ok) return exit(report(process, against.diagnostics));
      const lines = differences(parsed.value, against.value);
      process.out(lines.length === 0 ? 'the same\n' : `${lines.map(visible).join('\n')}\n`);
      exit(lines.length === 0 ? EXIT.answer : EXIT.noAnswer);
    });
}
