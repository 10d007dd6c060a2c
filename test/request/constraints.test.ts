import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { canonicalConstraints, parseCapabilityNeed, parseConstraints } from '../../src/request/constraints.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();
const parse = (...texts: readonly string[]) =>
  parseConstraints(
    texts.map((text) => ({ source: '--constraints', text })),
    vocabulary,
  );
const canonical = (...texts: readonly string[]): string => {
  const parsed = parse(...texts);
  return parsed.ok ? canonicalConstraints(parsed.value) : `! ${parsed.diagnostics[0]!.message}`;
};

describe('constraints', () => {
  it.each([
    ['', ''],
    ['   ', ''],
    ['mem=4G cores=2', 'cores=2 mem=4096M'],
    ['cpu-cores=2', 'cores=2'],
    ['mem=1.5G  root-disk=8', 'mem=1536M root-disk=8M'],
    ['cores= mem= arch= tags= spaces= zones=', 'arch= cores= mem= tags= spaces= zones='],
    ['cores=0 mem=0', 'cores= mem='],
    ['cores=18446744073709551615', 'cores=18446744073709551615'],
    ['cores=007', 'cores=7'],
    ['tags=a,,b', 'tags=a,,b'],
    ['spaces=^a,b-1', 'spaces=^a,b-1'],
    ['instance-type=a=b', 'instance-type=a=b'],
    ['instance-role=two\\ words mem=1G', 'instance-role=two\\ words mem=1024M'],
    ['instance-role=\\ lead', 'instance-role=\\ lead'],
    ['\t mem=1G \n', 'mem=1024M'],
    ['allocate-public-ip=T', 'allocate-public-ip=true'],
    ['allocate-public-ip=', ''],
    ['allocate-public-ip=0', 'allocate-public-ip=false'],
    [
      'arch=riscv64 container=none virt-type=kvm image-id=ami-1',
      'arch=riscv64 container=none virt-type=kvm image-id=ami-1',
    ],
    ['containers=kvm>=1.1,lxd max-price=0.250 gpus=2', 'containers=kvm>=1.1,lxd gpus=2 max-price=0.25'],
    [
      'cores-baseline=1.50 budget=400 market=spot launcher=juju',
      'budget=400 cores-baseline=1.5 launcher=juju market=spot',
    ],
    ['cloud=aws,^g* region=eu-*', 'cloud=aws,^g* region=eu-*'],
    [
      'local-disk=100G burstable=false bare-metal=true gpu=t4',
      'bare-metal=true burstable=false gpu=t4 local-disk=102400M',
    ],
  ])('%j is %j', (text, expected) => expect(canonical(text)).toBe(expected));

  it.each([
    ['mem', '! malformed constraint "mem"'],
    ['=4', '! malformed constraint "=4"'],
    ['a\tb=1', '! unknown constraint "a\tb"'],
    ['memory=4G', '! unknown constraint "memory"'],
    ['mem=4GB', '! bad "mem" constraint: must be a non-negative float with optional M/G/T/P suffix'],
    ['mem=-1', '! bad "mem" constraint: must be a non-negative float with optional M/G/T/P suffix'],
    ['cores=two', '! bad "cores" constraint: must be a non-negative integer'],
    ['cores=18446744073709551616', '! bad "cores" constraint: must be a non-negative integer'],
    ['cpu-cores=-1', '! bad "cores" constraint: must be a non-negative integer'],
    ['cores=1 cpu-cores=1', '! bad "cores" constraint: already set'],
    ['mem=1G mem=', '! bad "mem" constraint: already set'],
    ['arch=x86', '! bad "arch" constraint: "x86" not recognized'],
    ['container=zone', '! bad "container" constraint: invalid container type "zone"'],
    ['spaces=^^a', '! bad "spaces" constraint: "^a" is not a valid space name'],
    ['spaces=a_b', '! bad "spaces" constraint: "a_b" is not a valid space name'],
    ['allocate-public-ip=yes', "! bad \"allocate-public-ip\" constraint: must be 'true' or 'false'"],
    ['containers=kvn', '! bad "containers" constraint: "kvn" is no declared capability'],
    ['containers=kvm>=', '! bad "containers" constraint: "" is no version'],
    ['containers=kvm,kvm', '! bad "containers" constraint: "kvm" is named twice'],
    ['max-price=-1', '! bad "max-price" constraint: must be an amount of USD with at most nine decimals'],
    ['max-price=1e999', '! bad "max-price" constraint: must be an amount of USD with at most nine decimals'],
    ['market=spott', '! bad "market" constraint: "spott" is no market'],
    ['__proto__=1', '! unknown constraint "__proto__"'],
    ['constructor=1', '! unknown constraint "constructor"'],
  ])('%j is refused: %s', (text, expected) => expect(canonical(text)).toBe(expected));

  it('hold over several texts, each key once', () => {
    expect(canonical('mem=4G', 'cores=2')).toBe('cores=2 mem=4096M');
    expect(canonical('mem=4G', 'mem=4G')).toBe('! bad "mem" constraint: already set');
  });

  it('point at the piece that is wrong', () => {
    const parsed = parse('cores=2 mem=4GB');
    expect(parsed.ok ? '' : describeDiagnostic(parsed.diagnostics[0]!)).toBe(
      'error: bad "mem" constraint: must be a non-negative float with optional M/G/T/P suffix\n  at --constraints:1:9\n  1 | cores=2 mem=4GB\n    |         ^^^^^^^\n  hint: did you mean 4G?',
    );
  });

  it('are stable: the canonical text means the same', () => {
    const pieces = fc.uniqueArray(
      fc.oneof(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((cores) => `cores=${cores}`),
        fc.double({ min: 0, max: 1e6, noNaN: true }).map((mem) => `mem=${mem}G`),
        fc
          .string({ unit: fc.constantFrom('a', ' ', '=', '^', ','), maxLength: 6 })
          .map((text) => `instance-role=${text.replaceAll(' ', '\\ ')}`),
        fc.array(fc.stringMatching(/^[a-z0-9]{0,4}$/)).map((tags) => `tags=${tags.join(',')}`),
        fc.constantFrom(
          'arch=',
          'arch=arm64',
          'allocate-public-ip=',
          'allocate-public-ip=f',
          'containers=kvm>=2:1~rc',
          'cores-baseline=0.125',
        ),
      ),
      { selector: (text) => text.slice(0, text.indexOf('=')) },
    );
    fc.assert(
      fc.property(pieces, (texts) => {
        const once = canonical(texts.join(' '));
        expect(once.startsWith('!')).toBe(false);
        expect(canonical(once)).toBe(once);
        expect(canonical(...[...texts].reverse())).toBe(once);
      }),
      runs(300, 100_000),
    );
  });

  it('end in a value or a diagnostic, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parse(text);
        if (!parsed.ok) expect(describeDiagnostic(parsed.diagnostics[0]!)).toContain('error: ');
      }),
      runs(300, 100_000),
    );
  });
});

describe('a capability need', () => {
  it('has a least version or none', () => {
    expect(parseCapabilityNeed('kvm', vocabulary)).toEqual({ capability: 'kvm', atLeast: undefined });
    expect(parseCapabilityNeed('kvm>=1.1', vocabulary)).toEqual({ capability: 'kvm', atLeast: '1.1' });
  });
});
