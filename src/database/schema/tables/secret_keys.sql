-- The keys of the living secrets, for the search by parts of keys, with no other columns than it needs.
--
-- Under a policy the trigram indexes would not be used, because ILIKE is not leakproof and may only see rows that have
-- passed the policy. A view reads with the rights of its owner, whom the policies of secrets do not bind. The search
-- therefore uses this view, which itself states the condition of the policy "living". Only functions of the reader can
-- use it.
CREATE VIEW secret_keys AS
  SELECT tenant_id, id, key, visibility, created_by FROM secrets WHERE deleted_at IS NULL;

GRANT SELECT ON secret_keys TO :"reader_role";
