import type { MigrationInterface } from 'typeorm';
import { Baseline1800000000001 } from './migrations/1800000000001-baseline.js';
import { ExpandConditionalChanges1800000000002 } from './migrations/1800000000002-expand-conditional-changes.js';
import { ExpandSecretVersions1800000000003 } from './migrations/1800000000003-expand-secret-versions.js';
import { ExpandTrash1800000000004 } from './migrations/1800000000004-expand-trash.js';
import { ExpandExpiryAndLabels1800000000005 } from './migrations/1800000000005-expand-expiry-and-labels.js';
import { ExpandChangeFeed1800000000006 } from './migrations/1800000000006-expand-change-feed.js';
import { ExpandAuditReading1800000000009 } from './migrations/1800000000009-expand-audit-reading.js';
import { ExpandAuditSealing1800000000010 } from './migrations/1800000000010-expand-audit-sealing.js';
import { ExpandAuditHeads1800000000012 } from './migrations/1800000000012-expand-audit-heads.js';
import { ExpandAuditRetention1800000000013 } from './migrations/1800000000013-expand-audit-retention.js';
import { ExpandLastReads1800000000014 } from './migrations/1800000000014-expand-last-reads.js';
import { ExpandAuditSinks1800000000015 } from './migrations/1800000000015-expand-audit-sinks.js';
import { ExpandChangeOrder1800000000016 } from './migrations/1800000000016-expand-change-order.js';

/** Lists all migrations in order. The list is explicit because a wrong file pattern would go unnoticed. */
export const allMigrations: readonly (new () => MigrationInterface)[] = [
  Baseline1800000000001,
  ExpandConditionalChanges1800000000002,
  ExpandSecretVersions1800000000003,
  ExpandTrash1800000000004,
  ExpandExpiryAndLabels1800000000005,
  ExpandChangeFeed1800000000006,
  ExpandAuditReading1800000000009,
  ExpandAuditSealing1800000000010,
  ExpandAuditHeads1800000000012,
  ExpandAuditRetention1800000000013,
  ExpandLastReads1800000000014,
  ExpandAuditSinks1800000000015,
  ExpandChangeOrder1800000000016,
];
