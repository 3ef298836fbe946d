/** How a name's attribute value is written: the string type, and the most characters it may have. */
export interface AttributeType {
  readonly oid: string;
  readonly string: 'utf8' | 'printable' | 'ia5';
  readonly maximum: number;
}

/** Attribute types by short name, with the upper bounds of RFC 5280 Appendix A. */
export const attributeTypes = {
  CN: { oid: '2.5.4.3', string: 'utf8', maximum: 64 },
  SN: { oid: '2.5.4.4', string: 'utf8', maximum: 32_768 },
  serialNumber: { oid: '2.5.4.5', string: 'printable', maximum: 64 },
  C: { oid: '2.5.4.6', string: 'printable', maximum: 2 },
  L: { oid: '2.5.4.7', string: 'utf8', maximum: 128 },
  ST: { oid: '2.5.4.8', string: 'utf8', maximum: 128 },
  STREET: { oid: '2.5.4.9', string: 'utf8', maximum: 128 },
  O: { oid: '2.5.4.10', string: 'utf8', maximum: 64 },
  OU: { oid: '2.5.4.11', string: 'utf8', maximum: 64 },
  title: { oid: '2.5.4.12', string: 'utf8', maximum: 64 },
  GN: { oid: '2.5.4.42', string: 'utf8', maximum: 32_768 },
  dnQualifier: { oid: '2.5.4.46', string: 'printable', maximum: 64 },
  pseudonym: { oid: '2.5.4.65', string: 'utf8', maximum: 128 },
  UID: { oid: '0.9.2342.19200300.100.1.1', string: 'utf8', maximum: 256 },
  DC: { oid: '0.9.2342.19200300.100.1.25', string: 'ia5', maximum: 63 },
  emailAddress: { oid: '1.2.840.113549.1.9.1', string: 'ia5', maximum: 255 },
} as const satisfies Record<string, AttributeType>;

export type AttributeShortName = keyof typeof attributeTypes;

const shortNames = new Map<string, AttributeShortName>();
for (const [name, { oid }] of Object.entries(attributeTypes)) shortNames.set(oid, name as AttributeShortName);

export const attributeShortName = (oid: string): AttributeShortName | undefined => shortNames.get(oid);

/** The type of a short name or a dotted identifier; one that isn't in the table holds UTF-8. */
export function attributeType(type: string): AttributeType {
  if (Object.hasOwn(attributeTypes, type)) return attributeTypes[type as AttributeShortName];
  const short = shortNames.get(type);
  return short === undefined ? { oid: type, string: 'utf8', maximum: 32_768 } : attributeTypes[short];
}
