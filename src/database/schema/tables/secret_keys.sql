-- The keys of the living secrets, for the search by parts of keys: nothing but what it needs.
--
-- Under a policy the trigram indexes would not be used, because ILIKE is not leakproof: it may only see rows that have
-- passed the policy. A view reads with the rights of its owner, whom the policies of secrets do not bind. So the search
-- has this view, which states the condition of the policy "living" itself. Only functions of the reader can use it.
CREATE VIEW secret_keys AS
  SELECT tenant_id, id, key, visibility FROM secrets WHERE deleted_at IS NULL;

GRANT SELECT ON secret_keys TO :"reader_role";
