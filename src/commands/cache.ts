import { Command, Option } from 'commander';
import { type CacheInfo, renderCacheInfo, renderCleared } from '../render/cache.ts';
import { FORMATS, type Format } from '../render/formats.ts';
import { BUILD } from '../storage/build.ts';
import { statesIn } from '../storage/cache.ts';
import { cachePath, isCacheOff, openCacheFolder, whyRefused } from '../storage/cache-folder.ts';
import { isThere } from '../storage/files.ts';
import { EXIT, type Process, report } from './process.ts';

interface Options {
  readonly format: Format;
}

const HELP = `
Catalogs and rules that were read are kept in $XDG_CACHE_HOME/stowage, or ~/.cache/stowage, so that the next command
starts faster. What is kept is used only while the files that it was made of say the same, byte for byte, and only by
the very build of stowage that wrote it. It may be removed at any time. STOWAGE_CACHE=off does without.

Examples:
  stowage cache info --format json
  stowage cache clear
  STOWAGE_CACHE=off stowage add-machine kvm --constraints "cores=2 mem=4G"
`;

const formatOption = (): Option =>
  new Option('--format <format>', 'how to print').choices([...FORMATS]).default('tabular');

const NO_HOME = 'neither XDG_CACHE_HOME nor HOME is an absolute path';

function infoCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('info')
    .description('tell where the cache is and what is in it, with every entry checked')
    .addOption(formatOption())
    .action(async ({ format }: Options) => {
      const path = cachePath(process.env);
      const refused = path === undefined || !isThere(path) ? undefined : whyRefused(path);
      const folder = path === undefined ? undefined : openCacheFolder(path);
      const entries = folder === undefined ? [] : statesIn(folder, BUILD);
      const unused = isCacheOff(process.env) ? 'STOWAGE_CACHE is "off"' : path === undefined ? NO_HOME : refused;
      const info: CacheInfo = {
        folder: path ?? null,
        unused: unused ?? null,
        bytes: entries.reduce((total, { bytes }) => total + bytes, 0),
        entries,
      };
      process.out(await renderCacheInfo(info, format));
      exit(EXIT.answer);
    });
}

function clearCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('clear')
    .description('remove all that is in the cache')
    .addOption(formatOption())
    .action(async ({ format }: Options) => {
      const path = cachePath(process.env);
      const why = path === undefined || !isThere(path) ? undefined : whyRefused(path);
      if (path !== undefined && why !== undefined)
        return exit(report(process, [{ code: 'untrusted-cache', message: `${path} is not cleared: ${why}`, path }]));
      const folder = path === undefined ? undefined : openCacheFolder(path);
      const { removed, bytes, left } = folder?.clear() ?? { removed: 0, bytes: 0, left: 0 };
      if (path !== undefined && left > 0) {
        const message = `cannot remove ${left} of ${removed + left} files in ${path}`;
        return exit(report(process, [{ code: 'unwritable-cache', message, path }]));
      }
      process.out(await renderCleared({ folder: path ?? null, removed, bytes }, format));
      exit(EXIT.answer);
    });
}

/** `stowage cache`: what is kept on disk, shown and removed. */
export function cacheCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('cache')
    .description('look into what is kept on disk to start faster, or remove it')
    .addCommand(infoCommand(process, exit))
    .addCommand(clearCommand(process, exit))
    .addHelpText('after', HELP);
}
