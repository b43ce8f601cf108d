/** Lists the texts of entity tags, without their quotes; '*' stands for whatever exists. */
export type Tags = '*' | readonly string[];

/** Describes the state that a request demands of what it reads or changes. */
export interface Conditions {
  /** The request applies only to one of these states. */
  readonly ifMatch?: Tags | undefined;
  /** The request applies only to any other state, or with '*' only to what does not exist. */
  readonly ifNoneMatch?: Tags | undefined;
}
