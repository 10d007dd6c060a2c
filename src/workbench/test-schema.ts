import { z } from 'zod';
import type { Attribute, Vocabulary } from '../catalog/value.ts';

/** The shape of a test file (`X.test.yaml` beside `X.yaml`): facts, what rules make of them, and what must not be read. */

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const text = z.union([z.string(), z.number()]);
const fact = z.union([scalar, z.array(text)]);
const names = z.array(z.string());

/** The groups of facts that are named as attributes are: `type.cores` stands as `cores` under `type`. */
export const FACT_GROUPS = ['type', 'offer', 'image', 'request'] as const;
export type FactGroup = (typeof FACT_GROUPS)[number];

const anyFacts = z.record(z.string(), fact);

function schemaOfFacts(groups: Readonly<Record<FactGroup, z.ZodType<Readonly<Record<string, unknown>>>>>) {
  return z
    .strictObject({
      type: groups.type.optional(),
      offer: groups.offer.optional(),
      image: groups.image.optional(),
      request: groups.request.optional(),
      guests: z
        .record(z.string(), z.int().min(0))
        .optional()
        .meta({ description: 'How many guests of each kind the host holds, for reserves.' }),
    })
    .meta({ id: 'facts', description: 'What is known. An attribute that is not stated is unknown.' });
}

const ask = z
  .strictObject({
    placement: text.optional(),
    constraints: z.string().optional(),
    base: z.string().optional(),
    count: z.int().min(1).optional(),
  })
  .meta({ id: 'ask', description: 'What is asked for, as in a problem file.' });

const levels = z.record(z.string(), z.union([z.boolean(), text]));

const expectationOf = (can: typeof levels) =>
  z
    .strictObject({
      can: can
        .optional()
        .meta({ description: 'Per capability: a version, any, true (in whatever version), false, or unknown.' }),
      'provides-via': z
        .union([z.record(z.string(), z.string()), names])
        .optional()
        .meta({
          description: 'Per capability how it comes about, or the rule that gives it; or a list of such rules.',
        }),
      'refused-by': names.optional().meta({ description: 'All rules that refuse, unknown facts included.' }),
      warnings: names.optional().meta({ description: 'All rules that warn.' }),
      price: text.optional().meta({ description: 'USD an hour after price rules, or unknown.' }),
      rank: text.optional().meta({ description: 'USD an hour that the offer ranks by after preferences, or unknown.' }),
      facts: z
        .record(z.string(), fact)
        .optional()
        .meta({ description: 'Facts as rules have them, by whole names (type.gpus): stated, or set; or unknown.' }),
      reserves: z
        .union([z.int().min(0), z.strictObject({ mem: z.int().min(0).optional(), cores: z.int().min(0).optional() })])
        .optional()
        .meta({ description: 'What the host keeps back: MiB of memory, or mem and cores.' }),
      plan: z
        .strictObject({
          type: z.string().optional(),
          cloud: z.string().optional(),
          region: z.string().optional(),
          market: z.enum(['on-demand', 'spot']).optional(),
          image: z.string().optional(),
          price: text.optional(),
          cost: text.optional(),
        })
        .optional()
        .meta({ description: 'What of the offers is chosen.' }),
      error: z.literal('no-offer').optional().meta({ description: 'That nothing among the offers fits.' }),
      core: names.optional().meta({ description: 'A smallest set of needs, or rules, that clash.' }),
      relaxation: z
        .strictObject({ changes: names.optional(), type: z.string().optional(), price: text.optional() })
        .optional()
        .meta({ description: 'The first way out.' }),
    })
    .meta({ id: 'expect', description: 'At least one thing that the rules must conclude.' });

const expectation = expectationOf(levels);

function schemaOver(facts: ReturnType<typeof schemaOfFacts>, expectation: ReturnType<typeof expectationOf>) {
  const given = names.optional().meta({ description: 'Named facts, merged in this order.' });
  const shared = { given, with: facts.optional(), ask: ask.optional() };
  const row = z.strictObject({ name: text, ...shared, expect: expectation });
  return z
    .strictObject({
      format: z.literal(1),
      tests: z.string().meta({ description: 'The module under test.' }),
      use: names.optional().meta({ description: 'Packs that are loaded beside the module.' }),
      facts: z.record(z.string(), facts).optional().meta({ description: 'Facts by name, to be given to rows.' }),
      cases: z
        .record(
          z.string(),
          z.strictObject({
            ...shared,
            offers: z
              .array(z.strictObject({ given, with: facts.optional() }))
              .min(1)
              .optional()
              .meta({ description: 'What there is to choose from, for plan and error.' }),
            'for-each': z.array(row).min(1).optional(),
            expect: expectation.optional(),
          }),
        )
        .optional(),
      invalid: z
        .record(
          z.string(),
          z.strictObject({
            let: z.record(z.string(), z.unknown()).optional(),
            rules: z.record(z.string(), z.unknown()).optional(),
            tables: z.record(z.string(), z.unknown()).optional(),
            error: z.string().meta({ description: 'The code that refuses it.' }),
          }),
        )
        .optional()
        .meta({ description: 'Fragments of rule files that must be refused, each with the code that refuses it.' }),
      always: z
        .record(
          z.string(),
          z.strictObject({
            request: anyFacts.optional().meta({ description: 'Request attributes of every request that is tried.' }),
            plans: z.unknown().meta({ description: 'A condition that every machine of every plan must meet.' }),
          }),
        )
        .optional()
        .meta({ description: 'What holds of every plan over the catalog, for generated and saved requests.' }),
      snapshot: z
        .record(
          z.string(),
          z.strictObject({
            problem: z.string().meta({ description: 'A problem file, beside this one.' }),
            plan: z.record(z.string(), text).meta({ description: 'What its answer must be.' }),
          }),
        )
        .optional()
        .meta({ description: 'Plans of saved requests, to be read in a diff.' }),
    })
    .meta({ id: 'stowage-rule-tests-1', title: 'tests of stowage rules' });
}

const anyGroups = { type: anyFacts, offer: anyFacts, image: anyFacts, request: anyFacts };
/** Any facts: what they are called and may be is judged by the vocabulary, with better words than a schema has. */
export const testFileSchema = schemaOver(schemaOfFacts(anyGroups), expectation);

export type TestFileText = z.infer<typeof testFileSchema>;
export type ExpectationText = z.infer<typeof expectation>;
export type FactsText = z.infer<ReturnType<typeof schemaOfFacts>>;
export type AskText = z.infer<typeof ask>;

function schemaOfAttribute({ kind, doc }: Attribute): z.ZodType {
  const described = <T extends z.ZodType>(schema: T): T => schema.meta({ description: doc }) as T;
  switch (kind.kind) {
    case 'bool':
      return described(z.union([z.boolean(), z.enum(['true', 'false'])]));
    case 'number':
      return described(text);
    case 'enum': {
      // An open list helps an editor to complete, and admits others.
      const known = z.enum(kind.values as [string, ...string[]]);
      return described(kind.open ? z.union([known, text]) : known);
    }
    case 'set': {
      const member = kind.open || kind.values.length === 0 ? text : z.enum(kind.values as [string, ...string[]]);
      return described(z.union([z.array(member), z.string()]));
    }
    default:
      return described(text);
  }
}

/** The schema of test files in the words of a vocabulary, for editors: names, values and what they mean. */
export function testSchemaFor(vocabulary: Vocabulary): z.ZodType {
  const groupOf = (group: FactGroup): z.ZodType<Readonly<Record<string, unknown>>> => {
    const own = [...vocabulary.attributes.values()].filter(({ name }) => name.startsWith(`${group}.`));
    return z.strictObject(
      Object.fromEntries(
        own.map((attribute) => [attribute.name.slice(group.length + 1), schemaOfAttribute(attribute).optional()]),
      ),
    );
  };
  const capabilities = [...vocabulary.capabilities.values()].map(
    ({ name, doc }) => [name, z.union([z.boolean(), text]).optional().meta({ description: doc })] as const,
  );
  return schemaOver(
    schemaOfFacts({
      type: groupOf('type'),
      offer: groupOf('offer'),
      image: groupOf('image'),
      request: groupOf('request'),
    }),
    expectationOf(z.strictObject(Object.fromEntries(capabilities)) as unknown as typeof levels),
  );
}
