import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanEvidence } from '../../../orchestrator/evidence/answers.ts';
import type { Evidence } from '../../../orchestrator/evidence/facts.ts';
import { judgeHost } from '../../../orchestrator/evidence/verdict.ts';

export const ours = '1020304050607080';
export const ours2 = '2131415161718191';
export const fresh = 'a1b2c3d4e5f60718';
export const fresh2 = '5a5b5c5d5e5f6061';
export const zero = '0'.repeat(16);
export const v1Syn = '1e040101';
export const v0Syn = `1e0c0001${ours}`;

const words = ['v1', 'port2', 'canary', 'grease', 'v0', 'port2v0', 'join', 'plain'];

/**
 * A reply to one probe; the module's word matters only for RST and ICMP, so SYN/ACKs are given a wrong one on purpose. Each probe
 * has a source port and a number of its own, as the module sends them.
 */
export function reply(probe: string, mptcp: string[], more: Partial<ScanEvidence> = {}): ScanEvidence {
  const sent = {
    v1: { sent_version: 1, sent_option: v1Syn, sent_key: null },
    port2: { sent_version: 1, sent_option: v1Syn, sent_key: null },
    canary: { sent_version: 1, sent_option: v1Syn, sent_key: null },
    grease: { sent_version: 15, sent_option: '1e040f01', sent_key: null },
    v0: { sent_version: 0, sent_option: v0Syn, sent_key: ours },
    port2v0: { sent_version: 0, sent_option: `1e0c0001${ours2}`, sent_key: ours2 },
    join: { sent_version: null, sent_option: '1e0c1001aabbccdd00112233', sent_key: null },
    plain: { sent_version: null, sent_option: null, sent_key: null },
  }[probe];
  if (sent === undefined) throw new Error(`no probe ${probe}`);
  const place = words.indexOf(probe);
  return {
    probe,
    source_port: 40_000 + place,
    seq: `7a00000${place}`,
    ack: `3b00000${place}`,
    classification: 'mp_capable',
    options_mptcp: mptcp,
    tcp_options: null,
    options_order: 'mss,sackok,ts,nop,ws,mptcp',
    window: 65160,
    ip_id: 0,
    sent_seq: null,
    sent_tsval: null,
    sent_window: 64240,
    sent_ip_id: 54321,
    sent_options_order: 'mss,sackok,ts,nop,ws,mptcp',
    faults: [],
    received_at: '2026-11-22T10:00:00.000000Z',
    ...sent,
    ...more,
  };
}

export const v1 = (mptcp: string[], more: Partial<ScanEvidence> = {}) => reply('v1', mptcp, more);
export const v0 = (mptcp: string[], more: Partial<ScanEvidence> = {}) => reply('v0', mptcp, more);
export const key1 = (key: string, flags = '01') => `1e0c01${flags}${key}`;
export const key0 = (key: string) => `1e0c0001${key}`;

export type Row = [sentence: string, version: 0 | 1, scans: ScanEvidence[], claim: string, more?: Partial<Evidence>];

export function judge(version: 0 | 1, scans: ScanEvidence[], more: Partial<Evidence> = {}) {
  return judgeHost({ version, scans, handshake: null, sharedTraces: new Set(), scope: null, ...more });
}

/** One test per row; the order of the replies never matters. */
export function cases(test: Test, rows: Row[]): void {
  for (const [sentence, version, scans, claim, more] of rows) {
    test(sentence, () => {
      const { verdict, rung, rules } = judge(version, scans, more);
      assert.is([verdict, rung, rules.join(',')].join(' '), claim);
      assert.equal(judge(version, [...scans].reverse(), more), judge(version, scans, more));
    });
  }
}
