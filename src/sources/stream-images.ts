import {
  attributeNamed,
  decode,
  Fault,
  type Fields,
  has,
  isFields,
  type ProductsFile,
  type Reader,
  versionsOf,
} from './stream-file.ts';

// What Ubuntu's image streams call the attributes of images; fields that say nothing of an image are left out.
const IMAGE_FIELDS: Readonly<Record<string, string>> = {
  id: 'id',
  os: 'os',
  arch: 'arch',
  virt: 'virt',
  root_store: 'root-store',
  crsn: 'region',
  region: 'region',
  support_eol: 'eol',
  'eol-extended': 'eol-extended',
  features: 'features',
  containers: 'containers',
  stream: 'stream',
  cloud: 'cloud',
};

/** Images in Ubuntu's own layout, with inheritance and aliases as its readers have them. */
export function readImages(reader: Reader, file: ProductsFile, entryCloud: string | undefined, source: string): void {
  const aliases = isFields(file._aliases) ? file._aliases : {};
  for (const [id, product] of Object.entries(file.products)) {
    for (const [version, items] of versionsOf({ ...reader, latest: undefined }, product, source, `products.${id}`)) {
      const body = isFields(product.versions) ? product.versions[version] : undefined;
      for (const [key, item] of Object.entries(items)) {
        const path = `products.${id}.versions.${version}.items.${key}`;
        if (!isFields(item)) throw new Fault(source, path, 'an item must be a map');
        const fields: Record<string, unknown> = Object.create(null);
        const fill = (from: Fields): void => {
          for (const [field, value] of Object.entries(from)) {
            if (!isFields(value) && (fields[field] ?? '') === '') fields[field] = value;
          }
        };
        // Aliases come first and win; then the nearest level that states a field wins, blank being no statement. A
        // region is what an alias makes of `crsn`, which stands for it where there is none.
        for (const [field, byValue] of Object.entries(aliases)) {
          const extra = isFields(byValue) && has(item, field) ? byValue[String(item[field])] : undefined;
          if (isFields(extra)) fill(extra);
        }
        for (const level of [item, body, product, file]) if (isFields(level)) fill(level);
        const row = reader.builder.image();
        const state = (name: string, raw: unknown): void => {
          const attribute = attributeNamed(reader, name);
          reader.builder.fact(attribute, row, decode(attribute, raw, source, `${path}.${name}`));
        };
        state('image.product', id);
        state('image.version', version);
        if (fields.cloud === undefined && entryCloud !== undefined) state('image.cloud', entryCloud);
        // In Ubuntu's products `release` is the code name and `version` the number; the number is what bases name.
        if (fields.version !== undefined) state('image.release', fields.version);
        for (const [field, name] of Object.entries(IMAGE_FIELDS)) {
          if ((fields[field] ?? '') !== '' && !(field === 'crsn' && (fields.region ?? '') !== ''))
            state(`image.${name}`, fields[field]);
        }
      }
    }
  }
}
