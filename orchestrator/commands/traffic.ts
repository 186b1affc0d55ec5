import { InvalidArgumentError } from '@commander-js/extra-typings';
import { CensusError } from '../errors.ts';
import type { AddCommand } from './host.ts';

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed`);
  };
}

interface Source {
  interface?: string | undefined;
  out?: string | undefined;
  keep?: string | undefined;
}

/** Captures, or an interface; and nothing of an interface is kept that is not pseudonymous. */
function requireOneSource(files: readonly string[], { interface: device, out, keep }: Source): void {
  const hint = 'see mptcp-census traffic --help';
  if ((device === undefined) === (files.length === 0))
    throw new CensusError('E_INPUT', 'captures are needed, or an interface (-i), and not both', hint);
  if (files.filter((file) => file === '-').length > 1)
    throw new CensusError('E_INPUT', 'standard input can be read once', hint);
  if (device === undefined) return;
  if (out === undefined)
    throw new CensusError('E_INPUT', '-i needs a folder for its reports', 'name one: --out FOLDER');
  if (keep !== undefined)
    throw new CensusError('E_INPUT', '--keep would write addresses of clients as they are', 'leave it out with -i');
}

export const addTraffic: AddCommand = (program, host) => {
  program
    .command('traffic')
    .description(
      'print who offered and accepted MPTCP in captures: one NDJSON record per connection, subflow, client and server',
    )
    .argument('[files...]', 'captures: pcap or pcapng, gzip or not; - for standard input. They may overlap in time')
    .option(
      '-i, --interface <name>',
      'read from this interface instead, until Ctrl-C; requires --out. Client addresses are then pseudonymised',
    )
    .option('--out <folder>', 'write tables, Parquet files, figures and a page there instead, and print the tables')
    .option(
      '--every <minutes>',
      'with -i: minutes between reports, each in a folder of its own (default: 60)',
      wholeNumber(1, 10_080),
    )
    .option(
      '--reports <number>',
      'with -i: reports to keep; older ones are removed (default: 168)',
      wholeNumber(1, 100_000),
    )
    .option('--keep <file>', 'also write the packets of all streams with an MPTCP option into a new pcapng file')
    .option(
      '--pseudonyms',
      'pseudonymise client addresses, preserving prefixes, with a random key that is never stored',
    )
    .option('--flows <number>', 'streams tracked at the same time (default: 65536)', wholeNumber(1, 4_194_304))
    .option(
      '--silent <seconds>',
      'forget a stream after this many seconds of silence (default: 900)',
      wholeNumber(1, 10_000_000),
    )
    .option('--temp <folder>', 'where records are kept while they are counted (default: $TMPDIR, or /var/tmp)')
    .addHelpText(
      'after',
      `
Examples:
  $ mptcp-census traffic capture.pcapng.gz | jq 'select(.record == "connection")'
  $ mptcp-census traffic --out report eth0.pcap wlan0.pcap
  $ xz -dc capture.pcap.xz | mptcp-census traffic -
  $ sudo mptcp-census traffic -i eth0 --out reports --every 60`,
    )
    .action(async (files, options) => {
      const { flows = null, silent = null, keep = null, temp = host.temp } = options;
      requireOneSource(files, options);
      if (options.interface !== undefined && options.out !== undefined) {
        const signal = host.stopSignal();
        host.outlivesReaders();
        const { readLive } = await import('../traffic/live.ts');
        const [everyMs, kept] = [(options.every ?? 60) * 60_000, options.reports ?? 168];
        const { interface: device, out } = options;
        const [output, err] = [host.out.stream, host.err.line];
        await readLive({ device, output, err, out, temp, everyMs, kept, flows, silent, signal });
        return;
      }
      host.endOnSignals();
      const { readTraffic } = await import('../traffic/command.ts');
      const { makingOf } = await import('../traffic/making.ts');
      const making = makingOf(options.pseudonyms === true);
      const [input, output, err] = [host.input, host.out.stream, host.err.line];
      const { out } = options;
      if (!(await readTraffic({ files, input, output, err, out, temp, flows, silent, keep, making }))) host.failed();
    });
};
