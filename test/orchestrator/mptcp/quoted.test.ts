import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { headersOf, type OptionShows, type QuotedField, quotedOf } from '../../../orchestrator/mptcp/quoted.ts';

const test = suite('quoted SYNs');

/** A SYN of mptcp-sweep to 198.18.105.12, hop by hop as kernel routers quoted it. */
const ip = '45000040908540000506ef00c6120101c612690c';
const tcp = 'c63100504c566ddf00000000b002faf03cc60000';
const set = '020405b40402080a27f8425e0000000001030307';
const option = '1e040101';
const sent = Buffer.from(ip + tcp + set + option, 'hex');

const ip6 = '60000000002c060520010db800010000000000000000000120010db8010200000000000000000012';
const sent6 = Buffer.from(ip6 + tcp + set + option, 'hex');

/** Data offset of a TCP header with so many bytes of options. */
function header(options: string): string {
  return `${tcp.slice(0, 24)}${((20 + options.length / 2) / 4).toString(16)}0${tcp.slice(26)}`;
}

const cases: [sentence: string, quote: string, shows: OptionShows, differs: QuotedField[]][] = [
  ['the whole SYN', ip + tcp + set + option, 'intact', []],
  [
    'TTL and checksums are nobody s change',
    `45000040908540000106f300c6120101c612690c${tcp}${set}${option}`,
    'intact',
    [],
  ],
  ['8 bytes of TCP are too short', ip + tcp.slice(0, 16), 'too_short', []],
  ['no byte of TCP too', ip, 'too_short', []],
  ['options cut before ours', ip + tcp + set, 'too_short', []],
  ['options cut within ours', ip + tcp + set + option.slice(0, 6), 'too_short', []],
  ['options cut behind the kind of ours', ip + tcp + set + option.slice(0, 2), 'too_short', []],
  ['ours replaced by NOPs', `${ip + tcp + set}01010101`, 'stripped', []],
  ['ours replaced by an end of options', `${ip + tcp + set}00000000`, 'stripped', []],
  ['ours taken out', ip + header(set) + set, 'stripped', []],
  [
    'all options taken out',
    ip + header(''),
    'stripped',
    ['mss', 'window_scale', 'sack_permitted', 'timestamps', 'options_order'],
  ],
  ['another flag', `${ip + tcp + set}1e040181`, 'changed', []],
  [
    'another kind in its place is no option of ours',
    `${ip + tcp + set}22040101`,
    'stripped',
    ['other_options', 'options_order'],
  ],
  ['twice', ip + header(set + option + option) + set + option + option, 'changed', []],
  ['a length that runs past the end', `${ip + tcp + set}1e0c0101`, 'changed', []],
  ['a length of none before ours', `${ip + tcp}0200${set.slice(4)}${option}`, 'changed', []],
  ['in front of the others', ip + tcp + option + set, 'moved', []],
  ['another MSS', ip + tcp + set.replace('05b4', '0550') + option, 'intact', ['mss']],
  ['others in another order', `${ip}${tcp}0402020405b4${set.slice(12)}${option}`, 'intact', ['options_order']],
  [
    'another source and port: NAT',
    `${ip.slice(0, 24)}c61200fec612690cabcd${tcp.slice(4)}${set}${option}`,
    'intact',
    ['source', 'source_port'],
  ],
  ['another sequence number', ip + tcp.replace('4c566ddf', '11111111') + set + option, 'intact', ['sequence']],
  [
    'another window, TOS and identification',
    ip.replace('45000040', '450200400').replace('4500', '4502').slice(0, 8) +
      '1234' +
      ip.slice(12) +
      tcp.replace('faf0', '1000') +
      set +
      option,
    'intact',
    ['tos', 'ip_id', 'window'],
  ],
  ['a SYN behind IP options', `46000044908540000506ef00c6120101c612690c94040000${tcp}${set}${option}`, 'intact', []],
];

for (const [sentence, quote, shows, differs] of cases) {
  test(`${sentence}: ${shows}${differs.length === 0 ? '' : `, and ${differs.join(', ')}`}`, () => {
    assert.equal(quotedOf(sent, Buffer.from(quote, 'hex')), { shows, differs });
  });
}

test('IPv6 is read alike', () => {
  const changed = Buffer.from(`${ip6.replace(/12$/, '13') + tcp + set}01010101`, 'hex');
  assert.equal(quotedOf(sent6, sent6), { shows: 'intact', differs: [] });
  assert.equal(quotedOf(sent6, changed), { shows: 'stripped', differs: ['target'] });
});

test('what is no IP packet shows nothing', () => {
  for (const quote of ['', '00', '45', `47${ip.slice(2)}`.slice(0, 40), 'ff'.repeat(60)]) {
    assert.is(quotedOf(sent, Buffer.from(quote, 'hex')), null, quote);
  }
});

test('no quote, cut anywhere, is an error', () => {
  for (let end = 0; end <= sent.length; end += 1) {
    const quoted = quotedOf(sent, sent.subarray(0, end));
    if (end < 20) assert.is(quoted, null);
    else assert.is(quoted?.shows, end === sent.length ? 'intact' : 'too_short', String(end));
  }
});

test('headers of a packet are read as the scan names them', () => {
  const linux = { window: 64240, ipId: 0x9085, dontFragment: true, tos: 0, order: 'mss,sackok,ts,nop,ws,mptcp' };
  assert.equal(headersOf(sent), { ...linux, option });
  const own = Buffer.from(`${ip.replace('40000506', '00000506')}${tcp}${set}01010101`, 'hex');
  assert.equal(headersOf(own), {
    ...linux,
    dontFragment: false,
    order: 'mss,sackok,ts,nop,ws,nop,nop,nop,nop',
    option: null,
  });
  assert.equal(headersOf(sent6), { ...linux, ipId: null, dontFragment: null, tos: null, option });
  assert.is(headersOf(Buffer.alloc(0)), null);
});

test.run();
