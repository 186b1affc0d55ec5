import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { LateOptOuts } from '../../../../orchestrator/core/opt-outs/late.ts';
import { flavours } from '../../../../orchestrator/tools/zmap/program.ts';
import { makeContext, temporaryFolder } from '../context.ts';

/** The contexts of a part that asks these targets. */
export async function contextOf(
  targets: string[],
  scan: Record<string, unknown>,
  within: string[],
  runsAs: string = flavours.plugin,
  optOuts: LateOptOuts | null = null,
) {
  const config = Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
    targets: { list: 'x' },
    scan: { retries: 0, ...scan },
  });
  return await makeContext({
    rows: targets.map((target) => ({ target })),
    config,
    within,
    seed: 2015,
    runsAs,
    ...(optOuts === null ? {} : { optOuts }),
  });
}

/** Stands in for zmap: keeps its arguments, makes the files it is told to, writes `metadata`. */
export async function withFake(metadata: string): Promise<{ within: string[]; argv: string }> {
  const folder = await temporaryFolder();
  const argv = join(folder, 'argv');
  const script = `#!/bin/sh\necho "$LD_PRELOAD $@" >>${argv}
pwd >>${argv}.folders
echo "$MPTCP_SYNSCAN_SECRET|$MPTCP_SYNSCAN_SECRET_FILE" >>${argv}.secrets
[ -z "$MPTCP_SYNSCAN_OPT_OUTS" ] || cp "$MPTCP_SYNSCAN_OPT_OUTS" ${argv}.table
while [ $# -gt 0 ]; do case $1 in -m) printf '%s' '${metadata}' >"$2";; -o) : >"$2";; esac; shift; done\n`;
  await writeFile(join(folder, 'zmap'), script, { mode: 0o755 });
  return { within: ['env', `PATH=${folder}:${process.env.PATH}`], argv };
}
export const numbers =
  '"send_to_failures": 0, "pcap_recv": 0, "pcap_drop": 0, "pcap_ifdrop": 0, "success_total": 0, "failure_total": 0';
export const complete = `{"blacklist_total_allowed": 3, "total_sent": 3, ${numbers}}`;
