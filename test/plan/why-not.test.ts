import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOfValue } from '../../src/document/read.ts';
import { solveProblem } from '../../src/index.ts';
import { readProblem } from '../../src/plan/problem.ts';
import { whyNot } from '../../src/plan/why-not.ts';
import { whyNotSchema } from '../../src/plan/why-not-schema.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { problems } from '../arbitraries/world.ts';
import { stowage } from '../support/cli.ts';
import { runs } from '../support/fuzz.ts';

const inputs = storedInputs();
type Problem = typeof problems extends fc.Arbitrary<infer P> ? P : never;

/** Each type of a problem, with why it is not the answer, and what asking for it by name gives. */
function held(problem: Problem) {
  const read = readProblem(documentOfValue('problem', problem), inputs);
  fc.pre(read.ok);
  if (!read.ok) return [];
  const { compiled, request, options } = read.value;
  fc.pre(request.count === 1 && !request.constraints.byKey.has('instance-type'));
  const names = [...new Set(problem.catalog.types.map(({ name }) => name))];
  const told = whyNot(compiled, request, names, options.at);
  expect(whyNotSchema.safeParse(told).error).toBeUndefined();
  const answer = solveProblem(problem);
  return told.subjects.map((subject) => {
    const constraints = `${String(problem.request.constraints ?? '')} instance-type=${subject.subject}`.trim();
    const named = solveProblem({ ...problem, request: { ...problem.request, constraints } });
    return { subject, answer, named };
  });
}

describe('why not', () => {
  it('finds nothing missing exactly where asking by name finds the type, at the price that is told', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        for (const { subject, answer, named } of held(problem)) {
          const { verdict, offer } = subject;
          if (verdict === 'fits' || verdict === 'chosen') {
            expect(named.machines[0]).toMatchObject({ type: subject.subject, price: offer?.price });
            expect(verdict === 'chosen').toBe(named.machines[0]?.type === answer.machines[0]?.type);
          } else expect(named.machines).toEqual([]);
        }
      }),
      runs(50, 10_000),
    );
  });

  it('gives ways that get the very type', () => {
    let seen = 0;
    fc.assert(
      fc.property(problems, (problem) => {
        for (const { subject } of held(problem)) {
          for (const { request } of subject.ways) {
            seen += 1;
            const again = solveProblem({ ...problem, request });
            expect(again.diagnostics).toBeUndefined();
            expect(again.machines[0]?.type).toBe(subject.subject);
          }
        }
      }),
      runs(50, 10_000),
    );
    expect(seen).toBeGreaterThan(0);
  });

  it('tells names that do not exist from those that are misspelt', () => {
    const ran = stowage(['why-not', 'm5.larg', 'no-such-thing', 'm5.large', '--cloud', 'aws', '--region', 'us-east-1']);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('m5.large in aws us-east-1');
    expect(ran.err).toBe(
      [
        'error: no type or image is called "m5.larg"',
        '  at subject',
        '  hint: did you mean m5.large?',
        'error: "no-such-thing" is not in this catalog',
        '  at subject',
        '  hint: stowage catalog list shows what it holds; --catalog names another',
        '',
      ].join('\n'),
    );
    const json = stowage(['why-not', 'm5.larg', '--cloud', 'aws', '--region', 'us-east-1', '--format', 'json']);
    expect(JSON.parse(json.out).subjects[0]).toMatchObject({ verdict: 'misspelt', nearest: ['m5.large'] });
  });

  it('tells a type that is not sold in the regions asked for', () => {
    const problem = {
      format: 'stowage.problem/1',
      catalog: {
        types: [
          { name: 'a', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096 },
          { name: 'b', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096 },
        ],
        offers: [
          { type: 'a', region: 'here', market: 'on-demand', price: '1' },
          { type: 'b', region: 'there', market: 'on-demand', price: '0.5' },
        ],
        images: [{ id: 'u', os: 'ubuntu', release: '24.04', arch: 'amd64', virt: ['kvm'] }],
        regions: [],
      },
      rules: [],
      request: { kind: 'machine', constraints: 'region=here' },
    };
    const read = readProblem(documentOfValue('problem', problem), inputs);
    if (!read.ok) throw new Error(read.diagnostics[0]!.message);
    const { compiled, request } = read.value;
    expect(whyNot(compiled, request, ['b']).subjects[0]).toMatchObject({
      verdict: 'elsewhere',
      misses: [],
      elsewhere: { region: 'there', price: '0.5' },
    });
  });
});
