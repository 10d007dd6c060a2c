import { setAt, type Table, textAt } from '../catalog/column.ts';
import { FALSE, TRUE, type Tri, UNKNOWN_TRUTH } from '../rules/tri.ts';

/** Stands for an answer that was not worked out yet. */
const UNDECIDED = 3;

function bootsOn(types: Table, images: Table, type: number, image: number): Tri {
  const archs = setAt(types, 'type.arch', type);
  const built = textAt(images, 'image.arch', image);
  if (archs !== undefined && built !== undefined && !archs.includes(built)) return FALSE;
  const [own, wanted] = [setAt(types, 'type.virt', type), setAt(images, 'image.virt', image)];
  if (own !== undefined && wanted !== undefined && !own.some((virt) => wanted.includes(virt))) return FALSE;
  return archs === undefined || built === undefined ? UNKNOWN_TRUTH : TRUE;
}

/**
 * Whether an image boots on a type: its architecture is one of the type's, and their virtualization agrees. One answer
 * per image and kind of type, worked out when it is first asked for.
 */
export function bootsBetween(types: Table, images: Table): (type: number, image: number) => Tri {
  const [archs, virts] = [types.columns.get('type.arch'), types.columns.get('type.virt')];
  const virtKinds = virts?.values.length ?? 1;
  const known = new Uint8Array((archs?.values.length ?? 1) * virtKinds * images.size).fill(UNDECIDED);
  return (type, image) => {
    const kind = (archs?.codes[type] ?? 0) * virtKinds + (virts?.codes[type] ?? 0);
    const pair = kind * images.size + image;
    if (known[pair] === UNDECIDED) known[pair] = bootsOn(types, images, type, image);
    return known[pair] as Tri;
  };
}
