import { AUDIT_ACTIONS } from '../../src/audit/actions.js';
import { AUDIT_DETAIL_FIELDS } from '../../src/audit/detail-fields.js';
import { AUDIT_OUTCOMES } from '../../src/audit/outcomes.js';
import { markdownTable } from './markdown-table.js';

const LOGS = { tenant: "the tenant's", system: "the system's", either: 'either' } as const;

const code = (name: string) => `\`${name}\``;

/** Returns the tables of docs/audit-actions.md and docs/audit-format.md by the name of their place there. */
export function auditTables(): ReadonlyMap<string, string> {
  const actions = Object.entries(AUDIT_ACTIONS).map(([action, { log, detail, description }]) => [
    code(action),
    description,
    LOGS[log],
    detail.map(code).join(', '),
  ]);
  const members = Object.entries(AUDIT_ACTIONS).map(([action, { log, detail }]) => [
    code(action),
    LOGS[log],
    detail.map(code).join(', '),
  ]);
  const fields = Object.entries(AUDIT_DETAIL_FIELDS).map(([field, meaning]) => [code(field), meaning]);
  const outcomes = Object.entries(AUDIT_OUTCOMES).map(([outcome, meaning]) => [code(outcome), meaning]);
  return new Map([
    ['actions', markdownTable(['Action', 'Meaning', 'Log', 'Detail'], actions)],
    ['vocabulary', markdownTable(['`action`', 'Log', 'Members of `detail`'], members)],
    ['outcomes', markdownTable(['Outcome', 'Meaning'], outcomes)],
    ['detail', markdownTable(['Field', 'Meaning'], fields)],
  ]);
}

/** Returns the document with its tables generated from the vocabulary. */
export function withAuditTables(document: string): string {
  return document.replaceAll(
    /(<!-- ([a-z]+) of src\/audit -->\n\n)[^]*?(\n\n<!-- end -->)/g,
    (_place, begin: string, name: string, end: string) => begin + (auditTables().get(name) ?? '') + end,
  );
}
