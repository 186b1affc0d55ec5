import type { Config } from '../config/config.ts';
import { CensusError } from '../errors.ts';
import { probesOf, rateOf } from './probes.ts';

export interface ProbingInput {
  config: Config;
  /** Addresses that the packets come from; none where they are not known. */
  sources: readonly string[];
  /** Where the file will lie; null: not said. */
  url: string | null;
  expires: Date;
}

/** RFC 9116 wants a URI where a person is meant. */
function contactUri(contact: string): string {
  return contact.includes('@') && !/^[a-z]+:/.test(contact) ? `mailto:${contact}` : contact;
}

/**
 * A probe description file as RFC 9511 (section 2.1) wants it under /.well-known/probing.txt: the fields of RFC 9116, and Description on
 * one line.
 * @throws CensusError E_CONFIG without a contact
 */
export function probingText({ config, sources, url, expires }: ProbingInput): string {
  const { contact } = config;
  if (contact === null)
    throw new CensusError(
      'E_CONFIG',
      'contact is not set',
      'set it to an address that a human reads: owners will write to it',
    );
  const description = [
    'Measurement of how widely Multipath TCP (RFC 8684) is deployed, for research.',
    `Sent ${rateOf(config)}:`,
    `${probesOf(config).join('; ')}.`,
    `Nobody is logged in to, and nothing is exploited. Owners who write to the contact are left out from then on.`,
  ].join(' ');
  const lines = [
    ...(url === null ? [] : ['# Canonical URI', `Canonical: ${url}`, '']),
    '# Who measures, and to whom to write to be left out',
    `Contact: ${contactUri(contact)}`,
    '',
    `Expires: ${expires.toISOString().replace(/\.\d+Z$/, 'Z')}`,
    'Preferred-Languages: en',
    '',
    ...(sources.length === 0
      ? []
      : ['# Addresses that the packets come from', ...sources.map((source) => `# ${source}`), '']),
    `Description: ${description}`,
  ];
  return `${lines.join('\n')}\n`;
}
