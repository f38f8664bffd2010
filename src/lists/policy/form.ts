import { z } from 'zod';

/** The form of recto.yml. All scalars arrive as text, see `parseRuleFile`; `read.ts` makes a `Policy` of it. */

const text = z.string({ error: 'text is expected' }).min(1, 'this is empty');

const flag = z
  .enum(['yes', 'no', 'true', 'false'], { error: 'yes or no is expected' })
  .transform((word) => word === 'yes' || word === 'true');

const count = z
  .string({ error: 'a number is expected' })
  .regex(/^\d{1,9}$/, 'a whole number is expected')
  .transform(Number);

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const duration = z
  .string({ error: 'a time such as 90s, 10m, 6h or 3d is expected' })
  .regex(/^\d{1,6}[smhd]$/, 'a time such as 90s, 10m, 6h or 3d is expected')
  .transform((word) => Number(word.slice(0, -1)) * UNITS[word.at(-1)!]! * 1000);

/** An address, and nothing that could end the header line or the command it gets into. */
const address = z
  .string({ error: 'an address is expected' })
  .regex(
    /^[^\s<>",;:()[\]\\@]{1,64}@[A-Za-z0-9.-]{1,255}$/,
    'an address such as someone@example.org is expected',
  )
  .transform((word) => word.toLowerCase());

/** An address, or `@example.org` for everybody there. */
const sender = z
  .string({ error: 'an address is expected' })
  .regex(
    /^(?:[^\s<>",;:()[\]\\@]{1,64})?@[A-Za-z0-9.-]{1,255}$/,
    'an address such as someone@example.org, or @example.org for everybody there, is expected',
  )
  .transform((word) => word.toLowerCase());

const level = z.enum(['high', 'medium', 'low'], { error: 'high, medium or low is expected' });

const url = z
  .string({ error: 'a URL is expected' })
  .regex(/^https?:\/\/[^\s]+$/, 'a URL that begins with https:// (or http://) is expected');

/** What a repository may be cloned from; never an option, never a helper program. */
const repository = z
  .string({ error: 'a URL or a path is expected' })
  .regex(/^(?!-)(?!ext::)[^\s\0]+$/, 'a URL or a path is expected');

/** A revision in the tree: never an option. */
const revision = z
  .string({ error: 'a revision is expected' })
  .regex(/^[A-Za-z0-9_][\w./@^~-]*$/, 'a branch, tag or commit is expected');

const login = {
  host: text,
  port: count.optional(),
  tls: z.enum(['yes', 'starttls', 'no'], { error: 'yes, starttls or no is expected' }).optional(),
  /** A file with certificates to trust beside the system's. */
  authority: text.optional(),
  user: text.optional(),
  passwordFile: text.optional(),
};

const start = z
  .string()
  .regex(/^(?:now|beginning|\d{4}-\d\d-\d\d)$/, 'now, beginning or a date such as 2026-01-31 is expected');

const name = z
  .string({ error: 'a name is expected' })
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'a name of letters, digits, dots and dashes is expected');

/** The name of a check in Patchwork. */
const context = z
  .string({ error: 'a name is expected' })
  .regex(/^[-a-zA-Z0-9_]{1,255}$/, 'a name of letters, digits, underscores and dashes is expected');

const source = z
  .strictObject({
    name,
    publicInbox: repository.optional(),
    fetch: flag.optional(),
    mbox: text.optional(),
    maildir: text.optional(),
    thread: text.optional(),
    imap: z.strictObject({ ...login, folder: text.optional() }).optional(),
    list: address.optional(),
    start: start.optional(),
  })
  .refine(
    (one) =>
      [one.publicInbox, one.mbox, one.maildir, one.thread, one.imap].filter((kind) => kind !== undefined)
        .length === 1,
    { message: 'a source is exactly one of publicInbox, mbox, maildir, thread or imap' },
  );

const answers = z.strictObject({
  list: address.optional(),
  paths: z.array(text).optional(),
  to: z
    .enum(['nobody', 'reviewer', 'author', 'list'], { error: 'nobody, reviewer, author or list is expected' })
    .optional(),
  reviewer: address.optional(),
  also: z.array(address).optional(),
  except: z.array(address).optional(),
  embargo: duration.optional(),
  positive: flag.optional(),
  prefix: text.optional(),
  severity: level.optional(),
  confidence: level.optional(),
  mute: flag.optional(),
  branch: revision.optional(),
});

export const policyForm = z.strictObject({
  identity: z.strictObject({ name: text, address }),
  store: text.optional(),
  tree: text.optional(),
  rules: z.array(text).optional(),
  sources: z.array(source).min(1, 'at least one source is expected'),
  paths: z.array(text).optional(),
  settle: duration.optional(),
  wait: duration.optional(),
  oldest: duration.optional(),
  poll: duration.optional(),
  answers: z.array(answers).optional(),
  mute: z
    .strictObject({ lists: z.array(address).optional(), authors: z.array(sender).optional() })
    .optional(),
  bots: z.array(sender).optional(),
  commands: z.strictObject({ from: z.array(sender) }).optional(),
  perDay: count.optional(),
  send: z
    .strictObject({
      smtp: z.strictObject(login).optional(),
      maildir: text.optional(),
      mbox: text.optional(),
    })
    .refine((one) => [one.smtp, one.maildir, one.mbox].filter((kind) => kind !== undefined).length === 1, {
      message: 'send is exactly one of smtp, maildir or mbox',
    })
    .optional(),
  archive: z
    .strictObject({ url: url.optional(), source: name.optional(), wait: duration.optional() })
    .refine((one) => (one.url === undefined) !== (one.source === undefined), {
      message: 'archive is either url or source',
    })
    .optional(),
  patchwork: z
    .strictObject({ url, project: name.optional(), tokenFile: text, context: context.optional() })
    .optional(),
});

export type PolicyForm = z.infer<typeof policyForm>;
export type SourceForm = PolicyForm['sources'][number];
export type LoginForm = z.infer<z.ZodObject<typeof login>>;
