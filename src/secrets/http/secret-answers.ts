import type { FastifyReply } from 'fastify';
import { formatTime } from '../../api/time-format.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SecretV3 } from '../dto/secret-v3.js';
import type { SecretV31 } from '../dto/secret-v31.js';
import { quoted, stateTag } from '../secret-tag.js';
import type { OpenedSecret } from '../secret.js';
import type { DeletedSecret, ReadSecret } from '../secrets.service.js';
import { TRASH_ID, TRASH_UNTIL } from './trash-headers.js';
import type { SecretMapper } from './secret-mapper.js';

export type ShownSecret = SecretV3 | SecretV31;

/** Makes the answers that show one secret, each with its `ETag`. */
export class SecretAnswers {
  constructor(
    readonly mapper: SecretMapper,
    private readonly reply: FastifyReply,
  ) {}

  /** Answers a read; with 304 and no body where the caller has the present state already. */
  read(tenant: TenantContext, { tag, secret }: ReadSecret): ShownSecret | undefined {
    this.reply.header('ETag', quoted(tag));
    if (secret !== undefined) return this.mapper.read(tenant, secret);
    this.reply.status(304);
    return undefined;
  }

  /** Answers a creation or a change with the secret as it is now. */
  changed(tenant: TenantContext, secret: OpenedSecret): ShownSecret {
    this.reply.header('ETag', quoted(stateTag(secret)));
    return this.mapper.changed(tenant, secret);
  }

  /** Answers a deletion with what the secret was, and says in headers where it is and until when. */
  deleted(tenant: TenantContext, { secret, keptUntil }: DeletedSecret): ShownSecret {
    this.reply.header(TRASH_ID, secret.id);
    if (keptUntil !== undefined) this.reply.header(TRASH_UNTIL, formatTime(keptUntil));
    return this.mapper.changed(tenant, secret);
  }
}
