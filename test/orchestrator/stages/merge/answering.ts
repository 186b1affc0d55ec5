import type { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { scanned } from '../records.ts';

export type Reply = 'capable' | 'echoed_option' | 'not_offered' | 'refused' | 'unknown';
let keys = 0;

/** The reply that leads to a verdict: its options, and the module's word. */
function optionsFor(verdict: Reply, version: 0 | 1): [options: string[], classification: ScanRecord['classification']] {
  keys += 1;
  if (verdict === 'capable') return [[`1e0c0${version}01a1b2c3d4e5f6${String(keys).padStart(4, '0')}`], 'mp_capable'];
  if (verdict === 'echoed_option') return [['1e040101'], 'echoed'];
  const bare = { not_offered: 'synack_no_option', refused: 'rst', unknown: 'icmp_unreachable' } as const;
  return [[], bare[verdict]];
}

/** The replies of a host by its verdicts in v1 and v0; null: no reply to that version. */
export function host(address: string, v1: Reply | null, v0: Reply | null = 'not_offered', port = 80): ScanRecord[] {
  return ([1, 0] as const).flatMap((version) => {
    const verdict = version === 1 ? v1 : v0;
    if (verdict === null) return [];
    const [options, classification] = optionsFor(verdict, version);
    return [scanned(address, options, { port, probe: `v${version}`, sent_version: version, classification })];
  });
}
