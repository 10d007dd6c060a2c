import type { Attribute, Value } from '../catalog/value.ts';
import { passes } from '../rules/passes.ts';
import type { Leaf } from '../rules/rule.ts';
import { TRUE, type Tri } from '../rules/tri.ts';
import type { Domain, Sample } from './samples.ts';

/**
 * Decision diagrams over the samples of attributes (Bryant 1986, with as many branches as an attribute has samples):
 * two questions have the same answer for all facts exactly when their diagrams are the same node.
 */

/** A diagram: the number of a node, or of an outcome where it is negative. */
export type Diagram = number;

interface Node {
  readonly level: number;
  readonly children: readonly Diagram[];
}

export interface Diagrams {
  readonly domains: readonly Domain[];
  /** The diagram of one outcome, whatever the facts. Outcomes are told apart by `key`. */
  constant(key: string, outcome: unknown): Diagram;
  /** The outcome of a diagram that is one; undefined where facts decide. */
  outcomeOf(diagram: Diagram): { readonly outcome: unknown } | undefined;
  /** The value of an attribute as it is stated. Outcomes are samples. */
  value(attribute: Attribute): Diagram;
  /**
   * What several diagrams come to together.
   *
   * @param settled the outcome where some decide already, whatever the rest; undefined where they do not yet
   * @param most combinations that are looked at; beyond them, `TooManyNodes` is thrown
   */
  combine(
    operands: readonly Diagram[],
    outcome: (outcomes: readonly unknown[]) => Diagram,
    settled?: (operands: readonly Diagram[]) => Diagram | undefined,
    most?: number,
  ): Diagram;
  /** Facts that lead to an outcome, as few as possible; undefined where none do. Unstated facts make no difference. */
  factsFor(
    diagram: Diagram,
    isWanted: (outcome: unknown) => boolean,
    preset: ReadonlyMap<string, Value>,
  ): ReadonlyMap<string, Sample> | undefined;
  /** How many nodes there are. */
  size(): number;
}

/** Raised where diagrams outgrow the cap: whoever asks reports that it is not known. */
export class TooManyNodes extends Error {}

export function diagramsOver(domains: readonly Domain[], mostNodes: number): Diagrams {
  const nodes: Node[] = [];
  const unique = new Map<string, Diagram>();
  const outcomes: unknown[] = [];
  const constants = new Map<string, Diagram>();
  const levelOf = new Map(domains.map(({ attribute }, level) => [attribute.name, level]));

  const constant = (key: string, outcome: unknown): Diagram => {
    let found = constants.get(key);
    if (found === undefined) {
      found = -outcomes.push(outcome);
      constants.set(key, found);
    }
    return found;
  };
  const node = (level: number, children: readonly Diagram[]): Diagram => {
    if (children.every((child) => child === children[0])) return children[0]!;
    const key = `${level}:${children.join(',')}`;
    let found = unique.get(key);
    if (found === undefined) {
      if (nodes.length >= mostNodes) throw new TooManyNodes();
      found = nodes.push({ level, children }) - 1;
      unique.set(key, found);
    }
    return found;
  };

  const combine: Diagrams['combine'] = (operands, outcome, settled, most = mostNodes) => {
    const known = new Map<string, Diagram>();
    const visit = (parts: readonly Diagram[]): Diagram => {
      const early = settled?.(parts);
      if (early !== undefined) return early;
      let level = Number.POSITIVE_INFINITY;
      for (const part of parts) if (part >= 0) level = Math.min(level, nodes[part]!.level);
      if (level === Number.POSITIVE_INFINITY) return outcome(parts.map((part) => outcomes[-part - 1]));
      const key = parts.join(',');
      let found = known.get(key);
      if (found === undefined) {
        const children = domains[level]!.samples.map((_, branch) =>
          visit(
            parts.map((part) => (part >= 0 && nodes[part]!.level === level ? nodes[part]!.children[branch]! : part)),
          ),
        );
        found = node(level, children);
        if (known.size >= most) throw new TooManyNodes();
        known.set(key, found);
      }
      return found;
    };
    return visit(operands);
  };

  return {
    domains,
    constant,
    outcomeOf: (diagram) => (diagram < 0 ? { outcome: outcomes[-diagram - 1] } : undefined),
    value({ name }) {
      const level = levelOf.get(name);
      if (level === undefined) return constant('value unknown', undefined);
      return node(
        level,
        domains[level]!.samples.map((sample) => constant(`value ${JSON.stringify(sample) ?? 'unknown'}`, sample)),
      );
    },
    combine,
    factsFor(diagram, isWanted, preset) {
      /** The least number of facts to state, with the branch that leads there. */
      const best = new Map<Diagram, { readonly cost: number; readonly branch: number } | undefined>();
      const costOf = (at: Diagram): number | undefined => {
        if (at < 0) return isWanted(outcomes[-at - 1]) ? 0 : undefined;
        if (best.has(at)) return best.get(at)?.cost;
        const { level, children } = nodes[at]!;
        const { attribute, samples } = domains[level]!;
        let least: { readonly cost: number; readonly branch: number } | undefined;
        for (const [branch, child] of children.entries()) {
          const rest = costOf(child);
          if (rest === undefined) continue;
          const sample = samples[branch];
          const cost = rest + (sample === preset.get(attribute.name) ? 0 : 1);
          if (least === undefined || cost < least.cost) least = { cost, branch };
        }
        best.set(at, least);
        return least?.cost;
      };
      if (costOf(diagram) === undefined) return undefined;
      const facts = new Map<string, Sample>();
      for (let at = diagram; at >= 0; ) {
        const { level, children } = nodes[at]!;
        const { branch } = best.get(at)!;
        facts.set(domains[level]!.attribute.name, domains[level]!.samples[branch]);
        at = children[branch]!;
      }
      return facts;
    },
    size: () => nodes.length,
  };
}

/** Whether a leaf holds of facts. */
export function leafTruth(leaf: Leaf, factOf: (name: string) => Value | undefined): Tri {
  const value = factOf(leaf.attribute.name);
  let result: Tri = TRUE;
  for (const { operator, operand } of leaf.tests) {
    const operands = operand.kind === 'values' ? operand.values : [factOf(operand.attribute.name)].flat();
    const truth = passes(leaf.attribute.kind, operator, value, operands as readonly (Value | undefined)[]);
    if (truth < result) result = truth;
  }
  return result;
}
