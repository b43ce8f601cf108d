import { StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Logger } from '../../observability/logger.js';
import { logFailure } from '../errors/log-failure.js';
import { toDomainError } from '../errors/to-domain-error.js';
import { begunStream } from './begun-stream.js';

/**
 * Limits how long a reader may accept nothing before it is disconnected. Node checks after each half of this time
 * whether it could send any of what was written last, and reports a timeout at the second check in a row without
 * progress.
 */
export const STALLED_MS = 30_000;

interface FileOptions {
  /** The content type. */
  readonly type: string;
  /** The header `Content-Disposition`. */
  readonly disposition?: string;
}

/**
 * Answers a request with text that is read only as fast as the caller takes it. What fails before the first chunk is
 * answered as an error; what fails later is logged, and cuts the answer off.
 * @param chunks is ended when the caller goes
 */
export async function streamedFile(
  chunks: AsyncGenerator<string, void>,
  options: FileOptions,
  { request, logger }: { readonly request: FastifyRequest; readonly logger: Logger },
): Promise<StreamableFile> {
  const stream = await begunStream(chunks, (error) =>
    logFailure(logger, error, toDomainError(error), request),
  );
  request.raw.socket.setTimeout(STALLED_MS / 2);
  return new StreamableFile(stream, options);
}
