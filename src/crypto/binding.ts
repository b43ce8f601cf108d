/** What a sealed value belongs to. It opens for exactly this, and for nothing else. */
export interface Binding {
  /** UUID text. */
  readonly tenantId: string;
  /** UUID text. */
  readonly secretId: string;
  readonly key: string;
  /** 1, 2, 3 …: the number of the version. */
  readonly version: number;
}
