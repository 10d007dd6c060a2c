import { visible } from '../diagnostic/visible.ts';
import type { Answer } from '../plan/schema.ts';
import { formatMonthly, readMoney } from '../quantity/money.ts';
import { dimensionsIn } from './fill.ts';

/** The machines of an answer for spreadsheets: a row each, as RFC 4180 has it. */

const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A cell that no spreadsheet takes for a formula: texts that begin like one get an apostrophe in front.
 *
 * @example csvCell('=1+1') // "'=1+1"
 * @example csvCell('-0.5') // '-0.5', a number
 */
export function csvCell(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text);
  const shown = isFormula ? `'${visible(text)}` : visible(text);
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

/**
 * The machines of an answer, a row each below a head; the head alone where there are none. What is unknown is empty.
 * Prices are USD, `cores` whole ones, `mem` MiB; columns of dimensions have the units of measurement of `fill`.
 */
export function answerCsv({ machines }: Answer): string {
  const dimensions = dimensionsIn(machines);
  const head = [
    ...['machine', 'running', 'type', 'cloud', 'region', 'zone', 'market', 'base', 'arch', 'cores', 'mem'],
    ...['price-per-hour', 'price-per-month', 'containers', 'units'],
    ...dimensions.flatMap((name) => [`${name}-used`, `${name}-reserved`, `${name}-capacity`]),
  ];
  const rows = machines.map((machine) => [
    machine.id,
    machine.running === true ? 'true' : 'false',
    machine.type,
    machine.cloud,
    machine.region,
    machine.zone ?? '',
    machine.market,
    machine.image === undefined ? '' : `${machine.image.os}@${machine.image.release}`,
    machine.image?.arch ?? '',
    machine.cores === undefined ? '' : String(machine.cores),
    machine.mem === undefined ? '' : String(machine.mem),
    machine.price,
    formatMonthly(readMoney(machine.price)),
    machine.containers.map(({ id }) => id).join(' '),
    (machine.units ?? []).join(' '),
    ...dimensions.flatMap((name) => {
      const filled = machine.fill?.[name];
      if (filled === undefined) return ['', '', ''];
      return [String(filled.used), String(filled.reserved), filled.capacity === null ? '' : String(filled.capacity)];
    }),
  ]);
  return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}
