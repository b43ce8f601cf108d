-- Tells whether the database is another one than the one that sealed events last: it was restored, failed over or moved.
-- What one of the two servers does not tell is not compared. A dump that was restored has other transactions than the database
-- from which it came, on whatever server.
CREATE OR REPLACE FUNCTION database_has_moved() RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM installation i WHERE i.written_by::xid <> i.xmin) OR EXISTS (
    SELECT FROM installation i,
      unnest(string_to_array(i.incarnation, ':'), string_to_array(database_incarnation(), ':')) AS part (sealed_by, present)
    WHERE part.sealed_by <> '' AND part.present <> '' AND part.sealed_by <> part.present
  );
END
$$;

REVOKE ALL ON FUNCTION database_has_moved FROM PUBLIC;
GRANT EXECUTE ON FUNCTION database_has_moved TO :"app_role", :"reader_role";
