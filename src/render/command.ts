import { constraintsOption, word } from '../plan/steps.ts';

/** A request, as the `request` section of a problem file, as the command that asks it. */
export function commandOf(request: Readonly<Record<string, unknown>>, more: readonly string[] = []): string {
  const words: string[] = ['stowage add-machine'];
  const { placement, constraints = '', base, count, attributes, guests, reserve, waive } = request;
  if (placement !== undefined) words.push(word(String(placement)));
  const kept: string[] = [];
  const flags: string[] = [];
  for (const piece of String(constraints).split(/(?<!\\) /)) {
    const [, key, value = ''] = /^(cloud|region)=(.+)$/.exec(piece) ?? [];
    if (key === undefined) kept.push(piece);
    else flags.push(`--${key} ${word(value)}`);
  }
  words.push(constraintsOption(kept).trim(), ...flags);
  if (base !== undefined) words.push(`--base ${word(String(base))}`);
  if (count !== undefined) words.push(`-n ${String(count)}`);
  type GuestText = { readonly type: string; readonly count: number; readonly constraints?: string };
  for (const { type, count: times, constraints: sizes = '' } of (guests ?? []) as readonly GuestText[])
    words.push(`--guest ${word(`${times === 1 ? '' : `${times}x `}${type}:${sizes}`)}`);
  for (const [name, value] of Object.entries((attributes ?? {}) as object))
    words.push(`--with ${word(`${name}=${value}`)}`);
  if (reserve === false) words.push('--no-reserve');
  for (const rule of (waive ?? []) as readonly string[]) words.push(`--waive ${word(rule)}`);
  return [...words.filter((one) => one !== ''), ...more.map(word)].join(' ');
}
