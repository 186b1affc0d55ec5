import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument, type YAMLError } from 'yaml';
import { parsePrefix } from '../address/ip.ts';
import { isSpecialPurpose } from '../address/scope.ts';
import { clientFiles } from '../clients/config.ts';
import { isUrl } from '../core/inputs/list-file.ts';
import { CensusError } from '../errors.ts';
import { listSources, withPaths } from '../lists/sources.ts';
import { Config } from './config.ts';
import { commaEnds, describeIssues } from './issues.ts';
import { prefixFaults, targetKinds } from './targets.ts';
import { configText } from './text.ts';

function readYaml(path: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new CensusError('E_CONFIG', `${path} cannot be read`, 'write one with: mptcp-census init', cause);
  }
  let text: string;
  try {
    text = configText(bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CensusError('E_CONFIG', `${path} ${why}`, 'save it as UTF-8', cause);
  }
  return yamlValue(text, path);
}

/** What a reader of YAML has doubts about, such as a tag that it does not know, is no value that somebody meant. */
function yamlValue(text: string, path: string): unknown {
  // Of keys that are no words it warns later than of all else, and by itself; the schema refuses those.
  const document = parseDocument(text, { logLevel: 'error' });
  const [fault] = [...document.errors, ...document.warnings];
  try {
    if (fault === undefined) return document.toJS();
  } catch (cause) {
    throw noYaml(path, `is not YAML: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  const line = fault.linePos?.[0].line;
  throw noYaml(line === undefined ? path : `${path}, line ${line},`, yamlFault(fault, text), fault);
}

/** What is wrong with a text as YAML, in the library's words unless these are for programmers. */
function yamlFault({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'MULTIPLE_DOCS') return 'begins a second YAML document, and a configuration is one';
  if (code === 'DUPLICATE_KEY') {
    const [key = ''] = /^[^\s:,}]+/.exec(text.slice(pos[0])) ?? [];
    return `is not YAML: the key ${key} stands twice in one section${/^\d+$/.test(key) ? ` (${commaEnds})` : ''}`;
  }
  const [sentence = ''] = message.split('\n');
  return `is not YAML: ${sentence.replace(/ at line \d+, column \d+:?$/, '')}`;
}

function noYaml(where: string, why: string, cause: unknown): CensusError {
  return new CensusError(
    'E_CONFIG',
    `${where} ${why}`,
    'mptcp-census init writes a commented file to start from',
    cause,
  );
}

/** A section of keys, a copy: YAML may have it at two places. All of its keys, where z.record leaves out `__proto__`; null for any other value. */
function sectionOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** Sets a key, whatever its name: assigning to `__proto__` would set none. */
function put(section: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(section, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Sets one dotted key in a plain tree, for --set scan.rate=1000. The value is read as YAML. */
export function setKey(tree: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at < 1) throw new CensusError('E_CONFIG', `--set ${assignment}: no key`, 'write it as --set scan.rate=1000');
  const keys = assignment.slice(0, at).split('.');
  const last = keys.pop() ?? '';
  let node = tree;
  for (const key of keys) {
    const next = sectionOf((Object.hasOwn(node, key) ? node[key] : null) ?? {});
    if (next === null)
      throw new CensusError(
        'E_CONFIG',
        `--set ${assignment}: ${key} is not a section`,
        'see: mptcp-census init --all FILE',
      );
    put(node, key, next);
    node = next;
  }
  const value = assignment.slice(at + 1);
  // To YAML this is a list with an empty entry; to the user, standard input.
  put(node, last, value === '-' ? value : yamlValue(value, `--set ${assignment}`));
}

/** Targets set by a flag replace those of the file, whatever kind they are. */
function leaveOtherTargets(tree: Record<string, unknown>, assignments: readonly string[]): void {
  const [kind, ...others] = targetKinds.filter((one) => assignments.some((flag) => flag.startsWith(`targets.${one}=`)));
  const section = sectionOf(tree.targets);
  if (kind === undefined || others.length > 0 || section === null || Object.hasOwn(section, kind)) return;
  put(tree, 'targets', {});
}

/** Paths in a configuration are relative to the folder of its file. */
function absolutePaths(config: Config, folder: string): Config {
  const at = <T extends string | null>(path: T): T | string =>
    path === null || path === '-' || isUrl(path) ? path : resolve(folder, path);
  return {
    ...config,
    targets: withPaths(config.targets, at),
    scan: { ...config.scan, blocklist: at(config.scan.blocklist) },
    asn: {
      ...config.asn,
      rib: at(config.asn.rib),
      names: at(config.asn.names),
      organisations: at(config.asn.organisations),
    },
    geo: { ...config.geo, country: at(config.geo.country), city: at(config.geo.city) },
    clients: config.clients === null ? null : clientFiles(config).map(at),
  };
}

/**
 * defaults <- census.yaml <- flags.
 * @throws CensusError E_CONFIG naming every key that is wrong
 */
export function loadConfig(path: string, assignments: string[]): Config {
  const tree = sectionOf(readYaml(path) ?? {});
  if (tree === null) throw new CensusError('E_CONFIG', `${path} holds no keys`, 'see: mptcp-census init --all FILE');
  const fileAlone = Config.safeParse(tree);
  const isRight = fileAlone.success && prefixFaults(fileAlone.data.targets).length === 0;
  leaveOtherTargets(tree, assignments);
  for (const assignment of assignments) setKey(tree, assignment);
  const parsed = Config.safeParse(tree);
  const issues = parsed.success
    ? prefixFaults(parsed.data.targets).join('; ')
    : describeIssues(Config, parsed.error, tree);
  if (!parsed.success || issues !== '') {
    throw new CensusError(
      'E_CONFIG',
      `${isRight ? '--set' : path}: ${issues}`,
      'mptcp-census init --all FILE writes every key with its meaning',
    );
  }
  listSources(parsed.data.targets);
  return absolutePaths(parsed.data, dirname(resolve(path)));
}

/** What a run that probes real hosts must say, and the template leaves open. */
const wanted = [
  {
    key: 'contact',
    absent: ({ contact }: Config) => contact === null || !isContact(contact),
    why: 'a mail address or URL: anyone probed must be able to reach a person who answers',
  },
  {
    key: 'scan.blocklist',
    absent: (config: Config) => config.scan.blocklist === null,
    why: 'those who opted out, and special-purpose ranges, must not be probed',
  },
  {
    key: 'scan.rate',
    absent: (config: Config) => config.scan.rate === null,
    why: 'an unlimited scan harms networks on the way, your own first',
  },
];

/** A lab is exempt from what real runs need, so its ranges must not contain real hosts: special-purpose, not globally reachable (RFC 6890). */
function refuseOpenLab(ranges: string[]): void {
  if (ranges.length === 0) {
    throw new CensusError('E_REFUSED', 'lab: true without lab_ranges', 'name the ranges of the lab, or drop lab: true');
  }
  const open = ranges.find((range) => !isSpecialPurpose(range));
  if (open === undefined) return;
  if (parsePrefix(open) === null)
    throw new CensusError(
      'E_CONFIG',
      `lab_ranges: ${JSON.stringify(open)} is neither an address nor a prefix`,
      'write CIDR notation, such as 198.18.0.0/15',
    );
  const hint = 'a lab lives in special-purpose ranges, such as 198.18.0.0/15, 240.0.0.0/4, 2001:db8::/32';
  throw new CensusError('E_REFUSED', `lab_ranges: ${open} contains addresses of real hosts`, hint);
}

/** A mail address or a URL. */
function isContact(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) || /^https?:\/\/[^\s/]+/.test(text);
}

/** Those of them that a configuration does not set, with the reason to set them. */
export function unfilled(config: Config): { key: string; why: string }[] {
  return config.lab ? [] : wanted.filter(({ absent }) => absent(config));
}

/**
 * A run that sends packets to real hosts needs a contact, a blocklist and a rate. A lab run is exempt: it cannot send outside its ranges.
 * @throws CensusError E_REFUSED
 */
export function refuseUnsafe(config: Config): void {
  if (config.lab) {
    refuseOpenLab(config.lab_ranges);
    return;
  }
  if (config.lab_ranges.length > 0) {
    throw new CensusError(
      'E_REFUSED',
      'lab_ranges without lab: true',
      'only a lab run treats ranges as global; drop lab_ranges',
    );
  }
  const missing = unfilled(config);
  if (missing.length === 0) return;
  const reasons = missing.map(({ key, why }) => `${key} is not set (${why})`).join('; ');
  throw new CensusError(
    'E_REFUSED',
    `this run would probe real hosts, and ${reasons}`,
    'set it in the configuration; docs/ethics.md says how to choose',
  );
}
