-- Returns a secret without its provider options and, if p_value is true, without its value.
CREATE OR REPLACE FUNCTION blank_secret(p_secret secrets, p_value boolean) RETURNS secrets
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  IF p_value THEN
    p_secret.value := NULL;
  END IF;
  p_secret.provider_options := NULL;
  RETURN p_secret;
END
$$;

REVOKE ALL ON FUNCTION blank_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION blank_secret TO :"app_role", :"reader_role";
