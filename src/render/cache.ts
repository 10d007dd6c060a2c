import { paragraph } from './blocks.ts';
import { type Format, render } from './formats.ts';
import { grouped } from './table.ts';

/** What is kept on disk, for people and for programs. */

export interface CacheInfo {
  /** Null where there is none. */
  readonly folder: string | null;
  /** Why nothing is kept; null where something may be. */
  readonly unused: string | null;
  readonly bytes: number;
  readonly entries: readonly {
    readonly kind: string;
    readonly bytes: number;
    readonly used: string;
    readonly state: string;
  }[];
}

const kibibytes = (bytes: number): string => grouped(Math.ceil(bytes / 1024));

export function renderCacheInfo(info: CacheInfo, format: Format): Promise<string> {
  const { folder, unused, bytes, entries } = info;
  return render(info, format, () => {
    const where = folder === null ? 'There is no cache.' : `The cache is in ${folder}.`;
    if (unused !== null) return [paragraph(where, `Nothing is kept: ${unused}.`)];
    if (entries.length === 0) return [paragraph(where, 'It is empty.')];
    return [
      paragraph(where),
      {
        kind: 'table',
        head: ['Kept', 'KiB', 'Last used', 'State'],
        rows: [
          ...entries.map((entry) => [entry.kind, kibibytes(entry.bytes), entry.used, entry.state]),
          ['in all', kibibytes(bytes), '', ''],
        ],
        right: [1],
      },
    ];
  });
}

export interface Cleared {
  readonly folder: string | null;
  /** Files. */
  readonly removed: number;
  readonly bytes: number;
}

export function renderCleared(cleared: Cleared, format: Format): Promise<string> {
  const { folder, removed, bytes } = cleared;
  return render(cleared, format, () => {
    if (removed === 0) return [paragraph(folder === null ? 'There is no cache.' : `There is nothing in ${folder}.`)];
    const files = `${grouped(removed)} ${removed === 1 ? 'file' : 'files'}`;
    return [paragraph(`Removed ${files}, ${kibibytes(bytes)} KiB, from ${folder}.`)];
  });
}
