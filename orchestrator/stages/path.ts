import { defineStage } from './define.ts';
import { probedWithControls } from './units/addresses.ts';

/** Network round trip of every candidate and control, to set against the SYN's (paper, section 5.3). */
export const path = defineStage({
  name: 'path',
  role: 'path_probe',
  reads: ['scan', 'confirm', 'handshake'],
  enabled: (config) => config.path.ping,
  choice: (config) => config.path.tool,
  units: probedWithControls,
  sendsTo: 'address',
  unanswered: 'timeout',
});
