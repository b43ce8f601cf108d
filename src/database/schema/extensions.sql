-- The index for searching parts of keys needs trigrams, and btree_gin for the tenant's id in the same index. Both
-- extensions are trusted, so the owner of a database may create them. Existing extensions stay where they are; tables
-- name the schema of pg_trgm by the variable trigram_schema.
CREATE SCHEMA IF NOT EXISTS strongroom_extensions;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA strongroom_extensions;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA strongroom_extensions;
