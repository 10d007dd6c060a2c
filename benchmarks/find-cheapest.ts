import { readFileSync } from 'node:fs';
import { numberAt, setAt, textAt, valueAt } from '../src/catalog/column.ts';
import { type Compiled, compile } from '../src/match/compiled.ts';
import { prepare } from '../src/match/query.ts';
import { cheapest } from '../src/match/scan.ts';
import { compareText } from '../src/quantity/order.ts';
import { flagOf, listOf, numberOf, textOf } from '../src/request/constraints.ts';
import { type MachineRequest, parseRequest } from '../src/request/request.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { checkAgreement, type Runner, rowsAgainstFirst, type Section, time } from './harness.ts';
import { makeCatalog } from './world.ts';

/** "Which is the cheapest offer for this request?": ours against the loop that everybody writes first. */

const SIZES = [1_000, 10_000, 100_000];
const SEED = 20130530;

interface QueryText {
  readonly placement?: string;
  readonly constraints: string;
}

/** One offer as a plain object, with what the default rules say of it worked out beforehand, as a program without rules would have it. */
interface PlainOffer {
  readonly row: number;
  readonly price: number;
  readonly type: string;
  readonly region: string;
  readonly market: string;
  readonly arch: readonly string[];
  readonly cores: number;
  readonly mem: number;
  readonly burstable: boolean;
  readonly kvm: boolean;
  readonly deprecated: boolean;
}

function plainOffers({ catalog }: Compiled): readonly PlainOffer[] {
  const { types, regions, offers } = catalog;
  return Array.from({ length: offers.size }, (_, row): PlainOffer => {
    const type = offers.type[row]!;
    return {
      row,
      price: offers.price[row]!,
      type: textAt(types, 'type.name', type)!,
      region: textAt(regions, 'offer.region', offers.region[row]!)!,
      market: textAt(offers, 'offer.market', row)!,
      arch: setAt(types, 'type.arch', type)!,
      cores: numberAt(types, 'type.cores', type)!,
      mem: numberAt(types, 'type.mem', type)!,
      burstable: valueAt(types, 'type.burstable', type) === true,
      kvm: valueAt(types, 'type.bare-metal', type) === true || textAt(types, 'type.nested-virt', type) === 'yes',
      deprecated: valueAt(types, 'type.deprecated', type) === true,
    };
  });
}

function naive(offers: readonly PlainOffer[]): Runner<MachineRequest> {
  return {
    name: 'filter + sort',
    run({ constraints, containers }) {
      const kvm = containers.some((need) => need.capability === 'kvm');
      const arch = constraints.byKey.has('arch') ? textOf(constraints, 'arch') : 'amd64';
      const [cores, mem] = [numberOf(constraints, 'cores'), numberOf(constraints, 'mem') + (kvm ? 640 : 0)];
      const market = textOf(constraints, 'market') ?? 'on-demand';
      const regions = listOf(constraints, 'region');
      const burstable = flagOf(constraints, 'burstable');
      const most = (constraints.byKey.get('max-price')?.value as number | undefined) ?? Number.POSITIVE_INFINITY;
      const fitting = offers.filter(
        (offer) =>
          offer.market === market &&
          !offer.deprecated &&
          offer.cores >= cores &&
          offer.mem >= mem &&
          offer.price <= most &&
          (arch === undefined || offer.arch.includes(arch)) &&
          (regions.length === 0 || regions.includes(offer.region)) &&
          (burstable === undefined || offer.burstable === burstable) &&
          (!kvm || offer.kvm),
      );
      fitting.sort(
        (a, b) =>
          a.price - b.price ||
          compareText(a.region, b.region) ||
          compareText(a.type, b.type) ||
          compareText(a.market, b.market),
      );
      return fitting[0]?.row ?? -1;
    },
  };
}

export function findCheapest(): Section {
  const vocabulary = loadVocabulary();
  const rules = loadRules(['default'], vocabulary);
  if (!rules.ok) throw new Error('the shipped rules are damaged');
  const mix = JSON.parse(readFileSync('benchmarks/queries.json', 'utf8')) as Readonly<
    Record<'common' | 'rare' | 'impossible', readonly QueryText[]>
  >;
  const requests = [...mix.common, ...mix.rare, ...mix.impossible].map((query): MachineRequest => {
    const text = (source: string, value: string) => ({ source, text: value });
    const request = parseRequest(
      {
        constraints: [text('query', query.constraints)],
        ...(query.placement === undefined ? {} : { placement: text('query', query.placement) }),
      },
      vocabulary,
    );
    if (!request.ok) throw new Error(request.diagnostics[0]!.message);
    return request.value;
  });
  const rows: (readonly string[])[] = [];
  const timings: Section['timings'][number][] = [];
  for (const size of SIZES) {
    const compiled = compile(makeCatalog(vocabulary, size, SEED), rules.value);
    const queries = new Map(requests.map((request) => [request, prepare(compiled, request)]));
    const runners: readonly Runner<MachineRequest>[] = [
      naive(plainOffers(compiled)),
      { name: 'scan, prepared', run: (request) => cheapest(queries.get(request)!) },
      { name: 'scan, prepare + cheapest', run: (request) => cheapest(prepare(compiled, request)) },
    ];
    checkAgreement(runners, requests);
    const taken = time(runners, requests, size >= 100_000 ? 7 : 15);
    timings.push(...taken.map((timing) => ({ ...timing, size })));
    rows.push(...rowsAgainstFirst(size, taken));
  }
  return {
    title: 'Find the cheapest offer',
    head: ['offers', 'how', 'median per request', 'spread over rounds', 'against filter + sort'],
    rows,
    note: `${requests.length} requests (benchmarks/queries.json) over made-up catalogs (seed ${SEED}); the naive loop has its rules worked out beforehand, the scan derives them once for all requests of the same facts.`,
    timings,
  };
}
