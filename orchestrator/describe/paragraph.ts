import { sumOf, synsPerAddress } from '../config/budget.ts';
import type { Config } from '../config/config.ts';
import { confirmingOf, opinionsOf } from '../config/sections/confirm.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { CensusError } from '../errors.ts';
import { connectionsOf } from './connections.ts';
import { echoesOf, percentOf, rateOf } from './probes.ts';

const countText = (count: number) => count.toLocaleString('en-US');

function many(count: number, one: string, more = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : more}`;
}

/** A fact of a stage, over all parts; null when no part has it. */
function fact({ stages }: Manifest, stage: string, name: string): number | null {
  const numbers = Object.values(stages[stage]?.parts ?? {}).flatMap(({ facts }) => {
    const value = facts[name];
    return typeof value === 'number' ? [value] : [];
  });
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}

/** Units of a stage that were asked. */
function askedUnits({ stages }: Manifest, stage: string): number {
  const counts = stages[stage]?.counts ?? null;
  if (counts === null) return 0;
  return counts.units_in - Object.values(counts.skipped).reduce((sum, count) => sum + count, 0);
}

function skipped({ stages }: Manifest, reason: string): number {
  return Object.values(stages).reduce((sum, { counts }) => sum + (counts?.skipped[reason] ?? 0), 0);
}

function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

/** Addresses that the packets came from, over all starts. */
function sources({ starts }: Manifest): string {
  const all = new Set(
    starts.flatMap(({ vantage }) =>
      Array.isArray(vantage.source_addresses) ? vantage.source_addresses.map(String) : [],
    ),
  );
  return all.size === 0 ? '' : ` from ${[...all].sort().join(' and ')}`;
}

/** How often one address was asked. */
function timesSentence(manifest: Manifest, { scan: { ports, versions, retries } }: Config): string {
  const once = ports.length * versions.length;
  const again = fact(manifest, 'scan', 'targets_asked_again');
  if (retries === 0) return `The scan sent no address more than ${many(once, 'SYN')}.`;
  if (again === 0 || (again === null && fact(manifest, 'scan', 'targets_sent') !== null))
    return `None stayed silent, so that the scan sent no address more than ${many(once, 'SYN')}.`;
  const how = retries === 1 ? 'once more' : `up to ${retries} times more`;
  const sent = again === null ? '' : ` (${many(again, 'SYN')})`;
  return `Those that stayed silent were asked ${how}${sent}, so that the scan sent no address more than ${many(once * (1 + retries), 'SYN')}.`;
}

function scanSentences(manifest: Manifest, config: Config): string[] {
  const { ports, versions } = config.scan;
  const addresses = Math.round(askedUnits(manifest, 'scan') / (ports.length * versions.length));
  const sent = fact(manifest, 'scan', 'targets_sent');
  const versionText = versions.map((version) => `v${version}`).join(' and ');
  const total = sent === null ? '' : `${many(sent, 'TCP SYN')} in all, `;
  const from = minute(manifest.created_at);
  const to = minute(manifest.finished_at ?? manifest.created_at);
  return [
    `Between ${from} and ${to} we probed ${many(addresses, 'address', 'addresses')}${sources(manifest)}: one TCP SYN with an MPTCP option per address, port (${ports.join(', ')}) and MPTCP version (${versionText}), ${total}sent ${rateOf(config)}.`,
    timesSentence(manifest, config),
  ];
}

/** Whom the stages after the scan asked. */
function whom(config: Config): string {
  if ((confirmingOf(config)?.controls ?? 0) === 0) return ' whose answer carried an MPTCP option';
  return ', those whose answer carried an MPTCP option and controls drawn at random from the others,';
}

function confirmSentences(manifest: Manifest, config: Config): string[] {
  const opinions = opinionsOf(config).length;
  const units = askedUnits(manifest, 'confirm');
  const confirm = confirmingOf(config);
  if (confirm === null || units === 0) return [];
  return [
    `${many(Math.round(units / opinions), 'endpoint')}${whom(config)} got ${many(opinions, 'further SYN')} each, ${confirm.apart} s or more apart.`,
  ];
}

/** What one address got over all stages. A part that was interrupted is sent again. */
function totalSentence({ starts }: Manifest, config: Config): string {
  const sum = sumOf(synsPerAddress(config));
  const again =
    starts.length > 1
      ? ` The run was started ${countText(starts.length)} times, and parts that were interrupted were sent again.`
      : '';
  return `Over all stages no address could get more than ${many(sum, 'SYN')}, repeated ones of our kernel among them.${again}`;
}

function laterSentences(manifest: Manifest, config: Config): string[] {
  const { path, contact } = config;
  const connected = askedUnits(manifest, 'handshake');
  const pinged = askedUnits(manifest, 'path');
  const fingerprinted = askedUnits(manifest, 'os');
  const { ports, versions } = config.scan;
  const again = Math.round(askedUnits(manifest, 'rescan') / (ports.length * versions.length));
  const named = contact === null ? '' : `. Requests named our contact (${contact})`;
  return [
    ...(connected === 0
      ? []
      : [`To ${many(connected, 'endpoint')}${whom(config)} we opened each ${connectionsOf(config)}${named}.`]),
    ...(pinged === 0
      ? []
      : [`We sent ${echoesOf({ path })} to each of ${many(pinged, 'such address', 'such addresses')}.`]),
    ...(again === 0 || config.rescan === false
      ? []
      : [
          `${many(again, 'address', 'addresses')}, drawn at random (${percentOf(config.rescan)} of all), got the SYNs of the scan once more, to see how far two scans agree.`,
        ]),
    fingerprinted === 0
      ? 'No operating system was fingerprinted.'
      : `The operating systems of ${many(fingerprinted, 'address', 'addresses')} with an MPTCP option were fingerprinted with nmap.`,
  ];
}

function restraintSentences(manifest: Manifest, { lab, scan }: Config): string[] {
  const last = manifest.starts
    .flatMap(({ blocklist, rereads }) => [blocklist, ...rereads])
    .findLast((kept) => kept !== null);
  const rereads = manifest.starts.reduce((sum, start) => sum + start.rereads.length, 0);
  const late = skipped(manifest, 'opted_out');
  const outside = lab ? 'everything outside of the test network' : 'all ranges that are not globally reachable';
  const list =
    last === undefined || last === null
      ? `${scan.blocklist === null ? 'No blocklist was given' : 'A blocklist held'}; ${outside} ${lab ? 'was' : 'were'} never probed`
      : `A blocklist of ${many(last.prefixes, 'prefix', 'prefixes')}, and ${outside}, were never probed`;
  const during =
    rereads === 0
      ? ''
      : ` It changed ${rereads === 1 ? 'once' : `${countText(rereads)} times`} while packets were sent, and each change held within a minute: ${many(late, 'probe')} ${late === 1 ? 'was' : 'were'} not sent for that reason.`;
  const purges = manifest.purges.length;
  const gone =
    purges === 0
      ? []
      : [
          `At the request of owners, data was removed from what we had measured ${purges === 1 ? 'once' : `${countText(purges)} times`}.`,
        ];
  return [`${list}.${during}`, ...gone];
}

/**
 * The paragraph on ethics of a paper about a run: what was sent, to how many, how fast, and who was left out. What a program cannot know
 * (a review board, how complaints were answered, what is published) is left to its authors.
 * @throws CensusError E_RUN_FOLDER for a run that is not complete
 */
export function ethicsParagraph(manifest: Manifest, config: Config): string {
  if (manifest.finished_at === null)
    throw new CensusError(
      'E_RUN_FOLDER',
      `run ${manifest.run} is not complete`,
      'complete it first: its numbers are not known yet',
    );
  return [
    ...scanSentences(manifest, config),
    ...confirmSentences(manifest, config),
    ...laterSentences(manifest, config),
    totalSentence(manifest, config),
    ...restraintSentences(manifest, config),
  ].join(' ');
}
