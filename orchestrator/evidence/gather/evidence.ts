import { KIND, tcpOptions } from '../../mptcp/tcp-options.ts';
import type { ScanRecord } from '../../schemas/records/scan.ts';
import { mptcpOptionsOf, type ScanEvidence } from '../answers.ts';

/**
 * What a verdict reads of a reply. An option area that can be walked to its end without a canary says no more than its
 * options of kind 30 and is dropped for them; without any of these, what we sent has nothing to be compared with.
 */
export function evidenceOf(reply: ScanRecord): ScanEvidence {
  const area = reply.tcp_options ?? reply.options_mptcp.join('');
  const own = mptcpOptionsOf(reply);
  const told = [...tcpOptions(Buffer.from(area, 'hex'))].every(
    ({ kind, fault }) => fault === null && kind !== KIND.CANARY,
  );
  const bare = own.length === 0 && told;
  return {
    probe: reply.probe,
    source_port: reply.source_port,
    seq: reply.seq,
    ack: reply.ack,
    classification: reply.classification,
    sent_version: reply.sent_version,
    sent_key: reply.sent_key,
    sent_option: bare ? null : reply.sent_option,
    sent_seq: bare ? null : reply.sent_seq,
    sent_tsval: bare ? null : reply.sent_tsval,
    sent_window: bare ? null : reply.sent_window,
    sent_ip_id: bare ? null : reply.sent_ip_id,
    sent_options_order: bare ? null : reply.sent_options_order,
    options_mptcp: own,
    tcp_options: bare ? null : area,
    options_order: reply.options_order,
    window: reply.window,
    ip_id: bare ? null : reply.ip_id,
    faults: reply.faults,
    received_at: reply.received_at,
  };
}
