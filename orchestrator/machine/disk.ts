import type { Config } from '../config/config.ts';

/** What a run is given, by kind. */
export interface Given {
  /** Names of the list, each once, without their www doubles. */
  names: number;
  /** Addresses that stand in a list one by one. */
  addresses: number;
  /** Addresses within prefixes. */
  within: number;
}

/** Bytes that a run folder holds whatever is asked: report, map, manifest, and what every part has of its own. */
const atAll = 5e6;

/**
 * Bytes on disk for each of these, raw files and records together, measured in censuses of the lab, of the study's size and of a /8, and
 * rounded up. Merge holds about as much again as its hosts and names take, for as long as it works.
 */
const each = {
  name: 150,
  question: 100,
  answered: 100,
  silent: 20,
  /** Of an address that answered: what the stages that look it up find. */
  lookup: 140,
  host: 400,
  /** Of an endpoint that is connected to: most of it is its packets. */
  connection: 4000,
};

/** What is usual: addresses for each name asked of one family, answers for each probe, and candidates with their controls for each host. */
const usual = { addresses: 0.4, ofList: 0.9, ofPrefix: 0.02, connections: 0.02 };

/** Bytes that a run of these targets fills on disk where hosts are as they usually are. */
export function expectedBytes({ names, addresses, within }: Given, config: Config): number {
  const { scan, resolve, targets } = config;
  const asked = names * ('list' in targets && targets.www ? 2 : 1);
  const questions = asked * resolve.families.length;
  const listed = addresses + questions * Math.min(usual.addresses, scan.addresses_per_name);
  const perAddress = scan.ports.length * scan.versions.length;
  const answered = perAddress * (listed * usual.ofList + within * usual.ofPrefix);
  // nothing is kept of an address of a prefix that says nothing
  const silent = perAddress * listed * (1 - usual.ofList);
  const hosts = answered / scan.versions.length;
  const lookups = hosts / scan.ports.length;
  const connections = hosts * usual.connections;
  const sums = [
    [asked, each.name],
    [questions, each.question],
    [answered, each.answered],
    [silent, each.silent],
    [lookups, each.lookup],
    [hosts, each.host],
    [connections, each.connection],
  ] as const;
  return sums.reduce((sum, [count, bytes]) => sum + count * bytes, atAll);
}
