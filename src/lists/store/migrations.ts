/**
 * The schema, step by step. A database remembers how many it has taken (`user_version`); what is there is never changed,
 * only added to.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE source (
    name TEXT PRIMARY KEY,
    position TEXT,
    read_at INTEGER,
    trouble TEXT
  ) STRICT;

  CREATE TABLE mail (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    reason TEXT,
    title TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    sender_address TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    automatic TEXT,
    thread INTEGER NOT NULL,
    series INTEGER REFERENCES series,
    number INTEGER,
    topic TEXT,
    gone INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX mail_series ON mail (series) WHERE series IS NOT NULL;
  CREATE INDEX mail_topic ON mail (sender_address, topic) WHERE topic IS NOT NULL;
  CREATE INDEX mail_aside ON mail (id) WHERE kind = 'aside';

  CREATE TABLE mail_place (
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    mail INTEGER NOT NULL REFERENCES mail,
    doubted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, place)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX mail_place_mail ON mail_place (mail);

  CREATE TABLE mail_content (mail INTEGER PRIMARY KEY REFERENCES mail, bytes BLOB NOT NULL) STRICT;

  -- Ids that have been seen, of mails that came and of mails that others refer to.
  CREATE TABLE thread_id (message_id TEXT PRIMARY KEY, thread INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX thread_id_thread ON thread_id (thread);

  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    total INTEGER,
    title TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    sender_address TEXT NOT NULL,
    thread INTEGER NOT NULL,
    reply INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    due_at INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    follows INTEGER REFERENCES series
  ) STRICT;
  CREATE INDEX series_thread ON series (thread);
  CREATE INDEX series_sender ON series (sender_address, last_at);
  CREATE INDEX series_due ON series (due_at) WHERE state = 'gathering';

  CREATE TABLE review (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series,
    at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX review_series ON review (series);

  CREATE TABLE finding (
    review INTEGER NOT NULL REFERENCES review,
    id TEXT NOT NULL,
    patch INTEGER NOT NULL,
    severity TEXT NOT NULL,
    confidence TEXT NOT NULL,
    says TEXT NOT NULL,
    resolved_by INTEGER
  ) STRICT;
  CREATE INDEX finding_review ON finding (review);

  CREATE TABLE answer (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    answers TEXT NOT NULL,
    series INTEGER REFERENCES series,
    review INTEGER REFERENCES review,
    findings TEXT NOT NULL,
    recipients TEXT NOT NULL,
    about TEXT NOT NULL,
    mail BLOB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX answer_state ON answer (state, due_at);
  CREATE INDEX answer_series ON answer (series);
  CREATE INDEX answer_answers ON answer (answers);

  CREATE TABLE wish (
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    reason TEXT NOT NULL,
    said_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (what, about, message_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE patch_check (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    says TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    UNIQUE (message_id, verdict, says)
  ) STRICT;
  `,
  // Whether the mail answers another one: patches without threads are put together by sender and time.
  'ALTER TABLE mail ADD COLUMN threaded INTEGER NOT NULL DEFAULT 0',
  // The patches that a cover letter announces (JSON): without threads, it is put to those.
  'ALTER TABLE mail ADD COLUMN announces TEXT',
  // What git patch-id says of the patches in mails, where it was asked; '' for a mail without an id.
  `
  CREATE TABLE patch_id (
    id TEXT NOT NULL,
    mail INTEGER NOT NULL REFERENCES mail,
    part INTEGER NOT NULL,
    PRIMARY KEY (mail, part, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX patch_id_id ON patch_id (id);
  `,
];
