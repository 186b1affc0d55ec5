import { family } from './addresses.ts';
import { delegation, unansweredTld } from './nameservers.ts';
import { inPieces } from './pieces.ts';
import type { Plan } from './plan.ts';
import type { CrowdEntry } from './population.ts';
import type { World } from './world.ts';

type Domain = World['domains'][number];
export interface DnsRecord {
  name: string;
  type: 'A' | 'AAAA' | 'CNAME';
  value: string;
}

function addressRecords(name: string, addresses: readonly string[]): DnsRecord[] {
  return addresses.map((value) => ({ name, type: family(value) === 4 ? 'A' : 'AAAA', value }));
}

/** The k-th name of a domain at an imagined content network, where its aliases point. */
function edgeName(domain: string, k: number): string {
  return `${domain.replaceAll('.', '-').replace(/^-+/, '')}-${k}.cdn.example`;
}

/** NAME -> edge 1 -> ... -> edge n, which holds the addresses. */
function chain(name: string, domain: Domain): DnsRecord[] {
  if (domain.links === 0) return addressRecords(name, domain.addresses);
  return [{ name, type: 'CNAME', value: edgeName(domain.name, 1) }];
}

function edges(domain: Domain): DnsRecord[] {
  const records: DnsRecord[] = [];
  for (let k = 1; k < domain.links; k++)
    records.push({ name: edgeName(domain.name, k), type: 'CNAME', value: edgeName(domain.name, k + 1) });
  if (domain.links > 0) records.push(...addressRecords(edgeName(domain.name, domain.links), domain.addresses));
  return records;
}

function circle(domain: Domain, size: number): DnsRecord[] {
  const names = Array.from({ length: size }, (_, k) => (k === 0 ? domain.name : edgeName(domain.name, k)));
  return names.map((name, k) => ({ name, type: 'CNAME', value: names[(k + 1) % size] ?? domain.name }));
}

/** All records of a list entry: its own name, what its aliases need, and its www name. */
export function recordsOf(domain: Domain): DnsRecord[] {
  if (domain.unanswered) return [];
  const records = domain.loop ? circle(domain, domain.loop) : edges(domain);
  if (!domain.absent && !domain.loop) records.push(...chain(domain.name, domain));
  const www = `www.${domain.name}`;
  if (domain.www === 'alias') records.push({ name: www, type: 'CNAME', value: domain.name });
  if (domain.www === 'same') records.push(...chain(www, domain));
  return records;
}

/** Names that exist without a record of their own: an `empty` answer and an absent name are two things. */
export function emptyNames(domain: Domain): string[] {
  if (domain.absent || domain.unanswered || domain.loop || domain.links > 0 || domain.addresses.length > 0) return [];
  return domain.www === 'same' ? [domain.name, `www.${domain.name}`] : [domain.name];
}

/** The records of each name. */
export function byName(records: readonly DnsRecord[]): Map<string, DnsRecord[]> {
  const grouped = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const here = grouped.get(record.name);
    if (here) here.push(record);
    else grouped.set(record.name, [record]);
  }
  return grouped;
}

/** Addresses at the end of the aliases of a name; none for a loop, a dead end or an unknown name. */
export function follow(records: ReadonlyMap<string, readonly DnsRecord[]>, name: string): string[] {
  const seen = new Set<string>();
  for (let at = name; !seen.has(at); ) {
    seen.add(at);
    const here = records.get(at) ?? [];
    const alias = here.find((record) => record.type === 'CNAME');
    if (!alias) return here.map((record) => record.value);
    at = alias.value;
  }
  return [];
}

function crowdRecords({ name, kind, address, alias }: CrowdEntry): string {
  if (kind !== 'live') return '';
  return `${name}. 300 IN A ${address}\nwww.${name}. 300 IN ${alias ? `CNAME ${name}.` : `A ${address}`}\n`;
}

/** The whole name space as one zone file for the root (RFC 1035), in pieces: the resolver recurses over it as over the real tree. */
export function* zoneFile({ world, records, empty, unanswered, crowd }: Plan): Generator<string> {
  const lines = [
    '. 3600 IN SOA ns.lab.test. hostmaster.lab.test. 1 3600 600 86400 60',
    '. 3600 IN NS ns.lab.test.',
    `ns.lab.test. 3600 IN A ${world.services.resolver}`,
    ...records.map(({ name, type, value }) => `${name}. 300 IN ${type} ${type === 'CNAME' ? `${value}.` : value}`),
    ...empty.map((name) => `${name}. 300 IN TXT "no address"`),
    ...(unanswered.length === 0 ? [] : delegation(unansweredTld, world.services.authority)),
  ];
  yield `${lines.join('\n')}\n`;
  yield* inPieces(crowd?.all() ?? [], crowdRecords);
}
