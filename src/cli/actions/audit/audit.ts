import { verifyExport } from '../../../audit-trail/verify/verify-export.js';
import { isProof, MOST_PROOF_BYTES, verifyProof } from '../../../audit-trail/verify/verify-proof.js';
import { openGiven } from '../../audit/given-file.js';
import { readCheckpoint, readKeys } from '../../audit/given-keys.js';
import { withProgress } from '../../audit/progress.js';
import { proofOutput } from '../../audit/proof-output.js';
import { exportOutput } from '../../audit/verification-output.js';
import { CommandError } from '../../command-error.js';
import type { Call } from '../../commands/command-spec.js';
import type { Output } from '../../output/output.js';
import { isInclusionProofText } from '../../../transparency/note/inclusion-proof-text.js';
import { slowStepsOf } from '../../terminal.js';

/** Gives the number of bytes that tell an export from a proof. */
const BEGINNING_BYTES = 64;

const NO_CHECKPOINT =
  'A proof of one event is not compared with a checkpoint that you kept: leave `--checkpoint` out, or give it with an export ' +
  'or a proof of consistency';

interface VerifyOptions {
  readonly keys: string;
  readonly checkpoint?: readonly string[];
}

/** Verifies a file by what it holds and by public keys, without configuration and without a database. */
export async function verifyAudit({
  io,
  args: [path],
  options,
}: Call<[string], VerifyOptions>): Promise<Output> {
  const keys = readKeys(options.keys);
  const older = (options.checkpoint ?? []).map((file) => readCheckpoint(file, keys));
  const file = await openGiven(path, io.input ?? process.stdin);
  const chunks = withProgress(file, slowStepsOf(io))[Symbol.asyncIterator]();
  const begun = await beginning(chunks);
  const beginsWith = Buffer.concat(begun).toString('latin1');
  if (older.length > 0 && isInclusionProofText(beginsWith)) throw new CommandError(NO_CHECKPOINT, 'usage');
  const all = continued(begun, chunks);
  return isProof(beginsWith)
    ? proofOutput(file.name, verifyProof(await textOf(all), keys, older))
    : exportOutput(file.name, await verifyExport(all, { keys, older }));
}

/** Reads enough to tell what a file is. */
async function beginning(chunks: AsyncIterator<Buffer>): Promise<Buffer[]> {
  const begun: Buffer[] = [];
  for (let length = 0; length < BEGINNING_BYTES; length += begun.at(-1)?.length ?? 0) {
    const next = await chunks.next();
    if (next.done === true) break;
    begun.push(next.value);
  }
  return begun;
}

async function* continued(begun: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* begun;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MOST_PROOF_BYTES) throw new CommandError('The file is too long for a proof');
    read.push(chunk);
  }
  return Buffer.concat(read).toString();
}
