import { formatTime } from '../../api/time-format.js';
import type { SecretReadsV31, VersionReadsV31 } from './dto/secret-reads-v31.js';
import type { LastRead, LastReads } from './last-reads.js';

/** @param isByWhom whether the caller sees who read the secret */
export function toSecretReadsV31(
  key: string,
  { reads, since, until, isComplete }: LastReads,
  isByWhom: boolean,
): SecretReadsV31 {
  const [latest] = reads;
  return {
    key,
    status: latest !== undefined ? 'read' : isComplete ? 'never' : 'unknown',
    last_read_at: latest === undefined ? null : formatTime(latest.readAt),
    known_since: formatTime(since),
    known_until: formatTime(until),
    versions: [...new Set(reads.map(({ version }) => version))]
      .sort((one, other) => other - one)
      .map((version) =>
        versionReads(
          version,
          reads.filter((read) => read.version === version),
          isByWhom,
        ),
      ),
  };
}

function versionReads(version: number, reads: readonly LastRead[], isByWhom: boolean): VersionReadsV31 {
  const readers = reads.map(({ username, tenantName, readAt }) => ({
    username,
    tenant_name: tenantName,
    last_read_at: formatTime(readAt),
  }));
  return {
    version,
    last_read_at: readers[0]?.last_read_at ?? '',
    readers: isByWhom ? readers : null,
  };
}
