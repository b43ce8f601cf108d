/** Represents a row that is locked until the end of the transaction. */
export interface LockedRow {
  readonly id: string;
  /** The name as stored, which may differ in case from the one that was looked up. */
  readonly name: string;
}
