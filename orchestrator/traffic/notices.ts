import { formatCount, plural } from '../report/format.ts';
import type { CaptureFile, TrafficCapture } from '../schemas/records/traffic/capture.ts';

function fileNotice({ name, state, error, packets, bytes, skipped, timeless, tail }: CaptureFile): string[] {
  const read = `${plural(packets, 'packet', 'packets')} before byte ${formatCount(bytes)} were read`;
  const said: Record<CaptureFile['state'], string | null> = {
    whole: null,
    cut: `${name} is cut: it ends within a packet; ${read}`,
    damaged: `${name} is damaged: what follows is no packet; ${read}`,
    empty: `${name} is empty`,
    no_capture: `${name} is neither pcap nor pcapng (gzip or not): convert it, as with editcap -F pcapng, or unpack it (xz -dc FILE | mptcp-census traffic -)`,
    unreadable: `${name} cannot be read: ${error}`,
  };
  const notices = [
    said[state],
    skipped > 0 ? `${name}: ${plural(skipped, 'block', 'blocks')} that should hold a packet could not be read` : null,
    timeless > 0
      ? `${name}: ${plural(timeless, 'packet bears', 'packets bear')} no time: dates, durations and round trips of what they belong to are not theirs`
      : null,
    tail ? `${name}: something that is no gzip stands behind its end, and was not read` : null,
  ];
  return notices.filter((notice) => notice !== null);
}

/** What bears on every number of a reading. Nothing here is an error: what could be read was. */
export function noticesOf(capture: TrafficCapture): string[] {
  const { frames, tcp_bytes: _ } = capture;
  const counted: [n: number, text: (n: string) => string][] = [
    [capture.records_left_out, (n) => `${n} records are too many for one report and are in none: the tables lack them`],
    [capture.captured_dropped ?? 0, (n) => `${n} packets were lost by the capture`],
    [
      capture.evicted,
      (n) =>
        `${n} streams were forgotten before their end, because more than the table holds were open at once (--flows): what came later of them counts as another stream`,
    ],
    [capture.early, (n) => `${n} connections were told before late subflows could have come, because too many waited`],
    [
      capture.left_out,
      (n) => `${n} packets that said something were not read, of streams that say more than a thousand things`,
    ],
    [frames.link_type_not_read, (n) => `${n} frames have a link type that is not read`],
    [frames.header_not_captured, (n) => `of ${n} packets the snap length holds no whole TCP header`],
    [
      capture.cut_options,
      (n) =>
        `of ${n} segments (${formatCount(capture.cut_syn_options)} of them SYNs or SYN/ACKs) the snap length cuts the options: MPTCP there may not be seen`,
    ],
    [frames.later_fragments, (n) => `${n} later fragments of TCP segments: their bytes are not counted`],
    [frames.malformed, (n) => `${n} packets have lengths that contradict each other`],
    [
      capture.stray_synacks,
      (n) => `${n} SYN/ACKs answer another SYN than the last between the same ports, and were not read`,
    ],
    [
      capture.malformed_options,
      (n) => `${n} options of kind 30 say nothing: bad length, unknown subtype, or past the end of their header`,
    ],
  ];
  const notices = counted.flatMap(([n, text]) => (n > 0 ? [text(formatCount(n))] : []));
  return [...capture.files.flatMap(fileNotice), ...notices];
}
