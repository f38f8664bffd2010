import { z } from 'zod';
import { listOf, oneOf, quote, strict, text } from '../folio/fields.js';
import { ALWAYS, type Conditions, type Wanted } from './conditions.js';
import { FACTS, type FactKind, type FactName } from './facts.js';

/** The form of a check's file. All scalars arrive as text, see `parseRuleFile`. */

const LEVELS = ['high', 'medium', 'low', 'off'] as const;

const conditions: z.ZodType<Conditions> = z.lazy(() =>
  strict({
    ...(Object.fromEntries(
      Object.entries<FactKind>(FACTS).map(([name, kind]) => [name, wanted(kind).optional()]),
    ) as Record<FactName, z.ZodOptional<z.ZodType<Wanted>>>),
    not: conditions.optional(),
  }).transform(({ not, ...facts }) => ({
    all: Object.entries(facts).flatMap(([fact, wanted]) =>
      wanted === undefined ? [] : [{ fact: fact as FactName, wanted }],
    ),
    not: not ?? null,
  })),
);

function wanted(kind: FactKind): z.ZodType<Wanted> {
  switch (kind) {
    case 'truth':
      return oneOf(['true', 'false']).transform((value) => ({ kind: 'one-of', values: [value === 'true'] }));
    case 'number':
      return range;
    case 'name':
      return listOf(text('the name')).transform((patterns) => ({ kind: 'named', patterns }));
    default:
      return listOf(oneOf(kind)).transform((values) => ({ kind: 'one-of', values }));
  }
}

const range = text('the number').transform((value, context): Wanted => {
  const read = /^(?:(\d+)|(\d+) or more|(\d+) or fewer)$/.exec(value);
  if (read === null) {
    const message = `${quote(value)} is no number here; write 3, "3 or more" or "3 or fewer"`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  }
  const [, exactly, least, most] = read;
  return {
    kind: 'number',
    least: Number(exactly ?? least ?? 0),
    most: Number(exactly ?? most ?? Number.MAX_SAFE_INTEGER),
  };
});

const severity = z
  .preprocess(
    (value) => (Array.isArray(value) ? value : [{ level: value }]),
    z.array(strict({ level: oneOf(LEVELS), when: conditions.default(ALWAYS) })),
  )
  .superRefine((cases, context) => {
    const last = cases.at(-1);
    if (last !== undefined && last.when.all.length === 0 && last.when.not === null) return;
    const message = 'the last case is for all the rest: give it a level and no "when"';
    context.addIssue({ code: 'custom', message });
  });

const link = text('the link').regex(/^https?:\/\/\S+$/, {
  error: (issue) => `${quote(issue.input)} is not the address of a page, https://...`,
});

const ID = /^[a-z][a-z0-9-]*$/;

const id = text('the id').regex(ID, {
  error: (issue) => `${quote(issue.input)} is no id; write small letters, digits and dashes`,
});

/** The name of advice that checks share, which is one word, or advice of the check's own: text, perhaps with a condition. */
const advice = z.preprocess(
  (value) => (typeof value === 'string' ? { [/^\S+$/.test(value) ? 'name' : 'text']: value } : value),
  z.union([
    z.object({ name: z.string() }).transform(({ name }) => name),
    strict({ when: conditions.default(ALWAYS), text: text('the text') }),
  ]),
);

const check = strict({
  id,
  title: text('the title').regex(/^[^\n]{1,72}$/, {
    error: 'the title is one line of at most 72 characters',
  }),
  match: listOf(conditions),
  severity,
  text: text('the text'),
  advice: listOf(advice).default([]),
  links: listOf(link).default([]),
}).transform((fields) => ({ kind: 'check' as const, ...fields }));

const ADJUSTED = { id, severity };

const adjustment = strict(ADJUSTED).transform((fields) => ({ kind: 'adjustment' as const, ...fields }));

/** A check, or what changes no more than the severity of one. */
export type CheckFile = z.infer<typeof check> | z.infer<typeof adjustment>;

/** The form that a file means to have. */
export function checkOrAdjustment(data: object): z.ZodType<CheckFile> {
  const fields = Object.keys(data);
  return fields.length > 0 && fields.every((field) => field in ADJUSTED) ? adjustment : check;
}

/** Advice that checks name. */
export const adviceFile = strict({ id, when: conditions.default(ALWAYS), text: text('the text') });
