import { z } from 'zod';
import { listOf, oneOf, quote, strict, text, truth } from './fields.js';
import { readState, VISIBILITIES, OWNERSHIPS } from './state.js';

/** The forms of the rule files. All scalars arrive as text, see `parseRuleFile`. */

const CLASSES = ['any', '0', 'nonzero', 'positive', 'null', 'nonnull', 'error', 'pointer'] as const;
const EXCLUSIONS = [
  'folio lock',
  'LRU isolation',
  'page table lock',
  'i_pages lock',
  'frozen',
  'no reference',
] as const;

const name = text('the name').regex(/^[A-Za-z_][A-Za-z_0-9]*$/, {
  error: (issue) => `${quote(issue.input)} is not a C name`,
});

const argument = z
  .string()
  .regex(/^[0-9]+$/, {
    error: (issue) => `${quote(issue.input)} is not an argument; they are counted from 0`,
  })
  .transform(Number);

/** An object whose keys are argument numbers. */
const perArgument = <T extends z.ZodType>(value: T) =>
  z.record(
    z.string().regex(/^[0-9]+$/, {
      error: (issue) => `${quote(issue.input)} is not an argument; they are counted from 0`,
    }),
    value,
    { error: 'give argument numbers, counted from 0, as in { 0: ... }' },
  );

const state = text('the state').transform((value, context) => {
  const read = readState(value);
  if (typeof read !== 'string') return read;
  context.issues.push({ code: 'custom', message: read, input: value });
  return z.NEVER;
});

const returned = text('what is returned').transform((value, context) => {
  const same = /^(head of )?argument ([0-9]+)$/.exec(value);
  if (same !== null) return { argument: Number(same[2]), head: same[1] !== undefined };
  const read = readState(value);
  if (typeof read !== 'string') return read;
  context.issues.push({
    code: 'custom',
    message: `${read}; or "argument N", "head of argument N"`,
    input: value,
  });
  return z.NEVER;
});

const EFFECTS = {
  /** Several: any one of them. */
  returns: listOf(returned).optional(),
  /** Beside it: what is returned to who asks for a reference to it. */
  unheld: state.optional(),
  /** Only for folios that stand like this. */
  of: perArgument(oneOf([...VISIBILITIES, ...OWNERSHIPS])).optional(),
  tests: perArgument(name).optional(),
  publishes: perArgument(listOf(oneOf(VISIBILITIES))).optional(),
  removes: perArgument(listOf(oneOf(VISIBILITIES))).optional(),
  gives: perArgument(oneOf(OWNERSHIPS)).optional(),
  references: listOf(argument).optional(),
  locks: listOf(argument).optional(),
  unlocks: listOf(argument).optional(),
  stores: z
    .record(
      z.string().regex(/^[0-9]+(\.[A-Za-z_][A-Za-z_0-9]*)?$/, {
        error: (issue) => `${quote(issue.input)} is not an argument (0) or a field of one (0.page)`,
      }),
      state,
      { error: 'give arguments (0) or fields of them (0.page), counted from 0' },
    )
    .optional(),
  fills: perArgument(state).optional(),
  collects: perArgument(argument).optional(),
};

const effects = strict(EFFECTS).transform((value) => value ?? {});

const version = text('the version').regex(/^[0-9]+\.[0-9]+$/, {
  error: (issue) => `${quote(issue.input)} is not a kernel version like 6.1`,
});

/** What a call does: at once, or per class of result. */
const CALL = {
  ...EFFECTS,
  or: listOf(oneOf(['null', 'error'])).optional(),
  nothing: oneOf(['true']).optional(),
  when: z
    .partialRecord(z.union([z.enum(CLASSES), z.string().regex(/^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/)]), effects, {
      error: `give results here: ${CLASSES.join(', ')}, or the name of a constant that is not zero`,
    })
    .optional(),
};

const SOURCE = { source: text('source (file and function, commit or message-id)') };

const contract = strict({
  function: listOf(name),
  since: version.optional(),
  until: version.optional(),
  ...CALL,
  ...SOURCE,
}).superRefine((entry, context) => {
  const problem = callProblem(entry);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

const given = strict({
  function: listOf(name),
  since: version.optional(),
  until: version.optional(),
  receives: perArgument(state),
  ...SOURCE,
});

const field = strict({ field: dotted('struct.field'), holds: state, ...SOURCE });

const callback = strict({
  slot: dotted('struct.slot, or the name of a function type'),
  receives: perArgument(state).optional(),
  ...CALL,
  ...SOURCE,
}).superRefine((entry, context) => {
  const silent = entry.receives !== undefined && !hasEffects(entry) && entry.when === undefined;
  const problem = silent ? null : callProblem(entry);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

const race = strict({
  update: name,
  since: version.optional(),
  until: version.optional(),
  flag: name,
  word: oneOf(['head', 'second', 'any']).default('head'),
  by: listOf(name),
  needs: listOf(oneOf([...VISIBILITIES, 'reference', 'nothing'])),
  excludedBy: listOf(oneOf(EXCLUSIONS)).default([]),
  flags: z.record(z.string(), truth).default({}),
  why: text('why'),
  ...SOURCE,
});

const meaning = strict({
  flag: name,
  impliedBy: z
    .array(
      strict({
        in: listOf(oneOf(VISIBILITIES)).default([]),
        flags: z.record(z.string(), truth).default({}),
        locked: truth.default(false),
        where: text('where').optional(),
        ...SOURCE,
      }),
    )
    .default([]),
  shows: oneOf(VISIBILITIES).optional(),
  setBy: listOf(name).default([]),
  clearedBy: listOf(name).default([]),
  ...SOURCE,
});

/** A rule file: any of these lists. */
export const ruleFile = strict({
  contracts: z.array(contract, { error: 'give a list of contracts' }).default([]),
  arguments: z.array(given, { error: 'give a list of functions and their arguments' }).default([]),
  fields: z.array(field, { error: 'give a list of fields' }).default([]),
  callbacks: z.array(callback, { error: 'give a list of callbacks' }).default([]),
  races: z.array(race, { error: 'give a list of races' }).default([]),
  meanings: z.array(meaning, { error: 'give a list of meanings' }).default([]),
});

export type RuleFile = z.infer<typeof ruleFile>;
export type Effects = z.infer<typeof effects>;
export type Call = Pick<z.infer<typeof contract>, keyof typeof CALL>;

/** Whether an entry says itself what the call does. */
export function hasEffects(call: Effects): boolean {
  return Object.keys(EFFECTS).some((key) => call[key as keyof Effects] !== undefined);
}

function callProblem(call: Call): string | null {
  const plain = hasEffects(call);
  if (call.when !== undefined) {
    if (plain || call.or !== undefined) return 'what is said beside "when" belongs into one of its results';
    return call.nothing === undefined ? null : '"nothing" and "when" exclude each other';
  }
  if (call.nothing !== undefined)
    return plain ? '"nothing: true" stands beside something that it does' : null;
  if (!plain) return 'it says nothing of what the function does; if that is meant, say "nothing: true"';
  for (const key of ['or', 'unheld'] as const) {
    if (call[key] !== undefined && call.returns === undefined) return `"${key}" needs "returns"`;
  }
  return null;
}

function dotted(what: string) {
  return text(what).regex(/^[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)?$/, {
    error: (issue) => `${quote(issue.input)} is not ${what}`,
  });
}
