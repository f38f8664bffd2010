import type { Finding, FindingOrigin, Level } from '../review/finding.js';
import { messageOf } from '../review/message.js';
import type { Review } from '../review/review.js';
import { applicationDetails, outcomeOf } from './applied.js';
import { updateSays } from '../rules/words.js';
import { gather, type Told } from './evidence.js';
import { printable } from './lines.js';
import { prose } from './markup.js';
import { otherNotes } from './notes.js';

/** The schema that code scanning and other readers know. */
export const SARIF_SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const LEVELS: Readonly<Record<Level, 'error' | 'warning' | 'note'>> = {
  high: 'error',
  medium: 'warning',
  low: 'note',
};

/** Paths are relative to the tree; whoever shows them knows where that is. */
const TREE = 'SRCROOT';

/**
 * A review as a SARIF 2.1.0 log with one run. Each finding has the ways to the update as code flows, so that code
 * scanning shows the path.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 *
 * @param toolVersion version of Recto
 */
export function reviewToSarif(review: Review, toolVersion: string): object {
  const told = gather(review.findings);
  const rules = rulesOf(told);
  const unapplied = review.patches.filter(({ status }) => status !== 'applied');
  const notifications = [
    ...unapplied.map((applied) => ({
      level: applied.status === 'already' ? 'note' : 'warning',
      message: text(
        [
          `patch ${applied.patch.number}, ${applied.patch.subject}: ${outcomeOf(applied, review)}`,
          ...applicationDetails(applied, review),
        ].join('; '),
      ),
    })),
    ...otherNotes(review).map((note) => ({ level: 'note', message: text(note) })),
  ];
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'recto', semanticVersion: toolVersion, informationUri: INFORMATION, rules },
        },
        invocations: [
          {
            executionSuccessful: true,
            ...(notifications.length === 0 ? {} : { toolExecutionNotifications: notifications }),
          },
        ],
        originalUriBaseIds: { [TREE]: { description: text('the top folder of the kernel tree') } },
        columnKind: 'utf16CodeUnits',
        results: told.map((one) =>
          resultOf(
            one,
            rules.findIndex(({ id }) => id === one[0].rule),
          ),
        ),
      },
    ],
  };
}

const INFORMATION = 'https://www.npmjs.com/package/recto-review';

const BACKGROUND =
  'The flags of a folio share one word. A non-atomic update of it loads the word, changes a bit and stores it: what ' +
  'somebody else does to any other bit in between is lost. Only code that owns the folio may do so.';

/** For updates that can be lost, or undo others, though they are atomic. */
const BACKGROUND_OF_ATOMIC =
  'The flags of a folio share one word. Whoever has just allocated a folio, or frees it, updates them with plain loads ' +
  'and stores, because nobody else is expected to touch them. A folio that is found by its PFN or under RCU may be in ' +
  'such hands: then even an atomic update is lost between that load and that store, or undoes what is stored.';

/** The checks that have results, with what there is to say of them whatever the result. */
function rulesOf(told: readonly Told[]) {
  const first = new Map<string, Finding>();
  for (const [finding] of told) if (!first.has(finding.rule)) first.set(finding.rule, finding);
  return [...first.values()].map(({ rule, title, link, severity, atomic }) => {
    const background = atomic ? BACKGROUND_OF_ATOMIC : BACKGROUND;
    return {
      id: rule,
      shortDescription: text(title),
      fullDescription: text(`${title}. ${background}`),
      help: {
        text: printable(`${title}. ${background}${link === null ? '' : ` See ${link}`}`),
        markdown: `${prose(title)}. ${background}${link === null ? '' : ` [More about it](${encodeURI(link)})`}`,
      },
      ...(link === null ? {} : { helpUri: link }),
      defaultConfiguration: { level: LEVELS[severity] },
      properties: { tags: ['linux', 'mm', 'concurrency'] },
    };
  });
}

function resultOf(told: Told, ruleIndex: number): object {
  const [first] = told;
  const { rule, severity, confidence, origins, patch, resolvedBy, id } = first;
  const message = messageOf(told);
  const advice = [...new Set(told.flatMap((finding) => finding.advice))];
  const help = advice.length === 0 ? '' : ` What helps: ${advice.join(' ')}`;
  return {
    ruleId: rule,
    ruleIndex,
    level: resolvedBy === null ? LEVELS[severity] : 'note',
    message: text(message + help),
    locations: [location(origins[0] ?? first, first.in)],
    relatedLocations: told.map(({ file, line, updater, update, atomic }, index) => ({
      id: index + 1,
      ...location({ file, line }, updater),
      message: text(updateSays(update, atomic)),
    })),
    codeFlows: origins.map((origin) => codeFlow(origin, told)),
    partialFingerprints: { 'recto/v1': told.map((finding) => finding.id).join('+') },
    properties: { confidence, patch, resolvedBy, id },
  };
}

/** One way to the update; all updates that the finding tells are at its end. */
function codeFlow({ path }: FindingOrigin, told: Told): object {
  const updates = told.map(({ file, line, updater, update, atomic }) => ({
    function: updater,
    file,
    line,
    says: updateSays(update, atomic),
  }));
  const steps = [...path.slice(0, -1), ...updates];
  return {
    threadFlows: [
      {
        locations: steps.map((step) => ({
          location: { ...location(step, step.function), message: text(`${step.function}(): ${step.says}`) },
        })),
      },
    ],
  };
}

function location({ file, line }: { readonly file: string; readonly line: number }, name: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file), uriBaseId: TREE },
      region: { startLine: line },
    },
    logicalLocations: [{ name: printable(name), kind: 'function' }],
  };
}

/** A path as a relative URI: nothing in it is a scheme, a query or a fragment. */
function uriOf(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd')))
    .join('/');
}

function text(words: string): { readonly text: string } {
  return { text: printable(words) };
}
