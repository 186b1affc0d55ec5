import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { AddCommand } from './host.ts';

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed`);
  };
}

export const addTraffic: AddCommand = (program, host) => {
  program
    .command('traffic')
    .description(
      'print who offered and accepted MPTCP in captures: one NDJSON record per connection, subflow, client and server',
    )
    .argument('<files...>', 'captures: pcap or pcapng, gzip or not; - for standard input. They may overlap in time')
    .option('--out <folder>', 'write tables, Parquet files, figures and a page there instead, and print the tables')
    .option('--keep <file>', 'also write the packets of all streams with an MPTCP option into a new pcapng file')
    .option(
      '--pseudonyms',
      'replace client addresses, prefix-preservingly, by a key that is drawn now and written nowhere',
    )
    .option('--flows <number>', 'streams followed at the same time (default: 65536)', wholeNumber(1, 4_194_304))
    .option('--silent <seconds>', 'forget a stream after so much silence (default: 900)', wholeNumber(1, 10_000_000))
    .option('--temp <folder>', 'where records are kept while they are counted (default: $TMPDIR, or /var/tmp)')
    .addHelpText(
      'after',
      `
Examples:
  $ mptcp-census traffic capture.pcapng.gz | jq 'select(.record == "connection")'
  $ mptcp-census traffic --out report eth0.pcap wlan0.pcap
  $ xz -dc capture.pcap.xz | mptcp-census traffic -`,
    )
    .action(async (files, { out, keep, pseudonyms, flows, silent, temp = host.temp }) => {
      const signal = host.stopSignal();
      const { readTraffic } = await import('../traffic/command.ts');
      const { makingOf } = await import('../traffic/making.ts');
      const read = await readTraffic({
        files,
        input: host.input,
        output: host.out.stream,
        err: host.err.line,
        out,
        temp,
        flows: flows ?? null,
        silent: silent ?? null,
        keep: keep ?? null,
        making: makingOf(pseudonyms === true),
        signal,
      });
      if (!read) host.failed();
    });
};
