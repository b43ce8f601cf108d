/** Identifies the tree of an epoch of a log. */
export interface LogTree {
  readonly logId: string;
  readonly epoch: number;
}
