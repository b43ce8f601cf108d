const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const FORM = new RegExp(`^strongroom/(${UUID})/(${UUID})(?:/([2-9]|[1-9]\\d{1,8}))?$`);

/** Names a log for ever, without the name of a host or a tenant. */
export interface LogOrigin {
  readonly installationId: string;
  /** The id of the tenant, or the nil UUID for the system's log. */
  readonly logId: string;
  /** 1, then 2 and so on after each restore that lost commits. */
  readonly epoch: number;
}

/** Returns the origin as it stands in checkpoints and names of keys: `strongroom/<installation>/<log>[/<epoch>]`. */
export function originText({ installationId, logId, epoch }: LogOrigin): string {
  return `strongroom/${installationId}/${logId}${epoch === 1 ? '' : `/${epoch}`}`;
}

/** Returns the origin that a text is; undefined for any other text. */
export function parseOrigin(text: string): LogOrigin | undefined {
  const [, installationId, logId, epoch = '1'] = FORM.exec(text) ?? [];
  return installationId === undefined || logId === undefined
    ? undefined
    : { installationId, logId, epoch: Number(epoch) };
}
