import { compareText } from './order.ts';

/**
 * Versions in Debian's order: `[epoch:]upstream[-revision]`, digits compared as numbers, `~` before everything, even
 * the end (Debian Policy 5.6.12, deb-version(7)).
 */

const VERSION = /^(?:\d+:)?\d[A-Za-z0-9.+~:-]*$/;

/** Whether a text is a version that can be compared: starts with a digit, Debian's characters only. */
export function isVersion(text: string): boolean {
  return text.length <= 200 && VERSION.test(text);
}

// dpkg's weights: tilde lowest, then the end of the text, then letters by code, then all other characters.
function weight(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined || isDigit(character)) return 0;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const order = weight(a[i]) - weight(b[j]);
      if (order !== 0) return Math.sign(order);
      i += 1;
      j += 1;
    }
    const startA = i;
    const startB = j;
    while (isDigit(a[i])) i += 1;
    while (isDigit(b[j])) j += 1;
    const digitsA = a.slice(startA, i).replace(/^0+/, '');
    const digitsB = b.slice(startB, j).replace(/^0+/, '');
    if (digitsA.length !== digitsB.length) return digitsA.length < digitsB.length ? -1 : 1;
    if (digitsA !== digitsB) return compareText(digitsA, digitsB);
  }
  return 0;
}

function split(version: string): readonly [epoch: string, upstream: string, revision: string] {
  const colon = version.indexOf(':');
  const epoch = colon === -1 ? '0' : version.slice(0, colon);
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return dash === -1 ? [epoch, rest, ''] : [epoch, rest.slice(0, dash), rest.slice(dash + 1)];
}

/** Negative, zero or positive as `a` is older than, the same as, or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const [epochA, upstreamA, revisionA] = split(a);
  const [epochB, upstreamB, revisionB] = split(b);
  return comparePart(epochA, epochB) || comparePart(upstreamA, upstreamB) || comparePart(revisionA, revisionB);
}
