import type { Counts } from '../core/folder/entries.ts';

/** What one stage did, as the manifest keeps it. */
export interface StageFacts {
  stage: string;
  /** What one unit is: "name and type", "address, port, probe". */
  unit: string;
  /** The tool that did it. */
  tool: string;
  /** null: the configuration left the stage out. */
  counts: Counts | null;
  /** Start of its first command and end of its last, UTC, ISO 8601; null where it ran none. */
  measured: { from: string; to: string } | null;
}

/** Something of the run that bears on every number of the page: packets lost, say. */
export interface Notice {
  stage: string;
  /** A sentence. */
  text: string;
  /** Packets were lost; otherwise something to know of how they were measured. */
  lost: boolean;
}

/** Endpoints that the scan asked: those that answered nothing have no row in hosts, only the scan's counts know of them. */
export interface Asked {
  /** All probes together: each endpoint once per version. */
  probes: number;
  /** Of these, answered by nothing. */
  silent: number;
  /** Endpoints asked for each version; null where the counts cannot be told apart, or the version was not asked. */
  v1: number | null;
  v0: number | null;
}

export interface Lost {
  /** Replies of the scan that came and were not read, and probes that never left. */
  replies: number;
  /** null: none were asked for. */
  opinions: { asked: number; unanswered: number } | null;
}

/** What a report says about its run that hosts and domains do not hold. All of it comes from the manifest, nothing from a clock. */
export interface ReportFacts {
  run: string;
  /** The page is made of a prober's output alone: how many lines that were, and how many of them were no replies. null: of a run. */
  replies: { lines: number; rejected: number } | null;
  /** A run inside a test Internet: the page says so above all numbers. */
  lab: boolean;
  /** When the first and the last packet of the run were due, UTC, ISO 8601, but for stages that were switched on later; null where no stage used the network. */
  measured: { from: string; to: string } | null;
  /** Name and version of this software, commit included. */
  software: string;
  stages: StageFacts[];
  /** MPTCP versions that were asked, each by SYNs of its own; null: no run stands behind it, nobody knows. */
  versions: readonly ('v1' | 'v0')[] | null;
  /** null: the counts of the scan are not there. */
  asked: Asked | null;
  /** What this side lost of the replies, and second opinions that nobody gave. */
  lost: Lost;
  /** Addresses that were scanned a second time, and what this side lost of that; null: there was no rescan. */
  rescan: { addresses: number; lost: number } | null;
  /** All that the report draws begins there; null: no run stands behind it. */
  seed: number | null;
  /** Whether the sentinels answered, in words that stand beside every share; null: no run, nobody could be asked. */
  vantage: string | null;
  /** Shown above all numbers. */
  notices: Notice[];
  /** Programs with the versions that they print. */
  programs: { name: string; version: string }[];
  /** Vantage point, seed, kernel, sysctls: whatever helps to repeat the run, as pairs for a table. */
  setting: [name: string, value: string][];
  /** The part of the configuration that shapes the numbers, as pairs of dotted key and value. */
  config: [key: string, value: string][];
  /** Files outside the run folder that were read. */
  inputs: { file: string; sha256: string }[];
  /** result_sha256 of the manifest. */
  result: string | null;
}

/** What the report hands back for the terminal. */
export interface ReportSummary {
  /** The headline numbers and the tables as plain text. */
  text: string;
  /** Files written, relative to the report folder, sorted. */
  files: string[];
}
