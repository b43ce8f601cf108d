-- The users in each group.
CREATE TABLE user_group_members (
  group_id uuid NOT NULL,
  user_id  uuid NOT NULL,

  CONSTRAINT pk_user_group_members PRIMARY KEY (group_id, user_id),
  CONSTRAINT fk_user_group_members_group FOREIGN KEY (group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
  CONSTRAINT fk_user_group_members_user FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE INDEX ix_user_group_members_user ON user_group_members (user_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON user_group_members TO :"app_role";
GRANT SELECT ON user_group_members TO :"reader_role";
