/**
 * Holds the statements that compare rows with `compared_changes`. $1 is the tenant, $2 whether its oldest events are missing,
 * $3 the time from which they are there, $4 how many rows to return.
 */

/** A time that an id of version 7 holds; NULL for any other id. */
const timeOf = (id: string): string =>
  `CASE WHEN substr(${id}::text, 15, 1) = '7'
    THEN to_timestamp(('x' || substr(replace(${id}::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0) END`;

/** Tells whether a row without events is older than the events. */
const IS_OLDER = `$2::boolean AND coalesce(${timeOf('s.mark')}, greatest(s.created_at, s.updated_at)) < $3::timestamptz`;

/** A key as events have it, in which the secret parts of tokens are masked. */
const masked = (key: string): string =>
  `regexp_replace(${key}, '(ctok-[A-Za-z0-9]{10})-[A-Za-z0-9]+', '\\1-********', 'g')`;

/** Tells whether a step follows the one before it (`k`, `r`, `v` for its kind, revision and version). */
const FOLLOWS = `CASE
    WHEN k IS NULL THEN kind = 'made' OR $2::boolean
    WHEN k IN ('made', 'changed', 'restored') AND kind = 'changed' THEN revision = r + 1 AND version BETWEEN v AND v + 1
    WHEN k IN ('made', 'changed', 'restored') AND kind = 'deleted' THEN revision = r AND version = v
    WHEN k = 'deleted' AND kind = 'restored' THEN revision = r + 1 AND version = v
    WHEN k = 'deleted' AND kind = 'purged' THEN revision = r AND version = v
    ELSE false
  END`;

/** Orders the steps of a secret with the same revision. */
const RANK = `CASE kind WHEN 'purged' THEN 2 WHEN 'deleted' THEN 1 ELSE 0 END`;

/** A secret has the id of the last of these as its mark. */
const MARKS = `kind IN ('made', 'changed', 'restored')`;

/**
 * The last step of each secret. Events from before the trail was sealed became leaves later than newer ones, so where the
 * order of the leaves is none, that of the times may be.
 */
const LAST = `
  leafwise AS (
    SELECT secret_id, bool_and(${FOLLOWS}) AS fits,
           (array_agg(event_id ORDER BY place) FILTER (WHERE NOT ${FOLLOWS}))[1] AS odd,
           (array_agg(event_id ORDER BY place DESC))[1] AS last,
           (array_agg(event_id ORDER BY place DESC) FILTER (WHERE ${MARKS}))[1] AS mark
    FROM (
      SELECT c.*, lag(kind) OVER w AS k, lag(revision) OVER w AS r, lag(version) OVER w AS v
      FROM compared_changes c WHERE kind <> 'destroyed' WINDOW w AS (PARTITION BY secret_id ORDER BY place)
    ) s GROUP BY secret_id
  ),
  timewise AS (
    SELECT secret_id, bool_and(${FOLLOWS}) AS fits,
           (array_agg(event_id ORDER BY at DESC, revision DESC, ${RANK} DESC))[1] AS last,
           (array_agg(event_id ORDER BY at DESC, revision DESC, ${RANK} DESC) FILTER (WHERE ${MARKS}))[1] AS mark
    FROM (
      SELECT c.*, lag(kind) OVER w AS k, lag(revision) OVER w AS r, lag(version) OVER w AS v
      FROM compared_changes c JOIN leafwise l USING (secret_id) WHERE NOT l.fits AND kind <> 'destroyed'
      WINDOW w AS (PARTITION BY secret_id ORDER BY at, revision, ${RANK})
    ) s GROUP BY secret_id
  ),
  last AS (
    SELECT l.secret_id, CASE WHEN NOT l.fits AND NOT t.fits THEN l.odd END AS odd, c.kind, c.key, c.version, c.revision,
           c.event_id, c.at, CASE WHEN NOT l.fits AND t.fits THEN t.mark ELSE l.mark END AS mark
    FROM leafwise l LEFT JOIN timewise t USING (secret_id)
    JOIN compared_changes c ON c.secret_id = l.secret_id
      AND c.event_id = CASE WHEN NOT l.fits AND t.fits THEN t.last ELSE l.last END
  )`;

/** Compares the secrets. $5 tells whether the tenant was deleted, and what was in its trash with it. */
export const DIFFERENT_SECRETS = `
  WITH ${LAST},
  since AS (SELECT i.reads_since AS at FROM installation i),
  compared AS (
    SELECT coalesce(s.key, l.key) AS key, coalesce(s.id, l.secret_id) AS "secretId", l.event_id AS "eventId", l.odd,
           s.version, l.version AS expected_version, s.revision, l.revision AS expected_revision,
           CASE
             WHEN l.secret_id IS NULL THEN CASE WHEN ${IS_OLDER} THEN NULL ELSE 'unrecorded' END
             WHEN s.id IS NULL THEN CASE
               WHEN l.kind = 'purged' THEN NULL
               -- The tenant was deleted with its trash, or no trash was there yet when the secret was deleted.
               WHEN l.kind = 'deleted' AND ($5::boolean OR l.at < since.at) THEN NULL
               ELSE 'missing' END
             WHEN l.kind = 'purged' THEN 'returned'
             WHEN s.version <> l.version OR s.revision <> l.revision THEN 'other_state'
             WHEN s.mark <> l.mark AND (substr(s.mark::text, 15, 1) = '7' OR l.at >= since.at) THEN 'other_state'
             WHEN ${masked('s.key')} <> ${masked('l.key')} THEN 'other_key'
             WHEN l.kind = 'deleted' AND s.deleted_at IS NULL THEN 'not_in_trash'
             WHEN l.kind <> 'deleted' AND s.deleted_at IS NOT NULL THEN 'in_trash'
           END AS kind
    FROM (SELECT * FROM secrets WHERE tenant_id = $1) s FULL JOIN last l ON l.secret_id = s.id CROSS JOIN since
  )
  SELECT kind, key, "secretId", NULL AS version, "eventId",
         CASE WHEN kind = 'other_state' THEN format('version %s, revision %s; the event says version %s, revision %s',
           version, revision, expected_version, expected_revision) END AS remark
  FROM compared WHERE kind IS NOT NULL
  UNION ALL
  SELECT 'history', key, "secretId", NULL, odd, NULL FROM compared WHERE odd IS NOT NULL
  ORDER BY 3, 1 LIMIT $4`;

/** Compares the superseded versions: their numbers have no gap up to the current one, and some of them are destroyed. */
export const DIFFERENT_VERSIONS = `
  WITH destroyed AS (
    SELECT secret_id, version, max(event_id::text)::uuid AS event_id FROM compared_changes WHERE kind = 'destroyed' GROUP BY 1, 2
  ),
  compared AS (
    SELECT s.key, v.secret_id AS "secretId", v.version, d.event_id AS "eventId",
           CASE
             WHEN d.secret_id IS NOT NULL AND v.destroyed_at IS NULL THEN 'version_returned'
             WHEN d.secret_id IS NULL AND v.destroyed_at IS NOT NULL AND NOT ($2::boolean AND v.destroyed_at < $3::timestamptz)
               THEN 'version_destroyed'
             WHEN v.version >= s.version
               OR coalesce(lead(v.version) OVER (PARTITION BY v.secret_id ORDER BY v.version), s.version) <> v.version + 1
               THEN 'version_misplaced'
           END AS kind
    FROM secret_versions v JOIN secrets s ON s.tenant_id = v.tenant_id AND s.id = v.secret_id
    LEFT JOIN destroyed d ON d.secret_id = v.secret_id AND d.version = v.version
    WHERE v.tenant_id = $1
  )
  SELECT kind, key, "secretId", version, "eventId", NULL AS remark FROM compared WHERE kind IS NOT NULL
  ORDER BY "secretId", version LIMIT $4`;

/** Finds the secrets that are older than the events. */
export const NOT_PROVABLE = `
  WITH older AS (
    SELECT s.key, s.id AS "secretId" FROM secrets s
    WHERE s.tenant_id = $1 AND ${IS_OLDER}
      AND NOT EXISTS (SELECT FROM compared_changes c WHERE c.secret_id = s.id AND c.kind <> 'destroyed')
  )
  SELECT (SELECT count(*)::integer FROM older) AS count,
         (SELECT json_agg(l) FROM (SELECT * FROM older ORDER BY key, "secretId" LIMIT $4) l) AS listed`;
