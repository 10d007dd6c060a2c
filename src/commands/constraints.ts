import { Command } from 'commander';
import type { Process } from './process.ts';
export function constraintsCommand(_process: Process, _exit: (code: number) => void): Command { return new Command('constraints'); }
