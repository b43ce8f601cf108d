import { AUDIT_ACTIONS, type AuditAction } from '../../src/audit/actions.js';
import { AUDIT_OUTCOMES } from '../../src/audit/outcomes.js';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import type { TestDatabase } from './database.js';

interface RecordedKind {
  in_system_log: boolean;
  action: string;
  outcome: string;
  fields: string[];
}

const KINDS = `
  SELECT DISTINCT log_id = $1 AS in_system_log, e.body::json->>'action' AS action, e.body::json->>'outcome' AS outcome,
         ARRAY(SELECT json_object_keys(e.body::json->'detail') ORDER BY 1) AS fields
  FROM audit_events e
  WHERE json_typeof(e.body::json->'detail') = 'object'
  UNION
  SELECT DISTINCT log_id = $1, e.body::json->>'action', e.body::json->>'outcome', '{}'::text[]
  FROM audit_events e`;

/**
 * Returns the problems of a database's audit trail: everything that is not in the vocabulary of `src/audit/actions.ts`.
 */
export async function vocabularyProblems(database: TestDatabase): Promise<string[]> {
  const kinds = await database.asSuperuser<RecordedKind>(KINDS, [SYSTEM_LOG]);
  return kinds.flatMap((kind) =>
    problemsOf(kind).map((problem) => `${kind.action} (${kind.outcome}): ${problem}`),
  );
}

function problemsOf({ in_system_log: inSystemLog, action, outcome, fields }: RecordedKind): string[] {
  if (!Object.hasOwn(AUDIT_ACTIONS, action)) return ['not in the vocabulary'];
  const { log, detail } = AUDIT_ACTIONS[action as AuditAction];
  const known: readonly string[] = detail;
  // A request that names no known tenant is recorded in the system's log.
  const isRefusedEarly = ['forbidden', 'maintenance'].includes(outcome);
  return [
    ...(Object.hasOwn(AUDIT_OUTCOMES, outcome) ? [] : ['unknown outcome']),
    ...fields.filter((field) => !known.includes(field)).map((field) => `unknown detail ${field}`),
    ...(inSystemLog && log === 'tenant' && !isRefusedEarly ? ["in the system's log"] : []),
    ...(!inSystemLog && log === 'system' ? ["in a tenant's log"] : []),
  ];
}
