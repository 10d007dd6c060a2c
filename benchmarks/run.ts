import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { compileSection } from './compile.ts';
import { deriveCapabilities } from './derive.ts';
import { editSection } from './edit.ts';
import { explain } from './explain.ts';
import { findCheapest } from './find-cheapest.ts';
import { type Section, toMarkdown } from './harness.ts';
import { installLibraries } from './install.ts';
import { models } from './models.ts';
import { type Options, readOptions } from './options.ts';
import { plot } from './plot.ts';
import { startUp } from './start-up.ts';
import { streams } from './streams.ts';

/**
 * npm run bench [-- NAME ...] [--sizes 1000,10000] [--no-libraries] [--json FILE] [--plot FILE]
 *
 * Runs the benchmarks (all of them unless named) and prints Markdown. Answers are compared before they are timed.
 */

const SECTIONS: Readonly<Record<string, (options: Options) => Section | Promise<Section>>> = {
  'find-cheapest': findCheapest,
  derive: deriveCapabilities,
  compile: compileSection,
  edit: editSection,
  explain,
  'start-up': startUp,
  streams,
  models,
};
/** Sections that compare stowage with libraries of benchmarks/package.json. */
const WITH_LIBRARIES: readonly string[] = ['find-cheapest', 'derive'];

const usage = `usage: npm run bench -- [${Object.keys(SECTIONS).join('] [')}] [--sizes 1000,10000] [--no-libraries] [--json FILE] [--plot FILE]`;

function stop(problem: string, hint: string): never {
  console.error(`bench: ${problem}; ${hint}`);
  process.exit(2);
}

const options = readOptions(process.argv.slice(2), Object.keys(SECTIONS));
if ('problem' in options) stop(options.problem, usage);
const names = options.sections.length === 0 ? Object.keys(SECTIONS) : options.sections;
if (options.libraries && names.some((name) => WITH_LIBRARIES.includes(name))) {
  const problem = installLibraries();
  if (problem !== undefined) stop(problem, '--no-libraries measures without them');
}
const sections: Section[] = [];
for (const name of names) {
  if (process.stderr.isTTY) console.error(`${name} …`);
  sections.push(await SECTIONS[name]!(options));
}
const machine = `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
console.log(`# Benchmarks\n\n${machine}\n`);
for (const section of sections) console.log(toMarkdown(section));
if (options.json !== undefined) write(options.json, `${JSON.stringify({ machine, sections }, null, 2)}\n`);
if (options.plot !== undefined) write(options.plot, plot(sections, machine));

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    stop(`cannot write ${path} (${(error as NodeJS.ErrnoException).code})`, 'the results stand above');
  }
}
