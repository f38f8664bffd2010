import type { ExplainedEffect, ExplainedFolio } from '../review/explain-effects.js';
import type { ExplainedCall, ExplainedPassing, Explanation } from '../review/explain.js';
import type { ExplainedUpdate } from '../review/explain-updates.js';
import { listed, seenThrough, updateName, wordName } from '../rules/words.js';
import { counted, printable, table, wrap } from './lines.js';
import { PLAIN, type Style } from './style.js';

/** What is known of a function, for people at a terminal. */
export function explanationsToText(explanations: readonly Explanation[], style: Style = PLAIN): string {
  return explanations.map((one) => explanationLines(one, style).join('\n') + '\n').join('\n\n');
}

function explanationLines(one: Explanation, style: Style): string[] {
  const { function: name, parameters, isStatic, returns, file, line } = one;
  const taken = parameters.map((item) => `${item.type} ${item.name}`.trim().replace('* ', '*')).join(', ');
  const signature = `${isStatic ? 'static ' : ''}${returns} ${name}(${taken})`.trim().replace('* ', '*');
  const parts = [
    [
      ...wrap(`${file}:${line}: ${name}()`).map((text) => style.strong(text)),
      ...wrap(signature, '  ', '    '),
      ...(one.truncated ? ['  Only a part of the paths through it was followed.'] : []),
    ],
    section('Updates of folio flags', updateLines(one.updates, style), 'None that could be seen.'),
    effectSection(one),
    callSection(one, style),
  ];
  return parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function section(title: string, lines: readonly string[], nothing: string): string[] {
  return [`${title}:`, ...(lines.length === 0 ? [`  ${nothing}`] : lines)];
}

function updateLines(updates: readonly ExplainedUpdate[], style: Style): string[] {
  return updates.flatMap((update) => {
    const { file, line, chain, updater, of, atomic, word, guards, meets } = update;
    const target = of === null ? '' : ` of ${of}`;
    const via = chain.map(({ callee }) => `${callee}()`).join(' -> ');
    const facts = [
      atomic ? 'atomic' : 'not atomic',
      word === 'page' ? 'the flags word of that very page' : wordName(word),
      meets === null || meets === 'passed' ? null : MEETS[meets],
      lockText(update.locked),
      guards.length === 0 ? null : `only when ${listed(guards)}`,
    ].filter((text) => text !== null);
    return [
      ...wrap(
        `${updateName(update.update)}${target}${chain.length === 0 ? '' : `, in ${updater}()`}`,
        '  ',
        '    ',
      ),
      ...wrap(facts.join('; '), '    '),
      ...chain.map(
        (step) => `    ${style.place(`${step.file}:${step.line}`)}  calls ${printable(step.callee)}()`,
      ),
      `    ${style.place(`${file}:${line}`)}${via === '' ? '' : `  ${printable(updater)}()`}`,
    ];
  });
}

const MEETS: Readonly<Record<'owned' | 'visible' | 'unknown', string>> = {
  owned: 'a folio of its own that nobody else can see',
  visible: 'a folio that others can see',
  unknown: 'a folio of which nothing could be seen',
};

function lockText(locked: boolean | 'passed' | null): string | null {
  if (locked === true) return 'folio lock held';
  return locked === false ? 'folio lock not held' : null;
}

function effectSection({ effects, contract }: Explanation): string[] {
  const lines = effects.flatMap(effectLines);
  const source = contract === null ? [] : wrap(`as ${contract.place} says (${contract.source})`, '  ');
  return [...section('What a call does to folios', lines, 'Nothing that callers could see.'), ...source];
}

function effectLines({ result, when, returns, changes }: ExplainedEffect): string[] {
  const conditions = [...(result === null ? [] : [`it returns ${result}`]), ...when];
  const head = conditions.length === 0 ? [] : wrap(`when ${listed(conditions)}:`, '  ', '    ');
  const indent = head.length === 0 ? '  ' : '    ';
  const told = [
    ...(returns === null ? [] : [`returns ${folioText(returns)}`]),
    ...changes.map((change) => `${change.folio ?? 'a folio'}: ${standingText(change)}`),
  ];
  return [...head, ...told.flatMap((text) => wrap(text, indent, `${indent}  `))];
}

function folioText(folio: ExplainedFolio): string {
  return folio.folio === null ? `a folio that is ${standingText(folio)}` : folio.folio;
}

function standingText({ ownership, visible, locked, flags, steps }: ExplainedFolio): string {
  const through = seenThrough(visible);
  const parts = [
    ownership,
    through === null ? null : `visible through ${through}`,
    locked === null ? null : locked ? 'locked' : 'unlocked',
    ...Object.entries(flags).map(([flag, set]) => `${flag} ${set ? 'set' : 'clear'}`),
  ].filter((part) => part !== null);
  const last = steps.at(-1);
  const where = last === undefined ? '' : ` (${last.file}:${last.line}, ${last.says})`;
  return `${parts.length === 0 ? 'as before' : listed(parts)}${where}`;
}

function callSection({ calls, slots }: Explanation, style: Style): string[] {
  const files = new Set(calls.map(({ file }) => file));
  const title =
    calls.length === 0 ? 'Calls' : `${counted(calls.length, 'call')} in ${counted(files.size, 'file')}`;
  const tables = slots.length === 0 ? [] : wrap(`It is called through ${listed(slots)}, too.`, '  ');
  return [
    ...section(
      title,
      calls.flatMap((call) => callLines(call, '  ', style)),
      'None in the files that handle folios.',
    ),
    ...tables,
  ];
}

function callLines(
  { caller, file, line, asArgument, passes }: ExplainedCall,
  indent: string,
  style: Style,
): string[] {
  const how = asArgument ? ' passes its name on' : '';
  const head = `${indent}${style.place(printable(`${file}:${line}`))}  ${printable(caller)}()${how}`;
  return [head, ...passes.flatMap((one) => passingLines(one, `${indent}  `, style))];
}

function passingLines(passing: ExplainedPassing, indent: string, style: Style): string[] {
  const { parameter, steps, given } = passing;
  const shown = steps.map((step) => [`${step.file}:${step.line}`, `${step.function}()`, step.says]);
  return [
    ...wrap(`${parameter}: ${passedText(passing)}`, indent, `${indent}  `),
    ...table(shown, `${indent}  `).map(([place, name, says]) => style.place(place!) + name! + says!),
    ...given.flatMap((call) => callLines(call, `${indent}  `, style)),
  ];
}

function passedText({ passes, ownership, visible, locked, when, given }: ExplainedPassing): string {
  const lock = `${locked === true ? ', locked' : ''}${when.length === 0 ? '' : `, when ${listed(when)}`}`;
  switch (passes) {
    case 'owned':
      return OWNED.has(ownership)
        ? `a folio that nobody else can see, ${ownership}${lock}`
        : `a folio at boot, when nobody else runs${lock}`;
    case 'visible': {
      const through = seenThrough(visible);
      return `a folio that others can see${through === null ? '' : `, through ${through}`}${lock}`;
    }
    case 'passed':
      return `what it is given${lock}${given.length === 0 ? '' : ':'}`;
    case 'unknown':
      return `a folio of which nothing could be seen${lock}`;
  }
}

const OWNED: ReadonlySet<string> = new Set(['fresh', 'frozen', 'sole']);
