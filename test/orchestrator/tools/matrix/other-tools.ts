import { type AddressInfo, createServer } from 'node:net';
import { addresses, addressOf } from './json-tools.ts';
import { fakeOutput, fakeProgram, type PartOf } from './part.ts';

/** Tools whose programs print something else than JSON lines, each with a way to stand in for them. */

const units = [1, 2, 3, 4];
const osPart: PartOf = { stage: 'os', config: { os: true }, units: addresses };

const hostOf = (address: string, accuracy = '95') =>
  `<host><address addr="${address}" addrtype="ipv4"/><os><osmatch name="Linux" accuracy="${accuracy}"><osclass vendor="Linux"/></osmatch></os></host>`;
const goodHosts = units.slice(0, 3).map((unit) => hostOf(addressOf(unit)));
export const nmapEnd = '<runstats><finished exit="success"/></runstats></nmaprun>';

/** nmap, which writes its answer into a file. */
export function nmapPart(more: string[], behaviour = '', end = nmapEnd): PartOf {
  const xml = fakeOutput('nmap.xml', `<?xml version="1.0"?><nmaprun>${[...goodHosts, ...more].join('\n')}\n${end}`);
  fakeProgram('nmap', `while [ $# -gt 0 ]; do [ $1 = -oX ] && o=$2; shift; done; cat ${xml} >"$o"\n${behaviour}`);
  return osPart;
}
export const nmapHost = hostOf;

const nameOf = (unit: number) => `n${unit}.example`;
export const adnsAnswer = (unit: number, data = addressOf(unit)) =>
  `@ 1 ok 0 ok ${nameOf(unit)} 60 $ "OK"\n${nameOf(unit)} A ${data}\n`;

/** adnshost, which answers each question in the order of its asking; `of4` is what it prints to the fourth. */
export function adnsPart(of4: string | Buffer, behaviour = ''): PartOf {
  for (const unit of units) fakeOutput(`answer-${nameOf(unit)}`, unit === 4 ? of4 : adnsAnswer(unit));
  const folder = fakeOutput('answer-', '');
  fakeProgram(
    'adnshost',
    `${behaviour}
id=0
while read -r line; do case $line in '- '*) name=\${line#- }
  # sed holds a line whole before it prints any of it: that may take longer than a question waits
  if [ "$(head -c 1 "${folder}$name" 2>/dev/null | tr -d '\\0')" = @ ]; then sed "s/^@/$id/" "${folder}$name"
  elif [ -f "${folder}$name" ]; then cat "${folder}$name"
  else echo "$id 0 permfail 300 nxdomain $name 60 \\$ \\"No such domain\\""; fi
  id=$((id + 1));;
esac; done`,
  );
  const resolve = { resolvers: ['127.0.0.1'], patience: '1s', families: [4] };
  return { stage: 'resolve', config: { resolve }, units: units.map((unit) => ({ name: nameOf(unit), type: 'A' })) };
}

/** What the connector says of an endpoint that refuses. */
const refused =
  `{"address":"$address","port":$port,"local_address":"198.18.0.9","local_port":61300,"outcome":"refused","errno":111,
"began":"1.000000000","connected_at":null,"hold_ended_at":null,"spoke_at":null,"again_ended_at":null,"ended_at":"1.000000001",
"hold_ended_by":null,"again_ended_by":null,"ended_by":"reset","asked":true,"mptcp_at_start":null,"mptcp_at_end":null,"checksum":null,
"timestamps":null,"rtt_us":0,"flags":0,"token":"00000000","add_addr_signal":0,"add_addr_accepted":0,"subflows":0,"subflow_ends":[],
"first_at":null,"received":0,"first":"","page_bytes":0,"tls":"not_asked","tls_version":null,"tls_error":null,"status":null}`
    .replaceAll('\n', '')
    .replaceAll('"', '\\"');
export const connectorRefuses = `while IFS=$'\\t' read -r address port rest && [ "$address" != . ]; do echo "${refused}"; done`;

type HandshakeProgram = 'mptcpize' | 'dumpcap' | 'tshark' | 'mptcp-guard' | 'mptcp-connect';

/**
 * The programs of a handshake; those that are not named work, and see no packet. All of them stand in here, whatever is asked: the real
 * connector would send.
 */
export function wgetPart(more: Partial<Record<HandshakeProgram, string>> = {}): PartOf {
  const connects = units.map(
    (unit) => `*${addressOf(unit)}:80/*) echo "Connecting to ${addressOf(unit)}:80... failed: Connection refused.";;`,
  );
  const programs = {
    'mptcp-guard':
      'echo \'{"addresses":[],"ports":[61002,61512],"journal":false,"settings":{}}\'; cat >/dev/null; echo \'{"moved":[]}\'',
    dumpcap: `while [ $# -gt 0 ]; do [ $1 = -w ] && touch $2; shift; done
trap 'echo "Packets received/dropped on interface any: 0/0 (pcap:0)" >&2; exit 0' INT
echo "File: capture.pcapng" >&2; while :; do sleep 0.1; done`,
    tshark: ':',
    'mptcp-connect': connectorRefuses,
    mptcpize: `case "$*" in ${connects.join(' ')} esac; exit 4`,
    ...more,
  };
  for (const [name, script] of Object.entries(programs)) fakeProgram(name, script);
  const hold_first = more['mptcp-connect'] !== undefined;
  const handshake = { hold: '1s', timeout: '4s', hold_first };
  return {
    stage: 'handshake',
    config: { handshake },
    units: addresses.map((unit) => ({ ...unit, port: 80, host: null })),
  };
}

const whoisLine = (address: string, as = '64500') =>
  `${as} | ${address} | 198.18.0.0/15 | FI | ripencc | 2011-03-01 | EXAMPLE\n`;
export const whoisOf = whoisLine;

/** A whois server for one question; `of` makes its answer of the addresses asked. */
export async function withWhois<T>(of: (asked: string[]) => string, use: (part: PartOf) => Promise<T>): Promise<T> {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\nend\n')) socket.end(of(text.split('\n').slice(2, -2)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    return await use({
      stage: 'whois',
      config: { whois: { server: '127.0.0.1', port: address.port } },
      units: addresses,
    });
  } finally {
    server.close();
  }
}
