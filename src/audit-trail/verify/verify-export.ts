import type { LogKeys } from '../../transparency/log-keys.js';
import type { TreeHead } from '../../transparency/note/checkpoint.js';
import { linesOf } from '../export-file/lines-of.js';
import { Damage } from './damage.js';
import type { ExportReport } from './export-report.js';
import { ExportVerifier } from './export-verifier.js';

interface Verification {
  readonly keys: LogKeys;
  /** Checkpoints that somebody kept, whose signatures were verified. */
  readonly older?: readonly TreeHead[];
}

/**
 * Verifies an export while it is read, and says what it proves, up to the first damage.
 * @throws whatever reading the chunks throws
 */
export async function verifyExport(
  chunks: AsyncIterable<Buffer>,
  { keys, older = [] }: Verification,
): Promise<ExportReport> {
  const verifier = new ExportVerifier(keys, older);
  try {
    let rest: Buffer | undefined;
    for await (const { lines, unterminated } of linesOf(chunks)) {
      for (const line of lines) verifier.accept(line);
      rest = unterminated;
    }
    verifier.finish(rest);
    return { logs: verifier.proved, damage: undefined };
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return { logs: verifier.proved, damage: { line: error.line, problem: error.problem } };
  }
}
