import { abortOnSignals } from '../../../orchestrator/core/process/signals.ts';
import { readLive } from '../../../orchestrator/traffic/live.ts';

/** What `traffic -i` does, with a report a second: live-run.ts INTERFACE OUT TEMP */
const [device = '', out = '', temp = ''] = process.argv.slice(2);
const { signal } = abortOnSignals(() => process.exit(1));
const err = (text: string) => console.error(text);
await readLive({
  device,
  output: process.stdout,
  err,
  out,
  temp,
  everyMs: 1000,
  kept: 2,
  flows: null,
  silent: null,
  signal,
});
