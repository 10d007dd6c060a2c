import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyAnswer } from '../../src/plan/empty-answer.ts';
import { type Answer, answerSchema } from '../../src/plan/schema.ts';
import { formatMoney, readMoney } from '../../src/quantity/money.ts';
import { csvCell } from '../../src/render/csv.ts';
import { type AnswerFormat, renderAnswer } from '../../src/render/formats.ts';
import { certaintyText } from '../../src/render/model.ts';
import { machineRanges, unitRanges } from '../../src/render/unit-names.ts';
import { modelAnswers, unitsNamedIn } from '../arbitraries/model-answer.ts';
import { ROOT, stowage } from '../support/cli.ts';
import { runs } from '../support/fuzz.ts';

/** Answers to whole models, for people and for spreadsheets. */

const FOLDER = join(ROOT, 'test', 'models');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''))
  .sort();

const ENDINGS: Readonly<Partial<Record<AnswerFormat, string>>> = {
  tabular: 'txt',
  markdown: 'md',
  csv: 'csv',
  html: 'html',
};

const answers = new Map<string, Answer>();

beforeAll(() => {
  for (const name of NAMES) {
    const ran = stowage(['solve', join(FOLDER, `${name}.yaml`), '--format', 'json']);
    answers.set(name, answerSchema.parse(JSON.parse(ran.out)));
  }
  answers.set('no-room-for-some', infeasible());
  answers.set('stopped-early', { ...answers.get('many-alike')!, status: 'feasible', bound: '2.4', gap: '0.04' });
});

/** As it would be told if units clashed. */
function infeasible(): Answer {
  return {
    format: 'stowage.answer/1',
    status: 'infeasible',
    ...emptyAnswer(),
    'unit-groups': [
      { id: 'web', count: 2, needs: { mem: 500 } },
      { id: 'db', count: 1, needs: { mem: 102400 } },
    ],
    'model-conflicts': [
      { units: ['db'], text: 'no machine in lab r1 can hold one of them' },
      { units: ['web', 'db'], text: 'each can be placed somewhere, but not all in one region' },
    ],
    notes: [{ code: 'unknown-machine', text: 'machine 7 is left out' }],
    inputs: { catalog: 'sha256:0', rules: 'sha256:0', date: null },
    stats: { rows: 1 },
  };
}

const ALL = [...NAMES, 'no-room-for-some', 'stopped-early'];

describe('golden answers to models', () => {
  for (const name of ALL) {
    for (const [format, ending] of Object.entries(ENDINGS)) {
      it(`${name} as ${format}`, async () => {
        const text = await renderAnswer(answers.get(name)!, format as AnswerFormat);
        await expect(text).toMatchFileSnapshot(`../golden/model-${name}.${ending}`);
      });
    }
    it(`${name}, verbose`, async () => {
      const text = await renderAnswer(answers.get(name)!, 'tabular', { verbose: true });
      await expect(text).toMatchFileSnapshot(`../golden/model-${name}-verbose.txt`);
    });
  }
});

describe('names in few words', () => {
  it('joins numbers that follow one another', () => {
    expect(unitRanges(['web/0', 'db/0', 'web/1', 'web/4', 'web/10', 'web/9'])).toEqual(['web/0-1,4,9-10', 'db/0']);
    expect(machineRanges(['new-0', 'new-1', 'new-2', 'new-7', 'gpu'])).toBe('new-0 to new-2, new-7, gpu');
  });
});

describe('what is proved', () => {
  const told = (status: Answer['status'], cost: string, bound: string | null) =>
    certaintyText({ ...infeasible(), status, cost, bound });

  it('is said in words', () => {
    expect(told('optimal', '4.2', '4.2')).toBe('proved: nothing cheaper exists');
    // 0.1 of 4.1 is 2.439 %.
    expect(told('feasible', '4.2', '4.1')).toContain('nothing cheaper than 4.1 USD/h exists, so this is at most 2.5 %');
    // Exactly 5 %, and a nano-dollar more.
    expect(told('feasible', '4.2', '4')).toContain('at most 5 %');
    expect(told('feasible', '4.200000001', '4')).toContain('at most 5.1 %');
    expect(told('feasible', '4.2', '0')).toContain('not proved');
    expect(told('feasible', '4.2', null)).toContain('not proved');
  });
});

describe('cells of spreadsheets', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['-x', "'-x"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-0.5', '-0.5'],
    ['1e3', '1e3'],
    ['=a,"b"', `"'=a,""b"""`],
    ['a\u001b[31m', 'a\\u{1b}[31m'],
    ['two\nlines', '"two\nlines"'],
  ])('%j', (text, cell) => expect(csvCell(text)).toBe(cell));

  it('are read back by another reader', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }), (row) => {
        const cells = row.map(csvCell);
        const read = parse(`x,${cells.join(',')}\r\n`)[0]!.slice(1);
        for (const cell of read) expect(cell).not.toMatch(/^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/);
        expect(read.length).toBe(row.length);
        const plain = row.map((text) => text.replace(/^'/, ''));
        if (plain.every((text) => /^[a-z ,"]*$/.test(text))) expect(read).toEqual(row);
      }),
      runs(200, 20_000),
    );
  });
});

describe('the text of any answer', () => {
  it('names every unit, however rows are shared', async () => {
    await fc.assert(
      fc.asyncProperty(modelAnswers(), fc.boolean(), async (answer, verbose) => {
        const text = await renderAnswer(answer, 'tabular', { verbose });
        const units = answer.machines.flatMap((machine) => machine.units ?? []);
        const head = text.split('\n').findIndex((line) => line.startsWith('Machine'));
        const rows = text.split('\n').slice(head + 1);
        const table = rows.slice(0, rows.indexOf('') < 0 ? rows.length : rows.indexOf('')).join('\n');
        expect(unitsNamedIn(table)).toEqual([...units].sort());
      }),
      runs(40, 5_000),
    );
  });

  it('has a row of a spreadsheet for each machine, whose prices add up', async () => {
    await fc.assert(
      fc.asyncProperty(modelAnswers(), async (answer) => {
        const rows: Record<string, string>[] = parse(await renderAnswer(answer, 'csv'), { columns: true });
        expect(rows.map(({ machine }) => machine)).toEqual(answer.machines.map(({ id }) => id));
        const sum = rows.reduce((total, row) => total + readMoney(row['price-per-hour']!), 0n);
        expect(formatMoney(sum)).toBe(answer.cost);
        expect(rows.flatMap(({ units }) => (units === '' ? [] : units!.split(' ')))).toEqual(
          answer.machines.flatMap((machine) => machine.units ?? []),
        );
      }),
      runs(40, 5_000),
    );
  });
});
