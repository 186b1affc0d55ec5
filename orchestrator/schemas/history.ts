import { z } from 'zod';

/** The closed lists of a series of runs (docs/history.md, which a test compares with these). */

/** How far a point of a series can be relied on, by what the run itself counted. */
export const Confidence = z.enum(['sound', 'reduced', 'doubtful']);
export type Confidence = z.infer<typeof Confidence>;

/** Why a point is not sound. */
export const ConfidenceReason = z.enum([
  'vantage_impaired',
  'replies_lost',
  'probes_lost',
  'connections_lost',
  'resets_held_back',
  'settings_moved',
  'controls_wrong',
  'units_rejected',
  'parts_missing',
  'not_asked',
]);
export type ConfidenceReason = z.infer<typeof ConfidenceReason>;

/** What changed from one run of a series to the next, other than the hosts. */
export const Mark = z.enum(['list', 'rules', 'kernel', 'vantage', 'ports', 'versions', 'rate', 'module', 'stages']);
export type Mark = z.infer<typeof Mark>;

/** What the counts of a series are taken by. */
export const Dimension = z.enum(['all', 'country', 'as', 'port', 'family']);
export type Dimension = z.infer<typeof Dimension>;

/** What is counted, endpoints (address and port) of one version. */
export const EndpointMeasure = z.enum([
  'answered',
  'capable',
  'confirmed',
  'echoed',
  'inconsistent',
  'malformed',
  'not_offered',
  'unknown',
  'undecided',
]);

/** What is counted, addresses of either version, ports conflated. */
export const AddressMeasure = z.enum([
  'addresses_answered',
  'addresses_capable',
  'announcing',
  'leaked_private',
  'mp_fail',
  'ever_announced',
]);

export const Measure = z.enum([...EndpointMeasure.options, ...AddressMeasure.options]);
export type Measure = z.infer<typeof Measure>;

/** Keys that are not a place: unknown, and all places where no run ever saw an MPTCP option. */
export const unknownKey = 'unknown';
export const otherKey = 'other';

/** Why an endpoint has another verdict in a second run, in the order in which they are tried (orchestrator/diff/causes.ts). */
export const Cause = z.enum([
  'rule',
  'address_moved',
  'target_list',
  'blocked',
  'vantage',
  'backend',
  'noise',
  'gone_silent',
  'appeared',
  'refused',
  'verdict',
]);
export type Cause = z.infer<typeof Cause>;
