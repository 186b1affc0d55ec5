import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { addressAt } from './addresses.ts';
import type { Plan } from './plan.ts';

const Class = z.strictObject({
  vendor: z.string().describe('vendor as the database has it'),
  family: z.string().describe('operating system family'),
  type: z.string().describe('kind of device'),
});

const Line = z.string().regex(/^\d{2,3}:( \w+)+$/);

/** What a recorded nmap document says of the hosts of a world: names of its database, and which of them fit each host. */
const Fingerprints = z.strictObject({
  names: z
    .record(z.string(), z.strictObject({ name: z.string(), classes: z.array(Class).min(1) }))
    .describe('entries of the database by a short word'),
  hosts: z.array(Line).default([]).describe('"accuracy: word word ..." per host, in the order of the capable ones'),
  sites: z.record(z.string(), z.array(Line).min(1)).default({}).describe('the same by site, its hosts in turn'),
});
type Fingerprints = z.infer<typeof Fingerprints>;

/** Name of the document in the folder of the lab; recorded/nmap reads it. */
export const RECORDED = 'nmap.xml';

/** Reads fingerprints/NAME.yaml beside this file. */
export async function readFingerprints(name: string): Promise<Fingerprints> {
  const file = new URL(`fingerprints/${name}.yaml`, import.meta.url);
  return Fingerprints.parse(parse(await readFile(file, 'utf8')));
}

/** Addresses of the world that are capable in v0, in the order of its blocks. */
function capable({ world }: Plan): string[] {
  return world.blocks.flatMap(({ site, prefix, hosts }) => {
    const truth = world.sites.find((one) => one.site === site)?.truth;
    return truth?.v0 === 'capable' ? Array.from({ length: hosts }, (_, i) => addressAt(prefix, i + 1)) : [];
  });
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

function hostElement(address: string, line: string, { names }: Fingerprints, at: number): string {
  const [accuracy = '', ...words] = line.split(/:? /);
  const matches = words.map((word) => {
    const known = names[word];
    if (!known) throw new Error(`no fingerprint ${word}`);
    const classes = known.classes.map(
      ({ vendor, family, type }) =>
        `<osclass type="${escaped(type)}" vendor="${escaped(vendor)}" osfamily="${escaped(family)}" accuracy="${accuracy}"/>`,
    );
    return `<osmatch name="${escaped(known.name)}" accuracy="${accuracy}">\n${classes.join('\n')}\n</osmatch>\n`;
  });
  return `<host starttime="${at}" endtime="${at + 1}"><address addr="${address}" addrtype="ipv4"/>\n<os>${matches.join('')}</os>\n</host>\n`;
}

/** The recorded document: each host with its candidates, as `nmap -O -oX` writes it. */
export function nmapDocument(plan: Plan, recorded: Fingerprints): string {
  // A world that was changed may have more or fewer: a host beyond those recorded is not in the document.
  const addresses = capable(plan).slice(0, recorded.hosts.length);
  const at = Date.parse(`${plan.world.date}T00:00:00Z`) / 1000;
  const hosts = [
    ...addresses.map((address, i) => hostElement(address, recorded.hosts[i] ?? '', recorded, at)),
    ...plan.world.blocks.flatMap(({ site, prefix, hosts: count }) => {
      const lines = recorded.sites[site] ?? [];
      const known = lines.length === 0 ? 0 : count;
      return Array.from({ length: known }, (_, i) =>
        hostElement(addressAt(prefix, i + 1), lines[i % lines.length] ?? '', recorded, at),
      );
    }),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<nmaprun scanner="nmap" start="${at}" version="6.47" xmloutputversion="1.04">
${hosts.join('')}<runstats><finished time="${at + 1}" exit="success"/><hosts up="${hosts.length}" down="0" total="${hosts.length}"/></runstats>
</nmaprun>
`;
}
