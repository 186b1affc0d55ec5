import { formatCount, plural } from '../report/format.ts';
import type { CaptureFile, TrafficCapture } from '../schemas/records/traffic/capture.ts';

function fileNotice({ name, state, error, packets, bytes, skipped, timeless, tail }: CaptureFile): string[] {
  const read = `${plural(packets, 'packet was', 'packets were')} read, up to byte ${formatCount(bytes)}`;
  const said: Record<CaptureFile['state'], string | null> = {
    whole: null,
    cut: `${name} is truncated: it ends within a packet; ${read}`,
    damaged: `${name} is damaged: the rest is not packets; ${read}`,
    empty: `${name} is empty`,
    no_capture: `${name} is neither pcap nor pcapng (gzip or not): convert it, as with editcap -F pcapng, or unpack it (xz -dc FILE | mptcp-census traffic -)`,
    unreadable: `${name} cannot be read: ${error}`,
  };
  const notices = [
    said[state],
    skipped > 0 ? `${name}: ${plural(skipped, 'packet block', 'packet blocks')} could not be read` : null,
    timeless > 0
      ? `${name}: ${plural(timeless, 'packet has', 'packets have')} no timestamp, so do not rely on dates, durations and round trips of their streams`
      : null,
    tail ? `${name}: data after the end of the gzip stream is not gzip and was not read` : null,
  ];
  return notices.filter((notice) => notice !== null);
}

/** What affects all numbers of a reading. None of it is an error: everything readable was read. */
export function noticesOf(capture: TrafficCapture): string[] {
  const { frames, tcp_bytes: _ } = capture;
  const counted: [n: number, text: (n: string) => string][] = [
    [
      capture.records_left_out,
      (n) => `${n} records exceeded the limit of one report and are in none: the tables lack them`,
    ],
    [capture.captured_dropped ?? 0, (n) => `${n} packets were lost by the capture`],
    [
      capture.evicted,
      (n) =>
        `${n} streams were dropped before their end because more were open at once than --flows allows: their later packets count as another stream`,
    ],
    [
      capture.early,
      (n) => `${n} connections were reported before all late subflows could arrive, because too many were waiting`,
    ],
    [capture.left_out, (n) => `${n} relevant packets were left out, of streams with more than a thousand such packets`],
    [frames.link_type_not_read, (n) => `${n} frames have a link type that is not read`],
    [frames.header_not_captured, (n) => `${n} packets were cut by the snap length before the end of their TCP header`],
    [
      capture.cut_options,
      (n) =>
        `${n} segments (${formatCount(capture.cut_syn_options)} of them SYNs or SYN/ACKs) were cut by the snap length within their options: MPTCP options may have been missed`,
    ],
    [frames.later_fragments, (n) => `${n} packets are later IP fragments of TCP segments: their bytes are not counted`],
    [frames.malformed, (n) => `${n} packets have contradictory lengths`],
    [capture.stray_synacks, (n) => `${n} SYN/ACKs do not answer the last SYN between their ports, and were not read`],
    [
      capture.malformed_options,
      (n) => `${n} options of kind 30 are malformed: bad length, unknown subtype, or past the end of their header`,
    ],
  ];
  const notices = counted.flatMap(([n, text]) => (n > 0 ? [text(formatCount(n))] : []));
  return [...capture.files.flatMap(fileNotice), ...notices];
}
