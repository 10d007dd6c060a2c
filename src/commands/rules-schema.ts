import { Argument, Command } from 'commander';
import { AUTHORS_SCHEMAS } from '../rules/json-schema.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { testJsonSchema } from '../workbench/test-json-schema.ts';
import { collect } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';

interface Options {
  readonly vocabulary?: readonly string[];
  readonly output?: string;
}

const HELP = `
An editor that knows YAML completes names and values by it, and shows what they mean. The first line of a file says where
it is:
  # yaml-language-server: $schema=rules.schema.json

Examples:
  stowage rules schema -o rules.schema.json
  stowage rules schema --vocabulary acme.yaml -o rules.schema.json
  stowage rules schema tests -o tests.schema.json
  stowage rules schema vocabulary -o vocabulary.schema.json
`;

/** The kinds of files that rule authors write, each with its schema. */
const SCHEMAS: typeof AUTHORS_SCHEMAS = { ...AUTHORS_SCHEMAS, tests: testJsonSchema };

/** `stowage rules schema`: the JSON Schema of files that rule authors write, with the words that they may use. */
export function rulesSchemaCommand(process: Process, exit: (code: number) => void): Command {
  const kinds = Object.keys(SCHEMAS);
  return new Command('schema')
    .description('print the JSON Schema of rule files, for editors')
    .addArgument(new Argument('[kind]', 'the kind of file').choices(kinds).default('rules'))
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .option('-o, --output <file>', 'write to a file')
    .addHelpText('after', HELP)
    .action(async (kind: string, { vocabulary = [], output }: Options) => {
      const loader = await loaderSpeaking(process.env, vocabulary);
      if (!loader.ok) return exit(report(process, loader.diagnostics));
      const schema = SCHEMAS[kind]!(await loader.value.vocabulary());
      const fault = deliver(process, `${JSON.stringify(schema, null, 2)}\n`, output);
      exit(fault === undefined ? EXIT.answer : report(process, [fault]));
    });
}
