/** Names what a comparison finds, with its meaning for people. */
export const DIFFERENCES = {
  other_state:
    'the row is not in the state of its last event: an older one was put back, or it was changed without an event',
  other_key: 'the row has another key than its last event says',
  missing: 'there is no row, but the secret was neither purged nor deleted with its tenant',
  unrecorded: 'there is a row, but no event made it',
  returned: 'there is a row, but the secret was purged',
  not_in_trash: 'the secret is there, but its last event put it into the trash',
  in_trash: 'the secret is in the trash, but no event put it there',
  history:
    'the events do not follow from each other: between them the row was changed without an event, or put back',
  version_returned: 'the version has a value, but was destroyed',
  version_destroyed: 'the version has no value, but no event destroyed it',
  version_misplaced:
    'the version is not below the current one, or one between it and the current one is missing',
  value_unfit: 'the value was not sealed for this place: it was altered, or comes from another row',
  event_altered: 'the event is not the one that was sealed',
  event_misfiled:
    'lists of events find the event by what it does not say: columns beside its text were altered',
  event_missing: 'the event was deleted',
  event_never_sealed: 'the event was never sealed: somebody added it to the database, past the service',
  log_unproved: 'nothing proves that the events of the log are those that were signed',
} as const;

type DifferenceKind = keyof typeof DIFFERENCES;

/** Says where the tables differ from the audit trail. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The name of the tenant; null in the system's log, and in one that belongs to no tenant. */
  readonly tenant: string | null;
  /** The key of the secret, of the row or else of the event. */
  readonly key?: string | null;
  readonly secretId?: string | null;
  readonly version?: number | null;
  /** The event that the row, or the event before, should have gone by. */
  readonly eventId?: string | null;
  /** Further facts: what was found, and what was expected. */
  readonly remark?: string | null;
}
