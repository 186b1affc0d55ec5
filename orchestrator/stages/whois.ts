import { defineStage } from './define.ts';
import { candidates } from './units/addresses.ts';

/** The registry's view of every candidate (paper, section 3, "ASN lookup"). */
export const whois = defineStage({
  name: 'whois',
  role: 'registry',
  reads: ['scan', 'confirm', 'handshake'],
  enabled: (config) => config.whois.server !== null || typeof config.whois.tool !== 'string',
  choice: (config) => config.whois.tool,
  units: candidates,
  unanswered: 'no_data',
});
