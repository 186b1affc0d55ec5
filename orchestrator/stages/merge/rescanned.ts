import { PrefixSet } from '../../address/prefix-set.ts';
import type { Config } from '../../config/config.ts';
import { columnsOf } from '../../core/database/columns.ts';
import { sqlText } from '../../core/database/sql.ts';
import type { Manifest } from '../../core/folder/manifest.ts';
import { askedView } from '../../core/rows/asked-view.ts';
import type { WholeContext } from '../../core/stage.ts';
import { KeyTraces } from '../../evidence/keys.ts';
import { ruleSets } from '../../evidence/rule-sets/rule-sets.ts';
import { VerdictName } from '../../schemas/lists.ts';
import { RescannedRecord } from '../../schemas/records/rescanned.ts';
import { judgedCsv } from './judging.ts';
import { joinPieces, writePiece } from './output.ts';
import { ownHosts } from './own/evidence.ts';
import { judgeLeft, readOwn } from './own/own.ts';
import { evidenceOf } from './replies.ts';
import type { Scratch } from './scratch.ts';
import { Verdicts } from './verdicts.ts';

export const rescannedFile = 'rescanned.parquet';

/** Whether a run was asked for a rescan, and has one. */
export function isRescanned({ stages }: Pick<Manifest, 'stages'>): boolean {
  return (stages.rescan?.status ?? 'left_out') !== 'left_out';
}

/** The two scans that are compared, by the stage of their records. */
const sides = { first: 'scan', second: 'rescan' } as const;
type Side = keyof typeof sides;

const asked = askedView(sides.second);
/** SQL: replies of a side by those whom both asked. */
const repliesOf = (side: Side) => `(FROM ${sides[side]} SEMI JOIN ${asked} ON target = address)`;

async function* nothing(): AsyncGenerator<unknown> {}

/**
 * Judges one side by its own replies; gives SQL of a row for each endpoint that answered: address, port, when it first did, and a verdict for each version.
 * Keys are compared with those of the same side and the same addresses: a key that a host never drawn sent too counts on neither.
 */
async function judgedSide(context: WholeContext<Config>, scratch: Scratch, side: Side): Promise<string> {
  const { config, manifest } = context;
  const path = (name: string) => scratch.path(`${name}.${side}`);
  const files = { alike: path('alike'), left: path('left'), judged: path('judged') };
  const judging = {
    rules: ruleSets[manifest.rule_set],
    versions: config.scan.versions,
    lab: new PrefixSet(config.lab_ranges),
  };
  // What the list's entries need of a verdict is not asked of these.
  const verdicts = new Verdicts(judging, async () => undefined);
  const traces = new KeyTraces();
  const hosts = ownHosts(context.query(evidenceOf(repliesOf(side))), nothing());
  await readOwn(hosts, { traces, verdicts }, files);
  verdicts.know({ sharedTraces: traces.shared(), kinds: [] });
  await judgeLeft(verdicts, files);
  const words = (['v1', 'v0'] as const).map((version) => `(${verdicts.lookup(version)}).verdict AS ${version}`);
  return `
    SELECT address, port, heard, ${words.join(', ')}
    FROM ${judgedCsv(files)} JOIN (SELECT address, port, min(received_at) AS heard FROM ${repliesOf(side)} GROUP BY address, port) USING (address, port)`;
}

const { silent } = VerdictName.enum;
const word = (side: Side, version: 0 | 1) => `coalesce(${side}.v${version}, ${sqlText(silent)})`;

/** SQL of the rows of rescanned.parquet: who answered neither time has none. */
function rowsSql({ config, manifest }: WholeContext<Config>, judged: Readonly<Record<Side, string>>): string {
  const versions = config.scan.versions.map(
    (version) => `
    SELECT address, port, ${version} AS version, ${word('first', version)} AS first, ${word('second', version)} AS second,
      first.heard AS first_at, second.heard AS second_at, ${sqlText(manifest.run)} AS run
    FROM (${judged.first}) first FULL JOIN (${judged.second}) second USING (address, port)`,
  );
  const cast = columnsOf(RescannedRecord).map(([name, type]) => `CAST("${name}" AS ${type}) AS "${name}"`);
  return `
    SELECT ${cast.join(', ')} FROM (${versions.join(' UNION ALL ')})
    WHERE first <> ${sqlText(silent)} OR second <> ${sqlText(silent)}
    ORDER BY address, port, version DESC`;
}

/** Puts both scans of the drawn addresses beside each other, where there are two: rescanned.parquet. */
export async function writeRescanned(context: WholeContext<Config>, scratch: Scratch): Promise<void> {
  if (!isRescanned(context.manifest)) return;
  context.progress(0, 'rescan: two scans of the same addresses');
  const judged = {
    first: await judgedSide(context, scratch, 'first'),
    second: await judgedSide(context, scratch, 'second'),
  };
  const name = 'rescanned';
  await writePiece(context, scratch, { name, number: 0, schema: RescannedRecord }, rowsSql(context, judged));
  await joinPieces(context, scratch, name, RescannedRecord);
}
