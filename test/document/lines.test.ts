import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, splitLines } from '../../src/document/lines.ts';
import { runs } from '../support/fuzz.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* chunksOf(whole: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < whole.length; index += 1) {
    const size = sizes[index % sizes.length] ?? whole.length;
    yield whole.subarray(at, at + size);
    at += size;
  }
}

async function split(whole: Uint8Array, sizes: readonly number[] = [1_000], longest = 100): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const some of splitLines(chunksOf(whole, sizes), longest)) lines.push(...some);
  return lines;
}

describe('lines', () => {
  it('end in LF, CRLF or the end of the stream', async () => {
    expect(await split(bytes('a\nb\r\n\n\r\nc'))).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: 'b' },
      { number: 3, text: '' },
      { number: 4, text: '' },
      { number: 5, text: 'c' },
    ]);
    expect(await split(bytes('a\n'))).toEqual([{ number: 1, text: 'a' }]);
    expect(await split(bytes(''))).toEqual([]);
    expect(await split(bytes('\n'))).toEqual([{ number: 1, text: '' }]);
  });

  it('lose a mark of byte order at the very beginning only', async () => {
    expect(await split(bytes('\ufeffa\n\ufeffb\n'))).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: '\ufeffb' },
    ]);
    expect(await split(new Uint8Array([0x61, 0x0a, 0xef, 0xbb, 0xbf, 0x62, 0x0a, 0xff, 0x0a]))).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: '\ufeffb' },
      { number: 3, text: undefined, fault: 'not-utf8' },
    ]);
  });

  it('are told by number where they are no UTF-8 or too long; the others are read', async () => {
    const whole = new Uint8Array([
      ...bytes(`a\n${'x'.repeat(101)}\nb\n`),
      0xff,
      0x0a,
      ...bytes(`c\n${'y'.repeat(300)}`),
    ]);
    for (const sizes of [[1], [7], [1_000]]) {
      expect(await split(whole, sizes)).toEqual([
        { number: 1, text: 'a' },
        { number: 2, text: undefined, fault: 'too-long' },
        { number: 3, text: 'b' },
        { number: 4, text: undefined, fault: 'not-utf8' },
        { number: 5, text: 'c' },
        { number: 6, text: undefined, fault: 'too-long' },
      ]);
    }
    expect(await split(bytes(`${'x'.repeat(100)}\n`), [30])).toEqual([{ number: 1, text: 'x'.repeat(100) }]);
  });

  it('are the same however the bytes come in', async () => {
    const byte = fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x61, 0xc3, 0xa9, 0xff, 0xef, 0xbb, 0xbf), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 80 }),
        fc.array(byte, { maxLength: 80 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 20 }),
        async (some, more, sizes, longest) => {
          const whole = new Uint8Array([...some, ...more]);
          expect(await split(whole, sizes, longest)).toEqual(await split(whole, [1], longest));
        },
      ),
      runs(200, 20_000),
    );
  });

  it('hold no more than the longest line while a longer one comes', async () => {
    let given = 0;
    const chunk = new Uint8Array(1 << 20).fill(0x61);
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; given < 512; given += 1) yield chunk;
    }
    const before = process.memoryUsage().arrayBuffers;
    for await (const lines of splitLines(endless(), 4 << 20)) expect(lines).toMatchObject([{ fault: 'too-long' }]);
    expect(given).toBe(512);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });
});
