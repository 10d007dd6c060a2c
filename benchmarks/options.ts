/** What a run of the benchmarks was asked to do. */
export interface Options {
  /** Names of the sections, in order; empty means all. */
  readonly sections: readonly string[];
  /** How many offers the made-up catalogs of find-cheapest have; its own choice where undefined. */
  readonly sizes: readonly number[] | undefined;
  /** Whether find-cheapest is run over the shipped catalog too. */
  readonly shipped: boolean;
  /** Whether other libraries are measured beside what is written by hand. */
  readonly libraries: boolean;
  readonly json: string | undefined;
  readonly plot: string | undefined;
}

/** What is wrong with the arguments, as one line. */
export interface Misuse {
  readonly problem: string;
}

const LEAST_SIZE = 100;
const MOST_SIZE = 5_000_000;

function readSizes(text: string): readonly number[] | Misuse {
  const sizes = text.split(',').map(Number);
  const bad = sizes.some((size) => !Number.isInteger(size) || size < LEAST_SIZE || size > MOST_SIZE);
  return bad
    ? { problem: `--sizes ${text} is no list of whole numbers from ${LEAST_SIZE} to ${MOST_SIZE}, such as 1000,10000` }
    : sizes;
}

/** @param known names of sections */
export function readOptions(args: readonly string[], known: readonly string[]): Options | Misuse {
  const sections: string[] = [];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!;
    if (['--sizes', '--json', '--plot'].includes(arg)) {
      const value = args[(at += 1)];
      if (value === undefined || value.startsWith('--')) return { problem: `${arg} needs a value` };
      if (values.has(arg)) return { problem: `${arg} is given twice` };
      values.set(arg, value);
    } else if (arg === '--no-libraries') flags.add(arg);
    else if (known.includes(arg)) sections.push(arg);
    else return { problem: `${arg.startsWith('-') ? 'no option' : 'no benchmark'} is called "${arg}"` };
  }
  const sizes = values.has('--sizes') ? readSizes(values.get('--sizes')!) : undefined;
  if (sizes !== undefined && 'problem' in sizes) return sizes;
  return {
    sections,
    sizes,
    shipped: sizes === undefined,
    libraries: !flags.has('--no-libraries'),
    json: values.get('--json'),
    plot: values.get('--plot'),
  };
}
