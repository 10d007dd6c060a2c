import { valueAt } from '../catalog/column.ts';
import { compareText } from '../quantity/order.ts';
import { type Program, readsOfRule } from '../rules/program.ts';
import { attributesOf } from '../rules/rule.ts';
import type { Space } from '../rules/space.ts';

/** The attributes of images by which rules, or booting, may tell them apart. */
function tellingAttributes({ rules }: Program): readonly string[] {
  const names = new Set(['image.arch', 'image.virt']);
  for (const leaf of rules.flatMap(readsOfRule)) {
    if (leaf.kind !== 'leaf') continue;
    for (const { name, scope } of attributesOf(leaf)) if (scope === 'image') names.add(name);
  }
  return [...names].sort(compareText);
}

/** Rows of images that are alike in all that tells images apart. */
export function kindsOf({ images }: Space, program: Program): readonly (readonly number[])[] {
  const telling = tellingAttributes(program);
  const kinds = new Map<string, number[]>();
  for (let row = 0; row < images.size; row += 1) {
    const key = JSON.stringify(telling.map((name) => valueAt(images, name, row) ?? null));
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [row]);
    else kind.push(row);
  }
  return [...kinds.values()];
}
