import { defineStage } from './define.ts';
import { allAddressesAndHops } from './units/addresses.ts';

/** Origin AS of every address that answered, was announced or is a hop on the way (paper, section 3, "ASN lookup"). */
export const asn = defineStage({
  name: 'asn',
  role: 'prefix_table',
  reads: ['scan', 'confirm', 'handshake', 'hops'],
  timeOf: 'scan',
  enabled: ({ asn }) => asn.rib !== null || asn.archive !== null || typeof asn.tool !== 'string',
  choice: (config) => config.asn.tool,
  units: allAddressesAndHops,
  unanswered: 'no_data',
});
