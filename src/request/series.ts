import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import type { Base } from './request.ts';
import { faultIn, type SourceText } from './source-text.ts';

/** Code names of Ubuntu's releases, which Juju called series until 2.9. */
export const UBUNTU_SERIES: Readonly<Record<string, string>> = {
  '12.04': 'precise',
  '12.10': 'quantal',
  '13.04': 'raring',
  '13.10': 'saucy',
  '14.04': 'trusty',
  '14.10': 'utopic',
  '15.04': 'vivid',
  '15.10': 'wily',
  '16.04': 'xenial',
  '16.10': 'yakkety',
  '17.04': 'zesty',
  '17.10': 'artful',
  '18.04': 'bionic',
  '18.10': 'cosmic',
  '19.04': 'disco',
  '19.10': 'eoan',
  '20.04': 'focal',
  '20.10': 'groovy',
  '21.04': 'hirsute',
  '21.10': 'impish',
  '22.04': 'jammy',
  '22.10': 'kinetic',
  '23.04': 'lunar',
  '23.10': 'mantic',
  '24.04': 'noble',
  '24.10': 'oracular',
  '25.04': 'plucky',
  '25.10': 'questing',
  '26.04': 'resolute',
  '26.10': 'stonking',
};

const RELEASES: ReadonlyMap<string, string> = new Map(
  Object.entries(UBUNTU_SERIES).map(([release, series]) => [series, release]),
);

/**
 * The base that a series names.
 *
 * @example baseOfSeries({ source: 'series', text: 'focal' }) // { os: 'ubuntu', release: '20.04' }
 * @example baseOfSeries({ source: 'series', text: 'centos7' }) // { os: 'centos', release: '7' }
 */
export function baseOfSeries(series: SourceText): Result<Base> {
  const release = RELEASES.get(series.text);
  if (release !== undefined) return ok({ os: 'ubuntu', release });
  const [, centos] = /^centos(\d+)$/.exec(series.text) ?? [];
  if (centos !== undefined) return ok({ os: 'centos', release: centos });
  const hint = didYouMean(series.text, [...RELEASES.keys()].reverse());
  return fail(faultIn(series, 'bad-series', `"${series.text}" is no series that is known here`, hint));
}

/** The series that the address of a charm names, as old ones do: `cs:bionic/mysql-58`, `cs:~who/xenial/wiki`. */
export function seriesOfCharm(charm: string): string | undefined {
  const parts = charm.replace(/^[a-z]+:/, '').split('/');
  return parts.slice(0, -1).find((part) => RELEASES.has(part) || /^centos\d+$/.test(part));
}
