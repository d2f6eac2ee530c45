CREATE TABLE users (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL CONSTRAINT one_user_for_a_mail_address UNIQUE,
  addresses jsonb NOT NULL
);
