import { probedCandidates } from './addresses.ts';
import { defineStage } from './define.ts';

/** Network round trip of every candidate, to set against the SYN's (paper, section 5.3). */
export const path = defineStage({
  name: 'path',
  role: 'path_probe',
  reads: ['scan', 'handshake'],
  enabled: (config) => config.path.ping,
  choice: (config) => config.path.tool,
  units: probedCandidates,
  unanswered: 'timeout',
});
