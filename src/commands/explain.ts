import { Command } from 'commander';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { placeIn } from '../document/read.ts';
import { readProblemText } from '../plan/problem.ts';
import { type Answer, answerSchema } from '../plan/schema.ts';
import { type WhyNot, whyNotSchema } from '../plan/why-not-schema.ts';
import { FORMATS, isFormat, render, renderAnswer } from '../render/formats.ts';
import { whyNotBlocks } from '../render/why-not.ts';
import { readText } from '../storage/files.ts';
import { type AnswerOutputOptions, addAnswerOutputOptions, wholeNumber } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';

interface Options extends AnswerOutputOptions {
  readonly depth?: number;
}

type Saved =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'why-not'; readonly whyNot: WhyNot };

/** An answer that was saved as JSON or YAML. */
function readSaved(source: string, text: string): Result<Saved> {
  // Answers to models are as large as problems, and far larger than what people write.
  const document = readProblemText(source, text);
  if (!document.ok) return document;
  const format = (document.value.value as { readonly format?: unknown } | null)?.format;
  if (format === 'stowage.why-not/1') {
    const checked = checkDocument(document.value, whyNotSchema, 'a why-not answer');
    return checked.ok ? ok({ kind: 'why-not', whyNot: checked.value }) : checked;
  }
  if (format !== 'stowage.answer/1')
    return fail({
      code: 'no-answer',
      message: 'this is no answer: its format is neither stowage.answer/1 nor stowage.why-not/1',
      ...placeIn(document.value, ['format']),
      hint: 'save one with --format json -o FILE',
    });
  const checked = checkDocument(document.value, answerSchema, 'an answer');
  return checked.ok ? ok({ kind: 'answer', answer: checked.value }) : checked;
}

/** `stowage explain`: why a saved answer is what it is. */
export function explainCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('explain')
    .description('tell why a saved answer is what it is: proofs, price, what the others miss, what would be cheaper')
    .argument('<answer>', 'a file that --format json (or yaml) -o wrote; -: standard input')
    .option('--depth <steps>', 'tell proofs no deeper than this', wholeNumber(1));
  addAnswerOutputOptions(command);
  return command.action(async (path: string, { format, output, depth }: Options) => {
    const source = path === '-' ? '<stdin>' : path;
    const text = path === '-' ? process.stdin() : readText(path);
    if (!text.ok) return exit(report(process, text.diagnostics));
    const saved = readSaved(source, text.value);
    if (!saved.ok) return exit(report(process, saved.diagnostics));
    const { value } = saved;
    if (value.kind === 'why-not' && !isFormat(format))
      return exit(
        report(process, [
          {
            code: 'bad-format',
            message: `${source} tells why not, which has no machines to print as ${format}`,
            hint: `--format ${FORMATS.join('|')}`,
          },
        ]),
      );
    const shown =
      value.kind === 'answer'
        ? await renderAnswer(value.answer, format, {
            verbose: true,
            more: [],
            ...(depth === undefined ? {} : { depth }),
          })
        : await render(value.whyNot, isFormat(format) ? format : 'tabular', () => whyNotBlocks(value.whyNot, []));
    const fault = deliver(process, shown, output);
    exit(fault === undefined ? EXIT.answer : report(process, [fault]));
  });
}
