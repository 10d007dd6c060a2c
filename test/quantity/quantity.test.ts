import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromVersionDate, isDate, toVersionDate } from '../../src/quantity/date.ts';
import { daysLater } from '../../src/quantity/day.ts';
import { divideHalfEven, formatDecimal, parseDecimal } from '../../src/quantity/decimal.ts';
import { matchesGlob } from '../../src/quantity/glob.ts';
import { formatMoney, formatMonthly, formatPercent, parseMoney } from '../../src/quantity/money.ts';
import { formatSize, parseJujuSize } from '../../src/quantity/size.ts';
import { runs } from '../support/fuzz.ts';

describe('money', () => {
  it.each([
    ['0.0376', 37_600_000],
    ['0', 0],
    ['5', 5_000_000_000],
    ['.5', 500_000_000],
    ['0.000000001', 1],
    ['0.100', 100_000_000],
    ['9007199.254740991', 9_007_199_254_740_991],
  ])('reads %s as %i nano-dollars', (text, nano) => expect(parseMoney(text)).toBe(nano));

  it.each([
    '',
    '-1',
    '+1',
    '1e3',
    '1e999',
    'NaN',
    '.',
    '0.0000000001',
    '9007199.254740992',
    '1,5',
    ' 1',
    '0x10',
    '1'.repeat(400),
  ])('refuses %j', (text) => expect(parseMoney(text)).toBeUndefined());

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (nano) => {
        expect(parseMoney(formatMoney(nano))).toBe(nano);
      }),
      runs(300, 100_000),
    );
  });

  it('bills a month as 730 hours, half-even', () => {
    expect(formatMonthly(37_600_000)).toBe('27.45');
    expect(formatMonthly(100_550_000)).toBe('73.40');
    expect(formatMonthly(0)).toBe('0.00');
  });

  it('compares in percent', () => {
    expect(formatPercent(4_000_000, 41_600_000)).toBe('9.6');
    expect(formatPercent(0, 1)).toBe('0');
  });
});

describe('decimals', () => {
  it('keep what they are given', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(9), (scaled, places) => {
        expect(parseDecimal(formatDecimal(scaled, places), places)).toBe(Number(scaled));
      }),
      runs(300, 100_000),
    );
  });

  it('round half to even', () => {
    expect([5n, 15n, 25n, 26n, -5n, -15n, -25n].map((value) => divideHalfEven(value, 10n))).toEqual([
      0n,
      2n,
      2n,
      3n,
      0n,
      -2n,
      -2n,
    ]);
  });
});

describe('sizes', () => {
  it.each([
    ['4G', 4096n],
    ['1.5G', 1536n],
    ['36.2T', 37_958_452n],
    ['18.9P', 20_293_720_474n],
    ['0.1M', 1n],
    ['1e3', 1000n],
    ['+.5G', 512n],
    ['5.', 5n],
    ['1_000', 1000n],
    ['0', 0n],
    ['-0', 0n],
  ])('of Juju: %s is %i MiB', (text, size) => expect(parseJujuSize(text)).toBe(size));

  it.each(['4GB', '4g', '32Y', 'G', '', '-1', '-0.5', 'inf', 'NaN', '0x10', '1__0', '_1', '1e400', ' 1'])(
    'of Juju refuse %j',
    (text) => expect(parseJujuSize(text)).toBeUndefined(),
  );

  it('print short', () => {
    expect([512, 1024, 1025, 4096, 1536, 1741, 786_432].map(formatSize)).toEqual([
      '512M',
      '1G',
      '1025M',
      '4G',
      '1.5G',
      '1741M',
      '768G',
    ]);
  });
});

describe('globs', () => {
  it('match like the regular expression they stand for', () => {
    const text = fc.stringMatching(/^[ab.]{0,12}$/);
    const pattern = fc.stringMatching(/^[ab.*]{0,6}$/);
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const expression = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(matchesGlob(glob, value)).toBe(expression.test(value));
      }),
      runs(500, 100_000),
    );
  });

  it('take no time on patterns that make others backtrack', () => {
    expect(matchesGlob(`${'*a'.repeat(60)}b`, 'a'.repeat(4096))).toBe(false);
  });
});

describe('dates', () => {
  it('exist or do not', () => {
    expect(['2026-11-22', '2024-02-29', '2000-02-29'].every(isDate)).toBe(true);
    expect(
      ['2026-02-29', '1900-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '22-11-2026', '2026-1-1', ''].some(isDate),
    ).toBe(false);
  });

  it('are versions of streams', () => {
    expect(toVersionDate('2026-07-20')).toBe('20260720');
    expect(fromVersionDate('20260720.1')).toBe('2026-07-20');
    expect(fromVersionDate('0')).toBeUndefined();
  });
});

describe('daysLater', () => {
  it('counts as the calendar of the platform does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), fc.integer({ min: -5000, max: 5000 }), (day, days) => {
        const text = (of: number): string => new Date(of * 86_400_000).toISOString().slice(0, 10);
        fc.pre(/^\d{4}-/.test(text(day)) && /^\d{4}-/.test(text(day + days)));
        expect(daysLater(text(day), days)).toBe(text(day + days));
      }),
    );
  });

  it('ends where years have no four digits', () => {
    expect(daysLater('9999-12-31', 1)).toBeUndefined();
    expect(daysLater('0001-01-01', -1)).toBeUndefined();
    expect(daysLater('2024-02-28', 2)).toBe('2024-03-01');
  });
});
