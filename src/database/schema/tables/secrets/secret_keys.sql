-- The keys and labels of the living secrets, for the searches by parts of keys and by labels, with no other columns than
-- they need.
--
-- Under a policy their indexes would not be used, because neither ILIKE nor @> is leakproof, and either may only see rows
-- that have passed the policy. A view reads with the rights of its owner, whom the policies of secrets do not bind. The searches
-- therefore use this view, which itself states the condition of the policy "living". Only functions of the reader can
-- use it.
CREATE VIEW secret_keys AS
  SELECT tenant_id, id, key, visibility, created_by, labels FROM secrets WHERE deleted_at IS NULL;

GRANT SELECT ON secret_keys TO :"reader_role";
