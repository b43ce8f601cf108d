-- Returns the advisory lock of a key. There are 1,024 locks, chosen by the key's hash: an import locks all its keys,
-- and the server's lock table cannot hold a hundred thousand locks. Keys that share a lock block each other only if one
-- of them becomes global.
CREATE OR REPLACE FUNCTION secret_key_bucket(p_key text) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$
  SELECT hashtextextended('secret key bucket ' || (hashtextextended(p_key COLLATE "C", 0) & 1023), 0)
$$;

REVOKE ALL ON FUNCTION secret_key_bucket FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_key_bucket TO :"app_role", :"reader_role";
