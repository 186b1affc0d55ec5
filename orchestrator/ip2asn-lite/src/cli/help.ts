export type CommandName = 'build' | 'fetch' | 'lookup';

const GENERAL = `Usage: ip2asn-lite <command> [options]

Tells which autonomous system announces an IP address, by longest prefix match over a BGP table.

Commands:
  build RIB -o CACHE     makes a cache out of a routing table
  fetch                  gets a RIB from an archive
  lookup TABLE [ADDR..]  looks addresses up, from the arguments or from stdin

Options:
  -h, --help             this text, or that of a command
  --version              the version
`;

const HELP: Record<CommandName, string> = {
  build: `Usage: ip2asn-lite build RIB -o CACHE [options]

RIB is an MRT RIB dump, a pyasn .dat, a CAIDA pfx2as or an iptoasn range file; plain, gzip or bzip2.
It may be a pipe (/dev/stdin).

Options:
  -o, --output CACHE     the file to write, whole or not at all
  --names FILE           AS names: asnames.json, or lines "AS<number> name, CC"
  --as-of TIME           time of the table, where the source does not say (2015-11-01, 2015-11-01T06:00)
  --default-routes       keep 0.0.0.0/0 and ::/0
  --max-length4 N        longest IPv4 prefix kept (32)
  --max-length6 N        longest IPv6 prefix kept (128)
  --allow-truncated      take a cut file as far as it goes
  --skip-bad-records     leave out MRT records that do not parse, and count them
`,
  fetch: `Usage: ip2asn-lite fetch --date TIME --from URL [options]

Gets the RIB nearest to TIME and prints the path of the file.

Options:
  --date TIME            2015-11-01 or 2015-11-01T06:00, in UTC
  --from URL             the archive, up to bgpdata/ (RouteViews) or the months (RIPE RIS);
                         a query (?token=...) goes with every request
  --layout NAME          routeviews or ris (both: the nearest wins)
  --dir FOLDER           where files are kept (the current folder)
  --within HOURS         how far the RIB may lie from TIME (24)
  --force                fetch again though the file is there, for one that was cut on the server
`,
  lookup: `Usage: ip2asn-lite lookup TABLE [ADDRESS...] [options]

TABLE is a cache or anything that build takes. Without addresses they are read from stdin, one a line.
Writes one line for each, in order: a miss has null (TSV: -) for asn and prefix, and so has what is no address.

Options:
  --format NAME          ndjson (keys address, asn, prefix) or tsv (the same order) (ndjson)
  --all                  origins, as_set, flags and name too
  --names FILE           AS names, where the table has none
  --strict               exit 1 when an input line is no address
`,
};

/** Help of a command, or the general one. */
export function helpFor(command: CommandName | undefined): string {
  return command === undefined ? GENERAL : HELP[command];
}
