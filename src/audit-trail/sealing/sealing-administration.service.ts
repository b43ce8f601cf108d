import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { SYSTEM_LOG } from '../../audit/audit-writer.js';
import { newId } from '../../common/ids.js';
import type { Caller } from '../../common/tenant-context.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { SealingRepository } from './sealing.repository.js';
import { SigningKeys } from './signing-keys.js';

/** Does what operators may do with the seals of the audit trail. */
@Injectable()
export class SealingAdministration {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditedTransaction) private readonly audited: AuditedTransaction,
    @Inject(SealingRepository) private readonly repository: SealingRepository,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
  ) {}

  /**
   * Begins a new epoch of all logs, each with an event that names the last checkpoint before and the reason. Returns its
   * number.
   */
  beginEpoch(reason: string, caller: Caller): Promise<number> {
    const eventId = newId();
    return this.transaction.run(SYSTEM_LOG, eventId, (manager) =>
      this.repository.beginEpoch(manager, { eventId, reason, caller }),
    );
  }

  /** Replaces the key that signs, and erases the old one. Returns the number of the new key. */
  rotateKey(caller: Caller): Promise<number> {
    return this.audited.run(
      newEvent('audit.rotate_signing', caller),
      (manager) => this.keys.rotate(manager),
      SYSTEM_LOG,
      (id) => ({ signing_key: String(id) }),
    );
  }
}
