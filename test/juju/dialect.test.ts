import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompatMode, canonicalConstraints, loadVocabulary, parseConstraints } from '../../src/index.ts';
import { COMPAT_MODES, dialectOf } from '../../src/request/dialect.ts';
import type { KeyKind } from '../../src/request/keys.ts';
import { runs } from '../support/fuzz.ts';

const canonical = (text: string, compat: CompatMode): string => {
  const parsed = parseConstraints(text, undefined, compat);
  return parsed.ok ? canonicalConstraints(parsed.value) : `! ${parsed.diagnostics[0]!.message}`;
};

describe('words by version', () => {
  it.each([
    ['instance-role=a', '! unknown constraint "instance-role"', 'instance-role=a'],
    ['image-id=a', '! unknown constraint "image-id"', 'image-id=a'],
    ['allocate-public-ip=true', '! unknown constraint "allocate-public-ip"', 'allocate-public-ip=true'],
    ['root-disk-source=a', 'root-disk-source=a', 'root-disk-source=a'],
    ['cpu-cores=2', 'cores=2', 'cores=2'],
    ['max-price=1', '! unknown constraint "max-price"', '! unknown constraint "max-price"'],
    ['cloud=aws', '! unknown constraint "cloud"', '! unknown constraint "cloud"'],
    ['arch=i386', 'arch=i386', '! bad "arch" constraint: "i386" not recognized'],
    ['arch=armhf', 'arch=armhf', '! bad "arch" constraint: "armhf" not recognized'],
    ['arch=riscv64', '! bad "arch" constraint: "riscv64" not recognized', 'arch=riscv64'],
    [
      'arch=amd64-mac',
      '! bad "arch" constraint: "amd64-mac" not recognized',
      '! bad "arch" constraint: "amd64-mac" not recognized',
    ],
    ['container=kvm', 'container=kvm', 'container=kvm'],
    [
      'container=lxc',
      '! bad "container" constraint: invalid container type "lxc"',
      '! bad "container" constraint: invalid container type "lxc"',
    ],
    ['container= arch=', 'arch= container=', 'arch= container='],
    ['cores=1 cpu-cores=', '! bad "cores" constraint: already set', '! bad "cores" constraint: already set'],
  ])('%s: in 2.8 %s, in 3.6 %s', (text, old, modern) => {
    expect(canonical(text, 'juju-2.8')).toBe(old);
    expect(canonical(text, 'juju-3.6')).toBe(modern);
  });
});

describe('canonical text', () => {
  const vocabulary = loadVocabulary();
  const name = fc.stringMatching(/^[a-z][a-z0-9 =-]{0,6}$/);
  const textFor = (kind: KeyKind, mode: CompatMode): fc.Arbitrary<string> => {
    const { archs, containers } = dialectOf(mode, vocabulary);
    switch (kind) {
      case 'arch':
        return fc.constantFrom('', ...archs);
      case 'container':
        return fc.constantFrom('', ...containers);
      case 'count':
        return fc.constantFrom('', '0', '007', '18446744073709551615');
      case 'size':
        return fc.constantFrom('', '0', '1.5G', '.5', '5.', '1_0e1M', '+3', '18.9P');
      case 'list':
        return fc.array(name, { maxLength: 3 }).map((items) => items.join(','));
      case 'spaces':
        return fc.constantFrom('', 'a', '^a,b-1');
      case 'go-bool':
        return fc.constantFrom('', 't', 'FALSE');
      default:
        return name;
    }
  };
  it.each(COMPAT_MODES.filter((mode) => mode !== 'none'))('is stable in %s, and the same in ours', (mode) => {
    const { keys } = dialectOf(mode, vocabulary);
    const piece = fc
      .constantFrom(...keys)
      .chain(([key, kind]) =>
        textFor(kind, mode).map((value) => [key, `${key}=${value.replaceAll(' ', '\\ ')}`] as const),
      );
    const texts = fc
      .uniqueArray(piece, { selector: ([key]) => key, maxLength: 8 })
      .map((pieces) => pieces.map(([, text]) => text).join(' '));
    fc.assert(
      fc.property(texts, (text) => {
        const once = canonical(text, mode);
        expect(once).not.toMatch(/^!/);
        expect(canonical(once, mode)).toBe(once);
        expect(canonical(text, 'none')).toBe(once);
      }),
      runs(200, 5000),
    );
  });
});
