/** Describes how to reach a manager. */
export interface CloudifyAccess {
  readonly url: URL;
  /** Holds the header that authenticates the requests. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Names the tenant of the requests. */
  readonly tenant: string;
  /** Holds certificates to trust beside the well-known ones, in PEM. */
  readonly ca: string | undefined;
  readonly insecure: boolean;
}
