import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney } from '../quantity/money.ts';
import type { CapabilityOutcome } from './aspects.ts';

/** What other rules make of offers, in words that follow "412 offers". */

const HOW: Readonly<Record<NonNullable<CapabilityOutcome['via']>, string>> = {
  launch: 'when launched the ordinary way',
  image: 'by their image',
  'after-launch': 'after a step on the running machine',
  'launch-option': 'with a launch option',
};

function capabilityChange(name: string, was: CapabilityOutcome, is: CapabilityOutcome): string {
  const version = (one: CapabilityOutcome): string => one.version ?? 'of unknown version';
  if (is.presence === 'present') {
    if (was.presence !== 'present') {
      const how = is.via === 'launch-option' || is.via === 'after-launch' ? ` ${HOW[is.via]}` : '';
      return `gain ${name}${how}${was.presence === 'unknown' ? ', of which nothing was known' : ''}`;
    }
    const changes = [
      ...(was.version === is.version ? [] : [`${name} ${version(is)} instead of ${version(was)}`]),
      ...(was.via === is.via || is.via === undefined || was.via === undefined
        ? []
        : [`${was.version === is.version ? `${name} ` : ''}${HOW[is.via]} instead of ${HOW[was.via]}`]),
    ];
    return `have ${changes.join(', ')}`;
  }
  if (was.presence === 'present')
    return is.presence === 'absent' ? `lose ${name}` : `may lack ${name}: it is not known`;
  return is.presence === 'absent'
    ? `certainly lack ${name}, of which nothing was known`
    : `may have ${name}: it is not known`;
}

interface PriceText {
  readonly change: {
    readonly operation: 'times' | 'plus' | 'at-most';
    readonly amount: number;
    readonly per?: { readonly name: string };
    readonly component: string;
  };
}

interface PreferText {
  /** In millionths; a bonus is below zero. */
  readonly preference: { readonly share: number };
}

interface ReserveText {
  readonly shares: readonly {
    readonly name: string;
    readonly dimension: string;
    readonly percent: number;
    readonly atLeast: number;
    readonly per?: string;
  }[];
}

/** What an action does, each part by itself. */
function actionParts(text: string): readonly string[] {
  const action = JSON.parse(text) as PriceText | PreferText | ReserveText;
  if ('preference' in action) {
    const { share } = action.preference;
    const percent = formatDecimal(Math.abs(share), 4);
    return [`${percent} % ${share < 0 ? 'cheaper' : 'dearer'} than billed`];
  }
  if ('change' in action) {
    const { operation, amount, per, component } = action.change;
    const size = operation === 'times' ? formatDecimal(amount, 6) : `${formatMoney(amount)} USD/h`;
    const each = per === undefined ? '' : ` per ${per.name}`;
    const verb = operation === 'at-most' ? 'at most' : operation;
    return [`${component === 'machine' ? '' : `${component} `}${verb} ${size}${each}`];
  }
  return action.shares.map(({ name, dimension, percent, atLeast, per }) => {
    const amounts = [
      ...(percent > 0 ? [`${percent} %`] : []),
      ...(atLeast > 0 ? [`${percent > 0 ? 'at least ' : ''}${atLeast}${dimension === 'mem' ? ' MiB' : ''}`] : []),
    ];
    return `${name} ${dimension} ${amounts.join(', ') || '0'}${per === undefined ? '' : ` per ${per}`}`;
  });
}

const VERBS = { price: 'are billed', rank: 'rank as if', reserve: 'keep back' } as const;
const NOTHING = { price: 'as listed', rank: 'as billed', reserve: 'nothing' } as const;

/** @param was,is what `aspectOf` says of an offer, before and after */
export function changeInWords(aspect: string, was: unknown, is: unknown): string {
  switch (aspect) {
    case 'refusal':
      return is === 1 ? 'are refused' : 'are no longer refused';
    case 'remark':
      return is === 1 ? 'are told of' : 'are no longer told of';
    case 'price':
    case 'rank':
    case 'reserve': {
      const [before, after] = [was, is].map((texts) => (texts as readonly string[]).flatMap(actionParts));
      const gone = before!.filter((part) => !after!.includes(part));
      const come = after!.filter((part) => !before!.includes(part));
      const told = (parts: readonly string[]): string => (parts.length > 0 ? parts.join(', ') : NOTHING[aspect]);
      return `${VERBS[aspect]} ${told(come)} instead of ${told(gone)}`;
    }
    default:
      return capabilityChange(aspect.slice('can.'.length), was as CapabilityOutcome, is as CapabilityOutcome);
  }
}
