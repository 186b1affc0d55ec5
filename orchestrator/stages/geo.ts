import { defineStage } from './define.ts';
import { allAddresses } from './units/addresses.ts';

/** Approximate place of every address that answered or was announced (paper, section 3, "Geolocation lookup"). */
export const geo = defineStage({
  name: 'geo',
  role: 'geo_database',
  reads: ['scan', 'confirm', 'handshake'],
  enabled: (config) => config.geo.country !== null || config.geo.city !== null || typeof config.geo.tool !== 'string',
  choice: (config) => config.geo.tool,
  units: allAddresses,
  unanswered: 'no_data',
});
