import type { Organisation } from './lines.ts';

/** Registries and the word AS itself: they stand before the operator's own word in a handle (CNNIC-ALIBABA-CN-NET-AP, AS-CHOOPA). */
const before = /^(?:AS|ASN|AS\d+|AFRINIC|APNIC|ARIN|CNNIC|IDNIC|IRINN|JPNIC|KRNIC|LACNIC|NIC|RIPE|TWNIC|VNNIC)$/;

/** Words that any operator may begin with: they tell none from another. Words of fewer than four letters are none either. */
const anybodys = new Set([
  ...['ACADEMIC', 'BACKBONE', 'BANK', 'BROADBAND', 'CABLE', 'CENTER', 'CENTRAL', 'CENTRE', 'CITY', 'CLOUD', 'COLLEGE'],
  ...['COMMUNICATION', 'COMMUNICATIONS', 'CORP', 'CORPORATE', 'DATA', 'DATACENTER', 'DATACENTRE', 'DIGITAL', 'EAST'],
  ...['EDUCATION', 'ENTERPRISE', 'FIBER', 'FIBRE', 'FIRST', 'GLOBAL', 'GOVERNMENT', 'GROUP', 'HOME', 'HOST', 'HOSTING'],
  ...['INFO', 'INTERNATIONAL', 'INTERNET', 'LOCAL', 'MOBILE', 'NATIONAL', 'NETWORK', 'NETWORKS', 'NORTH', 'ONLINE'],
  ...['PRIVATE', 'PUBLIC', 'REGIONAL', 'RESEARCH', 'SCHOOL', 'SECURITY', 'SERVER', 'SERVERS', 'SERVICE', 'SERVICES'],
  ...['SOLUTIONS', 'SOUTH', 'STATE', 'SYSTEMS', 'TECH', 'TECHNOLOGY', 'TELE', 'TELECOM', 'TELEKOM', 'UNITED'],
  ...['UNIVERSITY', 'VIRTUAL', 'WEST', 'WIRELESS', 'WORLD'],
]);

const leastLetters = 4;

/** "SANOMA-AS Sanoma Data Oy, FI" in its parts. */
function partsOf(asName: string): { text: string; country: string | null } {
  const [, text = '', country] = /^(.*?)(?:,\s*([A-Z]{2}))?$/.exec(asName.trim()) ?? [];
  return { text: text.trim(), country: country ?? null };
}

/**
 * The operator's own word in an AS's handle; null where the name has no handle, or the word could be anybody's. A handle is the first
 * word of the name when it has no small letter.
 */
function ownWord(text: string): string | null {
  const [handle = ''] = text.split(/\s/);
  if (!/^[A-Z0-9][A-Z0-9._-]*$/.test(handle)) return null;
  const word = handle.split(/[-_.]/).find((one) => one !== '' && !before.test(one));
  const letters = word?.replace(/\d/g, '').length ?? 0;
  return word === undefined || letters < leastLetters || anybodys.has(word) ? null : word;
}

/**
 * The organisation of an AS by its name alone, where no file says: ASes whose handles begin with the same word of their operator and that
 * are registered in the same country are one. Whatever is not sure stays an organisation of its own, so that there are rather too many
 * organisations than too few.
 */
export function byName(asn: number, asName: string | null): Organisation {
  if (asName === null || asName.trim() === '') return { id: `AS${asn}`, name: `AS${asn}`, country: null };
  const { text, country } = partsOf(asName);
  const word = ownWord(text);
  if (word === null) return { id: `AS${asn}`, name: text === '' ? `AS${asn}` : text, country };
  return { id: `${word} ${country ?? ''}`, name: word, country };
}
