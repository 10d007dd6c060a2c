import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { explain } from './explain.ts';
import { findCheapest } from './find-cheapest.ts';
import { type Section, toMarkdown } from './harness.ts';
import { startUp } from './start-up.ts';

/**
 * npm run bench [-- NAME ...] [--json FILE]
 *
 * Runs the benchmarks (all of them unless named) and prints Markdown. Answers are compared before they are timed.
 */

const SECTIONS: Readonly<Record<string, () => Section>> = {
  'find-cheapest': findCheapest,
  explain,
  'start-up': startUp,
};

const args = process.argv.slice(2);
const at = args.indexOf('--json');
const json = at === -1 ? undefined : args.splice(at, 2)[1];
const unknown = args.find((name) => SECTIONS[name] === undefined);
if (unknown !== undefined || (at !== -1 && json === undefined)) {
  console.error(`usage: npm run bench -- [${Object.keys(SECTIONS).join('] [')}] [--json FILE]`);
  process.exit(2);
}
const sections = (args.length === 0 ? Object.keys(SECTIONS) : args).map((name) => SECTIONS[name]!());
const machine = `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
console.log(`# Benchmarks\n\n${machine}\n`);
for (const section of sections) console.log(toMarkdown(section));
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, sections }, null, 2)}\n`);
