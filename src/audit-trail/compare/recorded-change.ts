/** Says what an event did to a secret. */
type ChangeKind = 'made' | 'changed' | 'deleted' | 'restored' | 'purged' | 'destroyed';

/** Holds what an event says of the state of a secret after a change. */
export interface RecordedChange {
  readonly kind: ChangeKind;
  readonly eventId: string;
  readonly time: string;
  readonly secretId: string;
  readonly key: string | null;
  /** The current version, or the one that was destroyed. */
  readonly version: number;
  readonly revision: number;
}

interface EventBody {
  readonly id: string;
  readonly time: string;
  readonly action: string;
  readonly key: string | null;
  readonly secret_id: string | null;
  readonly version: number | null;
  readonly revision: number | null;
  readonly outcome: string;
  readonly detail: Readonly<Record<string, string>> | null;
}

/** Maps the actions that change secrets to what they do; a copy makes one in the log of its target. */
const KINDS: ReadonlyMap<string, ChangeKind> = new Map([
  ['secret.create', 'made'],
  ['secret.copy', 'made'],
  ['secret.update', 'changed'],
  ['secret.move', 'changed'],
  ['secret.version_restore', 'changed'],
  ['secret.delete', 'deleted'],
  ['secret.restore', 'restored'],
  ['secret.purge', 'purged'],
  ['secret.version_destroy', 'destroyed'],
]);

/** Matches how every body begins, so that only those of changes are parsed. */
const BEGINNING =
  /^\{"id" : "[0-9a-f-]{36}", "time" : "[^"]{1,40}", "tenant_id" : [^,]{1,40}, "action" : "([a-z_.]+)"/;

/** Returns the change that an event recorded; undefined for any other event. */
export function changeOf(body: string): RecordedChange | undefined {
  const kind = KINDS.get(BEGINNING.exec(body)?.[1] ?? '');
  if (kind === undefined) return undefined;
  const event = parsed(body);
  if (event === undefined) return undefined;
  const { id: eventId, time, key, secret_id: secretId, version, revision, outcome, detail } = event;
  if (outcome !== 'ok' || isReadOfCopy(event)) return undefined;
  if (secretId === null || version === null || revision === null) return undefined;
  return { kind, eventId, time, secretId, key: detail?.new_key ?? key, version, revision };
}

/** Tells whether an event is the read of a secret that was copied, in whose log nothing was made. */
function isReadOfCopy({ action, detail }: EventBody): boolean {
  return action === 'secret.copy' && detail?.source_secret === undefined;
}

/** Returns the event of a body; undefined for a text that is no JSON, which an altered event may be. */
function parsed(body: string): EventBody | undefined {
  try {
    return JSON.parse(body) as EventBody;
  } catch {
    return undefined;
  }
}
