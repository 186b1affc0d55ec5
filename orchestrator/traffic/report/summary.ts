import { formatCount, plural } from '../../report/format.ts';
import type { Table } from '../../report/tables/table.ts';
import { toText } from '../../report/text.ts';
import type { TrafficCapture } from '../../schemas/records/traffic/capture.ts';
import { noticesOf } from '../notices.ts';

function span({ first_at, last_at }: TrafficCapture): string {
  return first_at === null || last_at === null ? 'no packet' : `${first_at} to ${last_at}`;
}

/** What was read, in one sentence. */
export function readText(capture: TrafficCapture): string {
  const { frames, files } = capture;
  const all = Object.values(frames).reduce((sum, count) => sum + count, 0);
  return `${plural(files.length, 'capture', 'captures')}, ${plural(all, 'packet', 'packets')} (${span(capture)}): ${formatCount(frames.tcp)} of TCP, ${formatCount(capture.mptcp_packets)} with an MPTCP option in ${plural(capture.streams, 'stream', 'streams')}.`;
}

/** The summary for people. */
export function summaryText(capture: TrafficCapture, tables: readonly Table[]): string {
  const notices = noticesOf(capture).map((notice) => `NOTE ${notice}`);
  return [readText(capture), ...notices, '', ...tables.map(toText)].join('\n');
}
