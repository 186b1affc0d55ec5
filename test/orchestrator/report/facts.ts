import type { ReportFacts } from '../../../orchestrator/report/facts.ts';

const counts = {
  units_in: 12,
  answered: 8,
  failed: { timeout: 1 },
  rejected: { url: 1, blank: 1 },
  skipped: { duplicate: 1 },
  records_out: 8,
  rejected_lines: 2,
};

/** What a manifest could say of a small run. */
export function makeFacts(given: Partial<ReportFacts> = {}): ReportFacts {
  return {
    run: 'small',
    replies: null,
    lab: true,
    measured: { from: '2026-11-22T10:00:00.000Z', to: '2026-11-22T10:02:00.000Z' },
    software: 'mptcp-census 0.1.0',
    versions: ['v1', 'v0'],
    asked: { probes: 24, silent: 6, v1: 12, v0: 12 },
    lost: { replies: 0, opinions: null },
    rescan: null,
    seed: 1,
    vantage: 'vantage point not checked',
    notices: [],
    stages: [
      { stage: 'targets', unit: 'line', tool: 'list', counts, measured: null },
      { stage: 'os', unit: 'address', tool: 'nmap', counts: null, measured: null },
    ],
    programs: [{ name: 'zmap', version: '2.1.1' }],
    setting: [['scan.receive_drops', '0']],
    config: [['scan.ports', '80']],
    inputs: [],
    result: null,
    ...given,
  };
}
