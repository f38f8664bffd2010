import { matchesGlob } from './glob.js';
import { SILENT, type AnswerPolicy, type AnswerRule, type Policy } from './policy.js';

/** What the policy is asked about. */
export interface Case {
  /** Who sent the series. */
  readonly author: string;
  /** Addresses of the lists that the mail went to, and whoever else got it. */
  readonly recipients: readonly string[];
  /** Files that the patch changes. */
  readonly paths: readonly string[];
}

/**
 * What is to be done with the answer to a patch: of all rules that are about it, a later one adds to and replaces what
 * an earlier one says. Muting anywhere wins.
 */
export function decideAnswer(policy: Policy, about: Case): AnswerPolicy {
  const rules = policy.answers.filter((rule) => isAbout(rule, about));
  const decided = rules.reduce<AnswerPolicy>((before, rule) => {
    const { also = [], except = [] } = rule;
    return { ...before, ...rule, also: [...before.also, ...also], except: [...before.except, ...except] };
  }, SILENT);
  const muted =
    rules.some((rule) => rule.mute === true) ||
    isAmong(about.author, policy.mute.authors) ||
    about.recipients.some((address) => policy.mute.lists.includes(address));
  return { ...decided, mute: muted };
}

/** True when the address is one of those, or of a domain that is named as `@example.org`. */
export function isAmong(address: string, some: readonly string[]): boolean {
  const plain = address.toLowerCase();
  return some.some((one) => (one.startsWith('@') ? plain.endsWith(one) : plain === one));
}

/** True when one of the paths matches one of the patterns. */
export function matchesAny(paths: readonly string[], patterns: readonly string[]): boolean {
  return paths.some((path) => patterns.some((pattern) => matchesGlob(path, pattern)));
}

function isAbout(rule: AnswerRule, { recipients, paths }: Case): boolean {
  if (rule.list !== null && !recipients.includes(rule.list)) return false;
  return rule.paths === null || matchesAny(paths, rule.paths);
}
