import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyAnswer } from '../../src/plan/empty-answer.ts';
import type { Answer } from '../../src/plan/schema.ts';
import { alike } from '../../src/render/alike.ts';
import { renderAnswer } from '../../src/render/formats.ts';
import { pictureOf } from '../../src/render/picture.ts';
import { modelAnswers, unitsNamedIn } from '../arbitraries/model-answer.ts';
import { stowage, within } from '../support/cli.ts';
import { runs } from '../support/fuzz.ts';

/** Drawings of answers, and the page that they stand on. */

const svgOf = (page: string): string => /<figure>(<svg[\s\S]*?<\/svg>)/.exec(page)?.[1] ?? '';

interface Rect {
  readonly x: number;
  readonly width: number;
  readonly kind: string;
}

/** Rectangles in the order in which they are drawn, those of frames left out. */
function rectsOf(svg: string): readonly Rect[] {
  return [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]* class="([^"]+)"/g)]
    .map(([, x = '', width = '', kind = '']) => ({ x: Number(x), width: Number(width), kind }))
    .filter(({ kind }) => !kind.startsWith('box'));
}

/** A bar is its ground (`free`) and what stands on it. */
function barsOf(svg: string): readonly { readonly ground: Rect; readonly parts: readonly Rect[] }[] {
  const bars: { ground: Rect; parts: Rect[] }[] = [];
  for (const rect of rectsOf(svg)) {
    if (rect.kind === 'free') bars.push({ ground: rect, parts: [] });
    else bars.at(-1)!.parts.push(rect);
  }
  return bars;
}

/** Whether tags are closed in order: what a parser of XML would ask for, beside the doctype and `meta`. */
function isBalanced(page: string): boolean {
  const open: string[] = [];
  for (const [, end = '', name = '', empty = ''] of page.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (end === '/') {
      if (open.pop() !== name) return false;
    } else if (empty !== '/' && name !== 'meta') open.push(name);
  }
  return open.length === 0;
}

describe('a drawing', () => {
  it('shows every unit, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(modelAnswers(), async (answer) => {
        const svg = svgOf(await renderAnswer(answer, 'html'));
        const named = unitsNamedIn([...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, text]) => text).join('\n'));
        expect([...new Set(named)]).toEqual(answer.machines.flatMap((machine) => machine.units ?? []).sort());
      }),
      runs(25, 3_000),
    );
  });

  it('is to scale: parts stand side by side within their machine, as wide as what is taken', async () => {
    await fc.assert(
      fc.asyncProperty(modelAnswers(), async (answer) => {
        const drawn = barsOf(svgOf(await renderAnswer(answer, 'html')));
        // What the drawing is of, once more from the answer itself.
        const told = alike(answer.machines).flatMap(({ first }) =>
          ['cpu-milli', 'mem', 'gpus'].flatMap((dimension) => {
            const { used, reserved, capacity } = first.fill![dimension]!;
            const whole = capacity ?? used + reserved;
            return whole === 0 ? [] : [(used + reserved) / whole];
          }),
        );
        expect(drawn.length).toBe(told.length);
        for (const [index, { ground, parts }] of drawn.entries()) {
          let end = ground.x;
          for (const part of parts) {
            expect(Math.abs(part.x - end)).toBeLessThan(0.05);
            end = part.x + part.width;
          }
          const share = (end - ground.x) / ground.width;
          expect(Math.abs(share - told[index]!) * ground.width).toBeLessThan(0.1);
        }
      }),
      runs(25, 3_000),
    );
  });

  it('gives boxes the widths of their machines', () => {
    const machine = (id: string, mem: number) => ({
      ...{ id, type: id, cloud: 'lab', region: 'r1', market: 'on-demand' as const, price: '1', 'list-price': '1' },
      ...{ 'as-of': null, capabilities: {}, containers: [], units: [] },
      fill: {
        'cpu-milli': { used: 100, reserved: 0, capacity: 1000 },
        mem: { used: mem / 2, reserved: 0, capacity: mem },
      },
    });
    const { boxes, leading } = pictureOf(plain([machine('a', 4096), machine('b', 1024)]));
    expect(leading).toBe('mem');
    expect(boxes.map(({ width }) => width)).toEqual([1, 0.25]);
  });

  it('keeps the colour of a kind when the plan changes', async () => {
    const kinds = Array.from({ length: 30 }, (_, index) => ({ id: `k${index}`, count: 1, needs: { mem: 10 } }));
    const of = async (unit: string): Promise<string> => {
      const fill = { mem: { used: 10, reserved: 0, capacity: 100 } };
      const answer = { ...plain([{ ...bare, units: [unit], fill }]), 'unit-groups': kinds };
      return /fill="([^"]+)" class="block"/.exec(svgOf(await renderAnswer(answer, 'html')))![1]!;
    };
    expect(await of('k1/0')).toBe('#56b4e9');
    expect(await of('k8/0')).toBe('url(#kind-8)');
    expect(await of('k29/0')).toBe('#56b4e9');
    expect(await renderAnswer({ ...plain([bare]), 'unit-groups': kinds }, 'html')).toContain('id="kind-27"');
  });
});

const bare: Answer['machines'][number] = {
  id: 'new-0',
  type: 'small',
  cloud: 'lab',
  region: 'r1',
  market: 'on-demand',
  price: '0.1',
  'list-price': '0.1',
  'as-of': null,
  capabilities: {},
  containers: [],
};

const plain = (machines: Answer['machines']): Answer => ({
  format: 'stowage.answer/1',
  status: 'optimal',
  ...emptyAnswer(),
  cost: '1',
  bound: '1',
  gap: '0',
  machines,
  inputs: { catalog: 'sha256:0', rules: 'sha256:0', date: null },
  stats: { rows: 1 },
});

describe('a page', () => {
  const hostile = `</title></style><img src=x onerror="alert('1')">&amp;\u001b[31m\u202e`;

  it('lets no text out of its place', async () => {
    const answer: Answer = {
      ...plain([
        {
          ...bare,
          id: hostile,
          type: hostile,
          cloud: hostile,
          region: hostile,
          zone: hostile,
          image: { os: hostile, release: hostile, arch: hostile },
          containers: [{ id: hostile, type: hostile, unit: `${hostile}/0` }],
          units: [`${hostile}/0`],
          fill: { [hostile]: { used: 1, reserved: 1, capacity: 3 } },
        },
      ]),
      'unit-groups': [{ id: hostile, count: 1, needs: { [hostile]: 1 }, container: hostile }],
      notes: [{ code: 'x', text: hostile }],
    };
    const page = await renderAnswer(answer, 'html', { verbose: true });
    expect(page).not.toContain('<img');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
    expect([...page.matchAll(/<style>/g)].length).toBe(1);
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;\\u{1b}[31m\\u{202e}');
    expect(isBalanced(page)).toBe(true);
  });

  it('is well-formed and asks for nothing outside, whatever the answer', async () => {
    await fc.assert(
      fc.asyncProperty(modelAnswers(), fc.boolean(), async (answer, verbose) => {
        const page = await renderAnswer(answer, 'html', { verbose });
        expect(isBalanced(page)).toBe(true);
        expect(page.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
          /https?:|src=|@import|<script|<link/,
        );
        expect(page).not.toContain('NaN');
      }),
      runs(25, 3_000),
    );
  });

  it('is the same whenever it is made', async () => {
    const [answer] = fc.sample(modelAnswers(), { numRuns: 1, seed: 7 });
    expect(await renderAnswer(answer!, 'html')).toBe(await renderAnswer(structuredClone(answer!), 'html'));
  });

  it('draws single machines too', async () => {
    const ran = stowage([
      ...['add-machine', '--guest', '2x kvm:cores=2 mem=4G', '--guest', 'lxd:mem=2G', '--format', 'html'],
      ...within('aws', 'us-east-1'),
    ]);
    expect(ran.code).toBe(0);
    await expect(ran.out).toMatchFileSnapshot('../golden/page-of-one-machine.html');
  });

  it('of nothing has no drawing', async () => {
    const page = await renderAnswer({ ...plain([]), status: 'infeasible', cost: null, bound: null }, 'html');
    expect(page).not.toContain('<svg');
    expect(isBalanced(page)).toBe(true);
  });
});

describe('a saved answer of hundreds of machines', () => {
  it('is explained and drawn', () => {
    const machines = Array.from({ length: 120 }, (_, index) => ({
      ...{ ...bare, id: `new-${index}` },
      units: Array.from({ length: 200 }, (_unit, unit) => `web/${index * 200 + unit}`),
      fill: { mem: { used: 2000, reserved: 0, capacity: 3000 + index } },
    }));
    const answer = { ...plain(machines), 'unit-groups': [{ id: 'web', count: 24_000, needs: { mem: 10 } }] };
    const ran = stowage(['explain', '-', '--format', 'html'], { input: JSON.stringify(answer) });
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('120 machines for 24,000 units in lab r1');
  });
});

describe('formats that only answers with machines have', () => {
  it('are refused where there are none', () => {
    const asked = ['add-machine', 'kvm', ...within('aws', 'us-east-1')];
    const ran = stowage(['what-if', ...asked, '--set', 'mem=8G', '--format', 'html']);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("argument 'html' is invalid");
    const whyNot = stowage(['why-not', 't4g.medium', ...within('aws', 'us-east-1'), '--format', 'json']);
    const explained = stowage(['explain', '-', '--format', 'csv'], { input: whyNot.out });
    expect(explained).toMatchObject({ code: 2, out: '' });
    expect(explained.err).toContain('tells why not, which has no machines to print as csv');
    expect(explained.err).not.toContain('    at ');
  });
});
