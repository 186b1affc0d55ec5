import { z } from 'zod';
import { type Prefix, parsePrefix } from './address/ip.ts';
import { PrefixSet } from './address/prefix-set.ts';
import { shardPrefixes, shardSize, shardsOf } from './address/shards.ts';
import type { Config } from './config/config.ts';
import { opinionsOf } from './config/sections/confirm.ts';
import type { UnitName } from './core/stage.ts';
import type { Tool } from './core/tool.ts';
import { probeFor } from './evidence/probes.ts';
import { ControlKind, DrawnAs } from './schemas/lists.ts';
import { AsnRecord } from './schemas/records/asn.ts';
import { GeoRecord } from './schemas/records/geo.ts';
import { HandshakeRecord } from './schemas/records/handshake.ts';
import { HopsRecord } from './schemas/records/hops.ts';
import { OsRecord } from './schemas/records/os.ts';
import { PathRecord } from './schemas/records/path.ts';
import { ResolveRecord } from './schemas/records/resolve.ts';
import { isProhibited, isSynAck, replyIdentity, ScanRecord } from './schemas/records/scan.ts';
import { TargetsRecord } from './schemas/records/targets.ts';
import { WhoisRecord } from './schemas/records/whois.ts';

/**
 * A role is what a stage needs done: unit rows in, records out. Stages and tools meet only here.
 * `asked` lists the units that one input row stands for, `answered` names the unit that a record belongs to: with both,
 * core can add up that units in = answered + failed + rejected + skipped.
 */
export interface Role<I, R> {
  /** What one unit is, in words. */
  unit: string;
  input: z.ZodType<I>;
  record: z.ZodType<R>;
  /** null: too many to list (a prefix); core then only counts them with `askedCount`. */
  asked(row: I, config: Config): UnitName[] | null;
  /** How many units a row stands for; absent: as many as `asked` lists. */
  askedCount?(row: I, config: Config): number;
  /** Tells whether a unit is one of these rows, which are too many to list. */
  within?(rows: I[], config: Config): (unit: string) => boolean;
  /** A row in several, of at most so many units each; null where it need not or cannot be divided. */
  divided?(row: I, most: number, config: Config): I[] | null;
  answered(record: R): UnitName;
  /** A unit has one record at most: whatever else is said of it is rejected, and doubles nothing. */
  oneRecord?: true;
  /** Which words of a unit's name are numbers: records are sorted by the words, these by value. Default: none. */
  unitNumbers?: readonly boolean[];
  /** Names what a record says: a second record of the same identity is the first one again. Default: all of its fields. */
  identity?(record: R): string;
  /** Fact of the part under which a record is counted, its repeats as `<fact>_repeated`; null: under none. */
  countedAs?(record: R): string | null;
}

function defineRole<I, R>(role: Role<I, R>): Role<I, R> {
  return role;
}

const Line = z.strictObject({
  line: z.int(),
  text: z.string(),
  list: z.int().positive().optional(),
  form: z.string().optional(),
});
const Question = z.strictObject({ name: z.string(), type: z.enum(['A', 'AAAA']) });
export const Shard = z.strictObject({ index: z.int().min(0), of: z.int().positive(), length: z.int().min(0).max(32) });
const ScanTarget = z.strictObject({ target: z.string(), shard: Shard.optional() });
/** Absent from the rows of candidates. */
const control = ControlKind.optional();
const Opinion = z.strictObject({ address: z.string(), port: z.int(), control });
const SentinelQuestion = z.strictObject({ address: z.string(), port: z.int(), probe: z.enum(['v1', 'v0', 'plain']) });
const Endpoint = z.strictObject({ address: z.string(), port: z.int(), host: z.string().nullable(), control });
/** port: one that answers SYNs, where a stage asks that too. */
const Address = z.strictObject({ address: z.string(), port: z.int().optional(), control });
const Way = z.strictObject({ address: z.string(), port: z.int(), probe: z.enum(['v1', 'v0']), drawn_as: DrawnAs });

/** list: number of the list, the first where it is absent; form: how the line is read (lists/form.ts). Both are rare and stand where they must. */
export type Line = z.infer<typeof Line>;
export type Question = z.infer<typeof Question>;
/** target: an address, or a prefix in CIDR notation, or with `shard` a part of one (address/shards.ts) */
export type ScanTarget = z.infer<typeof ScanTarget>;
/** host: a name that resolved to the address, for the Host header; control: drawn as one, of this kind (stages/units/controls.ts) */
export type Endpoint = z.infer<typeof Endpoint>;
export type Opinion = z.infer<typeof Opinion>;
export type SentinelQuestion = z.infer<typeof SentinelQuestion>;
export type Address = z.infer<typeof Address>;
/** A way to be swept with SYNs of one kind. */
export type Way = z.infer<typeof Way>;

/** More lines than any list has. */
const listSpan = 1e10;

/** A line of a list as a unit: lines of the second are numbered from far behind those of the first, and so on. */
export function lineUnit(line: number, list = 1): number {
  return list === 1 ? line : list * listSpan + line;
}

function isPrefix(target: string): boolean {
  return target.includes('/');
}

function scanUnits(target: string, config: Config): string[] {
  return config.scan.ports.flatMap((port) =>
    config.scan.versions.map((version) => `${target} ${port} ${probeFor(version)}`),
  );
}

function unitsPerAddress({ scan }: Config): number {
  return scan.ports.length * scan.versions.length;
}

function sizeOf({ target, shard }: ScanTarget): number {
  const prefix = isPrefix(target) ? parsePrefix(target) : null;
  if (prefix === null) return 1;
  return shard === undefined ? 2 ** (32 * prefix.words.length - prefix.length) : shardSize(prefix, shard);
}

function prefixesOf({ target, shard }: ScanTarget): Prefix[] {
  const prefix = parsePrefix(target);
  if (prefix === null) return [];
  return shard === undefined ? [prefix] : [...shardPrefixes(prefix, shard)];
}

/** A prober of the user may print anything: what lies outside its prefixes, ports and probes was not asked. */
function isWithin(rows: ScanTarget[], config: Config): (unit: string) => boolean {
  const addresses = new PrefixSet(rows.flatMap(prefixesOf));
  const asked = new Set(scanUnits('', config));
  return (unit) => {
    const end = unit.indexOf(' ');
    return asked.has(unit.slice(end)) && addresses.contains(unit.slice(0, end));
  };
}

function shardRows(target: string, most: number): ScanTarget[] | null {
  return shardsOf(target, most)?.map((shard) => ({ target, shard })) ?? null;
}

/** Replies to SYNs: several to a unit, and one of them more than once. */
const ofReplies = {
  answered: (record: ScanRecord) => `${record.address} ${record.port} ${record.probe}`,
  unitNumbers: [false, true],
  identity: replyIdentity,
  countedAs: (record: ScanRecord) => (isSynAck(record) ? 'synacks' : isProhibited(record) ? 'prohibited' : null),
};

const perAddress = {
  oneRecord: true as const,
  unit: 'address',
  input: Address,
  asked: (row: Address) => [row.address],
  askedCount: () => 1,
  answered: (record: { address: string }) => record.address,
};

export const roles = {
  list: defineRole({
    unit: 'line',
    input: Line,
    record: TargetsRecord,
    asked: (row) => [lineUnit(row.line, row.list)],
    askedCount: () => 1,
    answered: (record) => lineUnit(record.line, record.list),
  }),
  resolver: defineRole({
    unit: 'name and type',
    input: Question,
    record: ResolveRecord,
    asked: (row) => [`${row.name} ${row.type}`],
    answered: (record) => `${record.name} ${record.type}`,
    oneRecord: true,
  }),
  syn_prober: defineRole({
    unit: 'address, port, probe',
    input: ScanTarget,
    record: ScanRecord,
    asked: (row, config) => (isPrefix(row.target) ? null : scanUnits(row.target, config)),
    askedCount: (row, config) => sizeOf(row) * unitsPerAddress(config),
    within: isWithin,
    divided: (row, most, config) =>
      isPrefix(row.target) ? shardRows(row.target, most / unitsPerAddress(config)) : null,
    ...ofReplies,
  }),
  second_prober: defineRole({
    unit: 'address, port, probe',
    input: Opinion,
    record: ScanRecord,
    asked: ({ address, port }, config) => opinionsOf(config).map((probe) => `${address} ${port} ${probe}`),
    ...ofReplies,
  }),
  sentinel_prober: defineRole({
    unit: 'address, port, probe',
    input: SentinelQuestion,
    record: ScanRecord,
    asked: ({ address, port, probe }) => [`${address} ${port} ${probe}`],
    ...ofReplies,
  }),
  connector: defineRole({
    unit: 'address, port',
    input: Endpoint,
    record: HandshakeRecord,
    asked: (row) => [`${row.address} ${row.port}`],
    answered: (record) => `${record.address} ${record.port}`,
    oneRecord: true,
    unitNumbers: [false, true],
  }),
  prefix_table: defineRole({ ...perAddress, record: AsnRecord }),
  registry: defineRole({ ...perAddress, record: WhoisRecord }),
  geo_database: defineRole({ ...perAddress, record: GeoRecord }),
  fingerprint: defineRole({ ...perAddress, record: OsRecord }),
  path_probe: defineRole({ ...perAddress, record: PathRecord }),
  hop_probe: defineRole({
    unit: 'address, port, probe',
    input: Way,
    record: HopsRecord,
    asked: (row) => [`${row.address} ${row.port} ${row.probe}`],
    answered: (record) => `${record.address} ${record.port} ${record.probe}`,
    oneRecord: true,
    unitNumbers: [false, true],
  }),
} as const;

export type RoleName = keyof typeof roles;

/** A tool by its name in census.yaml, or the user's own command. */
export type ToolChoice = string | { command: string[] };

/** Finds the tool that plays a role; handed to the stages, which never name one. */
export type ToolFinder = (role: RoleName, choice: ToolChoice) => Tool<unknown, unknown, unknown, Config>;
