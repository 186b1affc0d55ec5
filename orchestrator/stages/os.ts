import { defineStage } from './define.ts';
import { probedCandidates } from './units/addresses.ts';

/** Fingerprint of every candidate (paper, section 3, "OS scan"): only when asked for. */
export const os = defineStage({
  name: 'os',
  role: 'fingerprint',
  reads: ['scan', 'confirm', 'handshake'],
  enabled: (config) => config.os !== false,
  choice: (config) => (config.os === false ? '' : config.os.tool),
  units: probedCandidates,
  sendsTo: 'address',
  unanswered: 'no_data',
});
