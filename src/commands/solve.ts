import { Command } from 'commander';
import type { Process } from './process.ts';
export function solveCommand(_process: Process, _exit: (code: number) => void): Command { return new Command('solve'); }
