import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Fit, Program, Status } from '../../core/tool.ts';

/** Our module, as stock zmap gets it. */
export const plugin = fileURLToPath(new URL('../../../zmap-module/build/mptcp_synscan.so', import.meta.url));

/** One status line a second: ` 0:05 58% (4s left); sent: 9 1 p/s (1 p/s avg); recv: 7 ...`, on a terminal with colours. */
function status(line: string): Status | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with ESC
  const plain = line.replace(/\x1b\[[0-9;]*m/g, '').trim();
  const match = /^\d+(?::\d+)+ (\d+)%(?: \(.+? left\))?; (?:sent|send): (\d+) .*?recv: (\d+) .*?drops: (\d+) p\/s/.exec(
    plain,
  );
  if (match === null) return null;
  const [, percent, sent, received, drops] = match;
  const text = [`sent ${sent}`, `received ${received}`];
  if (drops !== '0') text.push(`losing ${drops} replies a second`);
  const waits = / sen[dt]: \d+ done /.test(plain);
  return { fraction: Number(percent) / 100, text: text.join(', '), sent: Number(sent), ...(waits ? { waits } : {}) };
}

/** The one release that the plug-in loads into. */
const stockVersion = '2.1.1';

export const modules = { 4: 'mptcp_synscan', 6: 'ipv6_mptcp_synscan' } as const;

/**
 * How a zmap gets our module: by LD_PRELOAD (Debian's 2.1.1), or built into its source tree, for IPv4 alone (4.x) or for both
 * families (ZMapv6).
 */
export const flavours = { plugin: 'plug-in', tree: 'built in', tree6: 'built in, IPv6 too' } as const;
export type Flavour = (typeof flavours)[keyof typeof flavours];

/** The machine's /etc/zmap/zmap.conf is of one release and ends the other. */
const noConfiguration = ['-C', '/dev/null'];

async function stockFit(module: string): Promise<Fit> {
  const unfit = { what: `its module is not built: there is no ${module}`, hint: 'make -C zmap-module' };
  const built = await access(module).then(
    () => true,
    () => false,
  );
  return { runsAs: flavours.plugin, unfit: built ? null : unfit };
}

/** Which of the three a zmap is; any other cannot send our probes, and says so before anything is sent. */
export async function fit(
  version: string | null,
  say: (args: string[]) => Promise<string>,
  module = plugin,
): Promise<Fit> {
  if (version === stockVersion) return await stockFit(module);
  const listed = new Set(
    (await say([...noConfiguration, '--list-probe-modules'])).split('\n').map((line) => line.trim()),
  );
  if (listed.has(modules[4])) return { runsAs: listed.has(modules[6]) ? flavours.tree6 : flavours.tree, unfit: null };
  return {
    runsAs: null,
    unfit: {
      what: `zmap ${version ?? 'of unknown version'} has no ${modules[4]}, and the plug-in loads into ${stockVersion} only`,
      hint: `apt-get install zmap/trixie (Debian's ${stockVersion}; testing needs trixie in its sources), or build the module into a zmap 4 tree: make -C zmap-module install-into ZMAP_SRC=TREE`,
    },
  };
}

export const zmapProgram: Program = {
  name: 'zmap',
  version: { args: [...noConfiguration, '--version'], pattern: /^zmap v?(\S+)$/m },
  apt: 'zmap',
  privileges: 'CAP_NET_RAW',
  okExits: [0],
  status,
  fit,
};

/** Whether a zmap sends nothing more to who opts out while it runs: only the plug-in stands between it and its packets. */
export function dropsOptOuts(runsAs: (program: Program) => string | null): boolean {
  return runsAs(zmapProgram) === flavours.plugin;
}
