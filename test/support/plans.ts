/** Describes a step of a plan that was run. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** Holds the one row of the answer to an explained statement. */
export type Explained = [{ 'QUERY PLAN': [{ Plan: PlanNode }] }];

/** Returns a statement that runs another one, and gives its plan instead of its rows. */
export const explained = (text: string): string => `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;

/** Returns the number of table rows that a plan has read, including those that it discarded. */
export function rowsRead(node: PlanNode): number {
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Index Recheck': rechecked = 0 } = node;
  const read = (node['Actual Rows'] + filtered + rechecked) * node['Actual Loops'];
  const own = node['Relation Name'] === undefined ? 0 : read;
  return own + (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), 0);
}

/** Returns each step of a plan. */
export function stepsOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(stepsOf)];
}
