-- Takes the lock under which a sequence gives positions, until the end of the transaction. Returns false if another
-- transaction holds it and p_wait is false.
--
-- A sequence numbers rows that transactions leave pending, in an order without gaps in which nothing is ever inserted
-- before what somebody has read. Its function calls this one first and then reads what is pending, in a later statement
-- of a READ COMMITTED transaction: that statement sees whatever the holder before has numbered, since the lock is
-- released after the commit. A pending row needs a number that was drawn while its transaction held a lock against those
-- whose rows must come later; within a batch, rows are numbered in that order.
CREATE OR REPLACE FUNCTION lock_sequence(p_name text, p_wait boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_lock bigint := hashtextextended('strongroom sequence ' || p_name, 0);
BEGIN
  IF p_wait THEN
    PERFORM pg_advisory_xact_lock(v_lock);
    RETURN true;
  END IF;
  RETURN pg_try_advisory_xact_lock(v_lock);
END
$$;

REVOKE ALL ON FUNCTION lock_sequence FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_sequence TO :"app_role", :"reader_role";
