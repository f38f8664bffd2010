import type { Conditions } from './conditions.js';

/** How bad a finding is, and how sure. */
export type Level = 'high' | 'medium' | 'low';

/** One of several severities: the first whose conditions hold is meant. */
export interface SeverityCase {
  /** `off`: such a difference is no finding. */
  readonly level: Level | 'off';
  readonly when: Conditions;
}

/** A way out, given where its conditions hold. */
export interface Advice {
  readonly when: Conditions;
  /** A template. */
  readonly text: string;
}

/** Which differences between two trees are findings, and what is said of them. Plain data. */
export interface Check {
  readonly id: string;
  /** One line, for lists of findings. */
  readonly title: string;
  /** Any one of these has to hold. */
  readonly match: readonly Conditions[];
  readonly severity: readonly SeverityCase[];
  /** A template: what is wrong. */
  readonly text: string;
  /** The ways out, the cheapest first. */
  readonly advice: readonly Advice[];
  /** What the check says elsewhere: its documentation page first. */
  readonly links: readonly string[];
  /** File and line, for messages. */
  readonly place: string;
}
