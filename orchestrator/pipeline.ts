import type { Config } from './config/config.ts';
import type { Stage } from './core/stage.ts';
import type { ToolFinder } from './roles.ts';
import { asn } from './stages/asn.ts';
import { confirm } from './stages/confirm.ts';
import { geo } from './stages/geo.ts';
import { handshake } from './stages/handshake.ts';
import { hops } from './stages/hops.ts';
import { merge } from './stages/merge.ts';
import { os } from './stages/os.ts';
import { path } from './stages/path.ts';
import { report } from './stages/report.ts';
import { rescan } from './stages/rescan.ts';
import { resolve } from './stages/resolve.ts';
import { scan } from './stages/scan.ts';
import { targets } from './stages/targets.ts';
import { whois } from './stages/whois.ts';

/**
 * The flow as a list: what a run does, in order of reading. Each stage names the stages that it reads and the role that it needs;
 * which program plays the role is the configuration's word. Stages that read the same run side by side.
 * The claim "capable" is made in merge, by verdict.ts.
 */
export function pipeline(find: ToolFinder): readonly Stage<Config>[] {
  return [
    targets(find), //   lines of a list      -> names, addresses, prefixes
    resolve(find), //   names                -> addresses per name
    scan(find), //      addresses            -> replies to MP_CAPABLE SYNs: the evidence
    confirm(find), //   candidates, controls -> replies to other SYNs: second opinions
    handshake(find), // candidates, controls -> options on a real connection
    path(find), //      candidates, controls -> ping against the SYN's round trip
    hops(find), //      a sample of them     -> which hop changes the option
    rescan(find), //    a share of addresses -> replies to the same SYNs: do two scans agree?
    asn(find), //       answering addresses  -> origin AS
    whois(find), //     candidates           -> registration
    geo(find), //       answering addresses  -> approximate place
    os(find), //        candidates           -> fingerprint candidates
    merge, //           all of it            -> hosts with verdicts, domains
    report(find), //    hosts and domains    -> tables, figures, one page
  ];
}
