/** Represents a row that a lock keeps as it is until the transaction ends. */
export interface LockedRow {
  readonly id: string;
  /** Holds the name as it is stored, which may differ in case from the one that was looked up. */
  readonly name: string;
}
