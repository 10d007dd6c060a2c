import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Ran, ROOT, stowage } from './support/cli.ts';

/** The command line as users run it: what it prints where, and its exit codes. */

const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
};

const US_EAST = ['--cloud', 'aws', '--region', 'us-east-1'];

describe('bad input is one clear diagnostic, exit code 2, nothing on standard output', () => {
  const brokenRule = file(
    'broken.yaml',
    'format: 1\nmodule: acme\nrules:\n  cheap:\n    summary: cheap ones only\n    when: {type.memm: 4 GiB}\n    forbid: true\n',
  );
  const noSyntax = file('syntax.yaml', 'format: 1\nmodule: [acme\n');
  const proto = file('proto.yaml', 'format: 1\n__proto__: {polluted: 1}\nmodule: acme\n');
  const bytes = join(scratch, 'bytes.yaml');
  writeFileSync(bytes, Buffer.from([0xff, 0xfe, 0x00]));
  const emptyTree = join(scratch, 'empty');
  mkdirSync(join(emptyTree, 'streams', 'v1'), { recursive: true });
  writeFileSync(join(emptyTree, 'streams', 'v1', 'index.json'), '{"format": "index:1.0", "index": {}}');
  const noProblem = file(
    'problem.yaml',
    'format: stowage.problem/1\ncatalog: {types: [], offers: []}\nrequest: {kind: machine}\n',
  );
  const fleet = file('fleet.yaml', 'format: stowage.problem/1\ncatalog: {name: bundled}\nrequest: {kind: fleet}\n');
  const typo = file(
    'typo.yaml',
    'format: stowage.problem/1\ncatalog: {name: bundled}\nreqest: {kind: machine}\nrequest: {kind: machine}\n',
  );

  it.each([
    ['a command that does not exist', ['constructor'], ["unknown command 'constructor'"]],
    [
      'an unknown constraint',
      ['add-machine', 'lxd', '--constraints', 'memory=4G'],
      ['unknown constraint "memory"', '--constraints:1:1', '^^^^^^^^^'],
    ],
    [
      'a size in the wrong unit',
      ['add-machine', 'lxd', '--constraints', 'cores=2 mem=4GB'],
      ['bad "mem" constraint', '--constraints:1:9', 'did you mean 4G?'],
    ],
    [
      'an unknown region',
      ['add-machine', 'lxd', '--region', 'us-eest-1'],
      ['no region of the catalog is called "us-eest-1"', 'did you mean us-east-1'],
    ],
    [
      'an unknown cloud',
      ['add-machine', 'lxd', '--cloud', 'awss'],
      ['no cloud of the catalog is called "awss"', 'did you mean aws?'],
    ],
    [
      'a region of another cloud',
      ['add-machine', 'lxd', '--cloud', 'gcp', '--region', 'us-east-1'],
      ['cloud gcp has no region "us-east-1"', 'did you mean us-east1'],
    ],
    [
      'an unknown type',
      ['add-machine', 'lxd', '--constraints', 'instance-type=m8i-felx.large'],
      ['no instance type of the catalog is called', 'did you mean m8i-flex.large'],
    ],
    [
      'an unknown zone',
      ['add-machine', 'zone=us-east-1z', ...US_EAST],
      ['no zone of the catalog is called "us-east-1z"', 'did you mean us-east-1a'],
    ],
    [
      'an image id that the catalog would know',
      ['add-machine', 'lxd', '--constraints', 'image-id=resolve:ssm:/aws/none'],
      ['no image of the catalog has the id'],
    ],
    [
      'a flag and a constraint of one name',
      ['add-machine', 'lxd', '--cloud', 'aws', '--constraints', 'cloud=gcp'],
      ['bad "cloud" constraint: already set', '--cloud:1:1'],
    ],
    ['an unknown placement', ['add-machine', 'kvn'], ['placement "kvn"', 'did you mean kvm']],
    ['a machine that is not known', ['add-machine', 'lxd:4'], ['nothing is known here of machine 4']],
    [
      'an undeclared attribute',
      ['add-machine', 'lxd', '--with', 'enw=production'],
      ['no request attribute is called "enw"', 'did you mean env?'],
    ],
    [
      'an attribute value that is none',
      ['add-machine', 'lxd', '--with', 'data=secret'],
      ['request.data cannot be "secret"'],
    ],
    ['a base that is none', ['add-machine', 'lxd', '--base', 'noble'], ['"noble" is no base', 'ubuntu@24.04']],
    ['a price below zero', ['add-machine', 'lxd', '--max-price', '-1'], ['--max-price']],
    ['a price beyond all bounds', ['add-machine', 'lxd', '--max-price', '1e999'], ['bad "max-price" constraint']],
    ['no machines at all', ['add-machine', 'lxd', '-n', '0'], ['whole number of at least 1']],
    ['a day that does not exist', ['add-machine', 'lxd', '--at', '2026-02-30'], ['date such as']],
    ['an empty catalog', ['add-machine', 'lxd', '--catalog', emptyTree], ['has no instance types']],
    [
      'a catalog that is not there',
      ['add-machine', 'lxd', '--catalog', scratch],
      ['there is no catalog in', 'streams/v1/index.json'],
    ],
    [
      'rules that are not there',
      ['add-machine', 'lxd', '--rules', 'hostin'],
      ['neither a shipped rule pack nor a file', 'did you mean hosting?'],
    ],
    [
      'a broken rule',
      ['add-machine', 'lxd', '--rules', brokenRule],
      [
        '"type.memm" is no attribute',
        'broken.yaml:6:12',
        '6 |     when: {type.memm: 4 GiB}',
        '^^^^^^^^^',
        'did you mean type.mem?',
      ],
    ],
    ['broken YAML', ['add-machine', 'lxd', '--rules', noSyntax], ['syntax.yaml:']],
    [
      'a key that no one may have',
      ['add-machine', 'lxd', '--rules', proto],
      ['"__proto__" cannot be a key', 'proto.yaml:2:1'],
    ],
    ['bytes that are no text', ['add-machine', 'lxd', '--rules', bytes], ['it is no UTF-8 text']],
    ['a file that cannot be read', ['solve', join(scratch, 'none.yaml')], ['there is no such file']],
    ['a folder for a file', ['solve', scratch], ['it is a folder']],
    ['a problem without types', ['solve', noProblem], ['the catalog has no instance types']],
    [
      'a request of a kind that is not supported',
      ['solve', fleet],
      ['the kind of a request is machine or model', 'fleet.yaml:3:'],
    ],
    ['a misspelt key', ['solve', typo], ['a problem file has no key "reqest" here', 'did you mean request?']],
    [
      'a zone of another cloud',
      ['add-machine', 'zone=us-east-1a', '--cloud', 'gcp'],
      ['zone "us-east-1a" is in aws us-east-1'],
    ],
    ['a guest without sizes', ['add-machine', '--guest', 'kvm'], ['write kvm: before them']],
    ['too many guests', ['add-machine', '--guest', '10000x kvm:', '-n', '100'], ['1000000 guests are too many']],
    ['a version that is none', ['add-machine', 'kvm>=new'], ['"new" is no version', 'kvm>=1.1']],
    [
      'a missing key',
      ['solve', file('missing.yaml', 'format: stowage.problem/1\ncatalog: {name: bundled}\n')],
      ['"request" is missing'],
    ],
    ['a folder as standard input', ['solve', '-'], []],
    ['an unwritable output', ['constraints', 'mem=4'], []],
    ['an unknown option', ['add-machine', '--frobnicate'], ["unknown option '--frobnicate'"]],
    ['an unknown command', ['add-machin'], ["unknown command 'add-machin'", 'add-machine']],
  ])('%s', (name, args, expected) => {
    const ran =
      name === 'a folder as standard input'
        ? fromFolder()
        : name === 'an unwritable output'
          ? stowage(['add-machine', 'lxd', ...US_EAST, '-o', join(scratch, 'none', 'out.txt')])
          : stowage(args);
    expect(ran.code).toBe(2);
    expect(ran.out).toBe('');
    expect(ran.err.match(/^error:/gm)).toHaveLength(1);
    for (const text of expected) expect(ran.err).toContain(text);
    expect(ran.err).not.toMatch(/\n\s+at .*\.js:\d+/);
  });
});

/** `stowage solve - < /`. */
function fromFolder(): Ran {
  const ran = spawnSync('sh', ['-c', `"${process.execPath}" dist/cli.js solve - < /`], { cwd: ROOT, encoding: 'utf8' });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

it('takes a rule file for what it is, whatever it is called', () => {
  mkdirSync(join(scratch, 'rules'));
  file(
    'rules/safety.yaml',
    'format: 1\nmodule: mine\nrules:\n  nothing: {summary: nothing is good enough, forbid: true}\n',
  );
  const ran = spawnSync(
    process.execPath,
    [join(ROOT, 'dist', 'cli.js'), 'add-machine', 'lxd', ...US_EAST, '--rules', 'rules/safety.yaml'],
    { cwd: scratch, encoding: 'utf8' },
  );
  expect(ran.stdout).toContain('rule mine/nothing: nothing is good enough');
  expect(ran.status).toBe(1);
});

/** Status and line of each answer of a stream. */
const statuses = ({ out }: Ran): unknown =>
  out
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { status: string; line: number })
    .map(({ status, line }) => [status, line]);

describe('exit codes', () => {
  it('tell an answer from none', () => {
    expect(stowage(['add-machine', 'lxd', ...US_EAST, '--quiet']).code).toBe(0);
    expect(stowage(['add-machine', 'lxd', ...US_EAST, '--constraints', 'cores=1000']).code).toBe(1);
    expect(stowage(['add-machine', 'lxd', '--region', 'mars-*']).code).toBe(1);
  });

  it('are the worst line of a stream', () => {
    const problem = (request: object): string =>
      JSON.stringify({
        format: 'stowage.problem/1',
        catalog: {
          types: [{ name: 'a', cloud: 'lab', arch: ['amd64'], cores: 2 }],
          offers: [{ type: 'a', region: 'r', price: '1' }],
        },
        request,
      });
    const fits = problem({ kind: 'machine' });
    const none = problem({ kind: 'machine', constraints: 'cores=4' });
    const ran = stowage(['solve', file('some.jsonl', `${fits}\n${none}\n`)]);
    expect(ran.code).toBe(1);
    expect(statuses(ran)).toEqual([
      ['optimal', 1],
      ['infeasible', 2],
    ]);
    const broken = stowage(['solve', file('broken.jsonl', `${fits}\n{"format": 1\n\n${fits}\n`)]);
    expect(broken.code).toBe(2);
    expect(statuses(broken)).toEqual([
      ['optimal', 1],
      ['error', 2],
      ['optimal', 4],
    ]);
  });
});

describe('output', () => {
  it('survives a reader that has seen enough', () => {
    const ran = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" dist/cli.js add-machine lxd --top 50000 | head -n 1; true`],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect(ran.stdout).toContain('Machine');
    expect(ran.stderr).toBe('');
  });

  it('says so when it cannot be written', () => {
    const ran = spawnSync('sh', ['-c', `"${process.execPath}" dist/cli.js constraints mem=4G > /dev/full`], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([ran.status, ran.stderr]).toEqual([2, 'error: cannot write to standard output: ENOSPC\n']);
  });

  it('follows links and leaves the files of others alone', () => {
    const [target, link] = [join(scratch, 'target.txt'), join(scratch, 'link.txt')];
    writeFileSync(target, 'old');
    writeFileSync(`${target}.part`, 'mine');
    symlinkSync(target, link);
    expect(stowage(['add-machine', 'lxd', ...US_EAST, '-o', link]).code).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toContain('Machine');
    expect(readFileSync(`${target}.part`, 'utf8')).toBe('mine');
    rmSync(`${target}.part`);
    expect(stowage(['add-machine', 'lxd', ...US_EAST, '-o', '/dev/null'])).toEqual({ code: 0, out: '', err: '' });
  });

  it('goes to a file whole or not at all', () => {
    const path = join(scratch, 'answer.json');
    const ran = stowage(['add-machine', 'lxd', ...US_EAST, '--format', 'json', '-o', path]);
    expect([ran.code, ran.out]).toEqual([0, '']);
    expect((JSON.parse(readFileSync(path, 'utf8')) as { status: string }).status).toBe('optimal');
    stowage(['add-machine', 'lxd', '--constraints', 'mem=4GB', '-o', join(scratch, 'never.txt')]);
    expect(existsSync(join(scratch, 'never.txt'))).toBe(false);
    expect(readdirSync(scratch).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is the same as YAML and as JSON', () => {
    const args = ['add-machine', 'kvm', ...US_EAST, '--constraints', 'cores=2 mem=4G'];
    const json = stowage([...args, '--format', 'json']).out;
    const yaml = stowage([...args, '--format', 'yaml']).out;
    expect(parse(yaml)).toEqual(JSON.parse(json));
    expect(JSON.parse(json)).toMatchObject({ format: 'stowage.answer/1', cost: '0.10055' });
  });

  it('has the same bytes whatever the locale and the time zone', () => {
    const args = ['add-machine', 'kvm', '--constraints', 'cores=2 mem=4G', '--verbose'];
    const outputs = [
      { LC_ALL: 'C', TZ: 'UTC' },
      { LC_ALL: 'sv_SE.UTF-8', TZ: 'America/New_York' },
      { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR', TZ: 'Pacific/Auckland' },
    ].map((env) => stowage(args, { env }).out);
    expect(new Set(outputs).size).toBe(1);
  });

  it('does not depend on which clouds were read', () => {
    const one = JSON.parse(stowage(['add-machine', 'kvm', '--cloud', 'aws', '--format', 'json']).out) as Record<
      string,
      unknown
    >;
    const every = stowage(['add-machine', 'kvm', '--cloud', 'aw*', '--format', 'json']).out;
    const all = JSON.parse(every.replaceAll('cloud=aw*', 'cloud=aws')) as Record<string, unknown>;
    const comparable = ({ stats: _, ...answer }: Record<string, unknown>): unknown => answer;
    expect(comparable(one)).toEqual(comparable(all));
  });

  it('shows hidden characters instead of acting on them', () => {
    const ran = stowage(['add-machine', 'lxd', '--constraints', 'foo\u001b[31m=1']);
    expect(ran.err).toContain('\\u{1b}');
    expect(ran.err).not.toContain('\u001b');
  });
});

describe('constraints', () => {
  it('prints canonically, compares, and reads lines', () => {
    expect(stowage(['constraints', 'mem=4G cpu-cores=2'])).toEqual({ code: 0, out: 'cores=2 mem=4096M\n', err: '' });
    expect(stowage(['constraints', 'mem=4G cores=2', 'cores=2 mem=4096M'])).toEqual({
      code: 0,
      out: 'the same\n',
      err: '',
    });
    expect(stowage(['constraints', 'mem=4G', 'mem=8G cores=1'])).toEqual({
      code: 1,
      out: 'cores: not given | cores=1\nmem: mem=4096M | mem=8192M\n',
      err: '',
    });
    expect(stowage(['constraints', '-'], { input: 'mem=1.5G\n\nfoo=1\n' })).toEqual({
      code: 2,
      out: '{"canonical":"mem=1536M"}\n{"canonical":""}\n{"error":{"code":"unknown-constraint","message":"unknown constraint \\"foo\\""}}\n',
      err: '',
    });
  });
});

describe('a fresh copy', () => {
  it('carries all that it needs in its package', () => {
    const listed = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ) as { files: { path: string }[] }[];
    const files = listed[0]!.files.map((entry) => entry.path);
    for (const needed of [
      'dist/cli.js',
      'dist/index.d.ts',
      'rules/vocabulary.yaml',
      'rules/hosting.yaml',
      'catalog/streams/v1/index.json',
      'schemas/answer.schema.json',
      'LICENSE',
    ])
      expect(files).toContain(needed);
  });
});
