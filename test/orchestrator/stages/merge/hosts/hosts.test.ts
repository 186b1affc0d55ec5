// takes: long
// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostsRecord } from '../../../../../orchestrator/schemas/records/hosts.ts';
import { connected, scanned } from '../../records.ts';
import { mergeOf, type Records } from '../merged.ts';

const test = suite('merge-hosts');

const address = '198.18.0.1';
type Field =
  | 'announced'
  | 'connected'
  | 'fallback'
  | 'mp_fail'
  | 'asn'
  | 'as_name'
  | 'registry_country'
  | 'country'
  | 'os'
  | 'ping_rtt_us'
  | 'syn_rtt_us'
  | 'v1'
  | 'v0';

type Given = Partial<Record<Exclude<keyof Records, 'targets' | 'resolve' | 'scan'>, object>> & { scan?: object[] };

/** A host of which only the scan and what is given are known. Those of one setting are merged together, each with its own address. */
const asked: { given: Given; leftOut: string[]; versions: number[] }[] = [];
function merged(given: Given, leftOut: string[] = [], versions = [1, 0]): () => Promise<HostsRecord> {
  const one = { given, leftOut, versions };
  asked.push(one);
  return async () => {
    const found = (await mergedWith(leftOut, versions)).get(addressOf(one));
    if (found === undefined) throw new Error('the host has no row');
    return found;
  };
}

const addressOf = (one: (typeof asked)[number]) => `198.18.1.${asked.indexOf(one)}`;
const settings = new Map<string, Promise<Map<string, HostsRecord>>>();

/** All hosts of one setting, by address. */
function mergedWith(leftOut: string[], versions: number[]): Promise<Map<string, HostsRecord>> {
  const setting = JSON.stringify([leftOut, versions]);
  const known = settings.get(setting);
  if (known !== undefined) return known;
  const cases = asked.filter((one) => JSON.stringify([one.leftOut, one.versions]) === setting);
  const records: Record<string, object[]> = {};
  for (const one of cases) {
    const { scan = [scanned(address, [])], ...rest } = one.given;
    for (const [stage, record] of [...scan.map((record) => ['scan', record] as const), ...Object.entries(rest)]) {
      records[stage] = [...(records[stage] ?? []), { ...record, address: addressOf(one) }];
    }
  }
  records.asn = [...(records.asn ?? []), { ...asn, address: '198.18.5.77', asn: 64_501 }];
  // a control is asked for more than any other host
  const result = mergeOf(records, { leftOut, versions, controls: 0 }).then(
    ({ hosts }) => new Map(hosts.map((row) => [row.address, row])),
  );
  settings.set(setting, result);
  return result;
}

const asn = { address, asn: 64_500, prefix: '198.18.0.0/22', origins: [64_500], as_name: 'FILE', failure: null };
const registration = { asn: 64_500, prefix: null, country: 'FI', registry: null, allocated: null, as_name: 'REGISTRY' };
const whois = { address, ...registration, failure: null };
const geo = { address, country: 'SE', city: 'Umea', latitude: 63.8, longitude: 20.3, failure: null };
const linux = { name: 'Linux 6', accuracy: 95, family: 'Linux', vendor: null };
const os = { address, candidates: [linux], failure: null };
const path = { address, ping_rtt_us: 230, ping_replies: 3, failure: null };
const noAsn = { ...asn, asn: null, prefix: null, origins: [], as_name: null };
const noWhois = { ...whois, country: null, as_name: null };
const noGeo = { ...geo, country: null, city: null, latitude: null, longitude: null };

/** Fields that come of one stage: what a record makes of them, one without the value, and one that says it failed. */
const stages: [stage: string, fields: Field[], full: Given, empty: Given | null, failed: Given][] = [
  ['asn', ['asn'], { asn }, { asn: noAsn }, { asn: { ...noAsn, failure: 'rejected' } }],
  [
    'whois',
    ['as_name', 'registry_country'],
    { whois },
    { whois: noWhois },
    { whois: { ...noWhois, failure: 'rejected' } },
  ],
  ['geo', ['country'], { geo }, { geo: noGeo }, { geo: { ...noGeo, failure: 'rejected' } }],
  ['os', ['os'], { os }, null, { os: { ...os, candidates: [], failure: 'rejected' } }],
  [
    'path',
    ['ping_rtt_us'],
    { path },
    { path: { ...path, ping_rtt_us: null } },
    { path: { ...path, ping_rtt_us: null, failure: 'rejected' } },
  ],
];

for (const [stage, fields, full, empty, failed] of stages) {
  const cases: [sentence: string, host: () => Promise<HostsRecord>, reason: string | null][] = [
    ['left out', merged({}, [stage]), 'not_measured'],
    ['run, but not for this address', merged({}), 'not_applicable'],
    ['with another stage left out', merged({}, ['other']), 'not_applicable'],
    ['asked in vain', merged(failed), 'rejected'],
    ['with the value', merged(full), null],
    ...(empty === null
      ? []
      : [['answered without the value', merged(empty), 'no_data'] as [string, () => Promise<HostsRecord>, string]]),
  ];
  for (const [sentence, host, reason] of cases) {
    for (const field of fields) {
      test(`${field}: ${stage} ${sentence}: ${reason ?? 'a value'}`, async () => {
        const row = await host();
        assert.is(row[`${field}_missing`], reason);
        assert.is(row[field] === null, reason !== null);
      });
    }
  }
}

const noConnection = { connected: false, fallback: null, fallback_missing: 'refused', failure: 'refused' } as const;
const refused = connected(address, [], noConnection);
const further = { address: '198.18.5.77', scope: 'global' } as const;
const unplaced = { country: null, latitude: null, longitude: null };
const unjoined = { joined: false, joined_missing: null, join_failure: 'reset', join_reset_reason: 1 } as const;
const announced = [{ ...further, port: null, hmac: 'valid', asn: 64_501, resolved: null, ...unplaced, ...unjoined }];
const announcing = connected(address, [{ ...further, ...unjoined }]);

/** More than one stage, or more than one way to be null. */
const special: [
  sentence: string,
  host: () => Promise<HostsRecord>,
  field: Field,
  value: unknown,
  reason: string | null,
][] = [
  ['no connection is made where handshake is left out', merged({}, ['handshake']), 'connected', null, 'not_measured'],
  ['nor where the host is no candidate', merged({}), 'connected', null, 'not_applicable'],
  [
    'a connection that was refused is false, which is a value',
    merged({ handshake: refused }),
    'connected',
    false,
    null,
  ],
  ['its fallback is unknown for the reason of the record', merged({ handshake: refused }), 'fallback', null, 'refused'],
  ['without a connection the fallback is not applicable', merged({}), 'fallback', null, 'not_applicable'],
  ['without the stage it is not measured', merged({}, ['handshake']), 'fallback', null, 'not_measured'],
  ['false is a value of fallback', merged({ handshake: connected(address, []) }), 'fallback', false, null],
  ['no MP_FAIL is 0, not null', merged({ handshake: connected(address, []) }), 'mp_fail', 0, null],
  [
    'MP_FAIL is counted where we sent it',
    merged({ handshake: connected(address, [], { mp_fail_sent: 2, mp_fail_received: 5 }) }),
    'mp_fail',
    2,
    null,
  ],
  [
    'a fallback that the capture does not show is unknown though the connection was made',
    merged({ handshake: connected(address, [], { fallback: null, fallback_missing: 'not_returned' }) }),
    'fallback',
    null,
    'not_returned',
  ],
  ['MP_FAIL without a connection is null', merged({}), 'mp_fail', null, 'not_applicable'],
  [
    'a connection without announcement announced nothing',
    merged({ handshake: connected(address, []) }),
    'announced',
    [],
    null,
  ],
  ['without a connection nobody knows', merged({}), 'announced', null, 'not_applicable'],
  ['without the stage nobody asked', merged({}, ['handshake']), 'announced', null, 'not_measured'],
  ['announcements are those of the row', merged({ handshake: announcing }), 'announced', announced, null],
  ['the registry names an AS', merged({ asn, whois }), 'as_name', 'REGISTRY', null],
  ['else the names file does', merged({ asn, whois: noWhois }), 'as_name', 'FILE', null],
  ['also where whois is left out', merged({ asn }, ['whois']), 'as_name', 'FILE', null],
  ['fingerprints of a failed record are none', merged({ os: { ...os, failure: 'timeout' } }), 'os', null, 'timeout'],
  [
    'a SYN/ACK without timestamp has no round trip',
    merged({ scan: [scanned(address, [], { rtt_us: null, rtt_us_missing: 'not_returned' })] }),
    'syn_rtt_us',
    null,
    'not_returned',
  ],
  [
    'a round trip without a reason says no data',
    merged({ scan: [scanned(address, [], { rtt_us: null })] }),
    'syn_rtt_us',
    null,
    'no_data',
  ],
  ['a round trip is a value', merged({}), 'syn_rtt_us', 212, null],
  ['a version that was not asked for has no verdict', merged({}, [], [1]), 'v0', null, 'not_sent'],
  ['nor the other', merged({}, [], [0]), 'v1', null, 'not_sent'],
];

for (const [sentence, host, field, value, reason] of special) {
  test(`${field}: ${sentence}`, async () => {
    const row = await host();
    assert.equal(row[field], value);
    assert.is(row[`${field}_missing`], reason);
  });
}

const both = merged({});
const everything = merged({ asn, whois, geo, os });

test('every version asked for has a verdict', async () => {
  const { v1, v1_missing, v0_missing, v0 } = await both();
  assert.equal([v1?.verdict, v1_missing, v0_missing], ['not_offered', null, null]);
  assert.ok(v0 !== null);
});

test('a host without names has an empty list of them', async () => {
  assert.equal((await both()).domains, []);
});

test('the values of a stage go into the host as they are', async () => {
  const { prefix, registry_country, country, city, latitude, longitude, os: found } = await everything();
  const placed = [prefix, registry_country, country, city, latitude, longitude];
  assert.equal(placed, ['198.18.0.0/22', 'FI', 'SE', 'Umea', 63.8, 20.3]);
  assert.equal(found, [linux]);
});

test.run();
