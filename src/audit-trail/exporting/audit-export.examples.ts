import { Pruned } from '../../common/errors.js';
import { CSV_EXAMPLE } from '../reading/dto/audit.examples.js';

/** Names the content type of an export that can be proved. */
export const JSON_LINES = 'application/jsonl; charset=utf-8';

const LINES_EXAMPLE = `{"@line":1,"export":"strongroom-audit/1"}
{"@line":2,"log":"strongroom/019ada5c-0000-7000-8000-000000000001/0b6f1f0e-3d0a-4c55-9a53-0c8f5ad1e2b7"}
`;

/** Describes what an export can be. */
export const EXPORT_CONTENT = {
  'application/jsonl': { schema: { type: 'string' }, example: LINES_EXAMPLE },
  'text/csv': { schema: { type: 'string' }, example: CSV_EXAMPLE },
};

/** Shows the error for events that were removed. */
export const PRUNED_EXAMPLE = new Pruned(
  'Events after `since` were removed, as they are older than the retention: the log begins after 4096 events; ' +
    'leave `since` out to export what is left',
);
