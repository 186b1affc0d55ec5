import { defineStage } from './define.ts';
import { allAddresses } from './units/addresses.ts';

/** Origin AS of every address that answered or was announced (paper, section 3, "ASN lookup"). */
export const asn = defineStage({
  name: 'asn',
  role: 'prefix_table',
  reads: ['scan', 'confirm', 'handshake'],
  timeOf: 'scan',
  enabled: ({ asn }) => asn.rib !== null || asn.archive !== null || typeof asn.tool !== 'string',
  choice: (config) => config.asn.tool,
  units: allAddresses,
  unanswered: 'no_data',
});
