import { isCollection, type Node, Document as YamlDocument } from 'yaml';

/**
 * A value as YAML text that reads back as the same value, and in readers of YAML 1.1 too: there a plain `no` is false.
 *
 * @param isRow whether the value at a path is written on one line; paths are of keys and indexes
 */
export function writeYaml(value: unknown, isRow: (path: readonly (string | number)[]) => boolean): string {
  const document = new YamlDocument(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  const walk = (node: Node | null, path: readonly (string | number)[]): void => {
    if (!isCollection(node)) return;
    if (isRow(path)) {
      node.flow = true;
      return;
    }
    for (const [index, item] of node.items.entries()) {
      if (typeof item === 'object' && item !== null && 'key' in item) {
        const pair = item as unknown as { readonly key: { readonly value: string }; readonly value: Node | null };
        walk(pair.value, [...path, pair.key.value]);
      } else walk(item as Node, [...path, index]);
    }
  };
  walk(document.contents as Node | null, []);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
