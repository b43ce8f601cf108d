-- TypeORM itself creates schema_migrations. A start with the service's login alone reads whether a migration is pending.
GRANT SELECT ON schema_migrations TO :"app_role";
