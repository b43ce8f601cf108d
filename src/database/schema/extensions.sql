-- Indexes for parts of keys need trigrams, and a tenant's id beside them in one index. Both extensions are trusted, so
-- the owner of a database may create them. Where they exist already they stay where they are; tables name the schema of
-- pg_trgm by the variable trigram_schema.
CREATE SCHEMA IF NOT EXISTS strongroom_extensions;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA strongroom_extensions;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA strongroom_extensions;
